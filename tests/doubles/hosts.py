"""A whole set of simulated hosts behind the Runner's door; can die after any number of effects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import Lock

from hakit.core import Action, Command, Digest, Get, HostUnreachable, Outcome, Put, Remove, Secret, shown
from hakit.model import Cluster, SbdFencing, alert
from hakit.model import sbd as sbd_words
from hakit.observe import node as paths
from hakit.observe import record
from hakit.run import cibpatch, lockfile
from tests.doubles import looks, pacemaker, sbd, volumes
from tests.doubles.crm import crm, empty, native, patch
from tests.doubles.disk import File
from tests.doubles.host import STACK, Host, SimUnit
from tests.doubles.operating import cibadmin
from tests.doubles.pcs import pcs
from tests.doubles.sbd import SbdDisk

Answer = tuple[int, str, str]
FINE: Answer = (0, "", "")
_OS = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
_PATCH = Path(cibpatch.__file__).read_text()
_LOCK = Path(lockfile.__file__).read_text()
KEYS = (paths.COROSYNC_KEY, paths.PACEMAKER_KEY)


class Killed(BaseException):
    """hakit was killed here; not an Exception, so that nobody catches it."""


class SimulatedHosts:
    """Obeys exactly what hakit asks of hosts; anything unknown is an assertion failure.

    `changes` keeps every action that changes state, but for the lock. `die_after` is how many more small effects are let through
    before everything stops with Killed; None for all. With `notes_first`, nothing may change on a host before it
    was noted how the host stood.
    """

    def __init__(self, cluster: Cluster, *, generation: str = "0.11") -> None:
        """`generation` is pcs', or "crm": the hosts have crmsh, and no pcs at all."""
        self._generation = generation
        self._lock = Lock()
        self._counting = False
        self._shared = sbd.disks(cluster)
        prefixes = tuple(ring.network.prefixlen for ring in cluster.rings)
        self.hosts = {node.name: Host(node, prefixes, self._tick) for node in cluster.nodes}
        for host in self.hosts.values():
            host.units |= {service.unit: SimUnit() for service in cluster.services}
            if any(service.volume for service in cluster.services):
                host.units["drbd.service"] = SimUnit("enabled", active=True)  # as its package leaves it
            if isinstance(cluster.fencing, SbdFencing):
                self.install_sbd(host)
            host.tool = "crmsh" if generation == "crm" else "pcs"
            if generation == "crm":
                del host.units["pcsd.service"]
        self.changes: list[tuple[str, Action]] = []
        self.die_after: int | None = None
        self.effects = 0
        self.notes_first = False
        self.secrets: set[str] = set()
        self.lost: set[str] = set()  # hosts that can't be reached
        self.watch: Callable[[], None] = lambda: None  # called behind every action that changes something

    def install_sbd(self, host: Host, disks: dict[str, SbdDisk] | None = None) -> None:
        """Install the package, and give the host a way to the disks that all share."""
        host.units[sbd_words.UNIT] = SimUnit()
        host.disk.files[sbd_words.FILE] = File(sbd.FILE)
        host.sbd_disks = self._shared if disks is None else disks

    @property
    def everyone(self) -> list[Host]:
        return list(self.hosts.values())

    def snapshot(self) -> dict[str, dict[str, object]]:
        return {name: host.snapshot() for name, host in self.hosts.items()}

    def stop(self, name: str) -> None:
        """Stop the cluster on a host, as its administrator would."""
        self._counting = False
        pacemaker.stop(self.hosts[name], self.everyone)

    def batch(self, host: str, actions: Sequence[Action], *, keep_going: bool = False) -> tuple[Outcome, ...]:
        outcomes: list[Outcome] = []
        for action in actions:
            outcomes.append(self.run(host, action))
            if not (outcomes[-1].ok or keep_going):
                break
        return tuple(outcomes)

    def run(self, host: str, action: Action) -> Outcome:
        if host in self.lost:
            raise HostUnreachable(host, "it does not answer")
        with self._lock:
            if self.die_after is not None and self.die_after <= 0:
                raise Killed
            if action.changes_state and not (isinstance(action, Command) and action.stdin == _LOCK):
                self.changes.append((host, action))
            self._counting = action.changes_state
            code, out, err = self._do(self.hosts[host], action)
            outcome = Outcome(host, action, code, out, err, 0.001)
            self._keep_secrets(outcome)
            if action.changes_state:
                self._counting = False
                self.watch()
            return outcome

    def _tick(self) -> None:
        if not self._counting:
            return
        if self.die_after is not None:
            if self.die_after <= 0:
                raise Killed
            self.die_after -= 1
        self.effects += 1

    def _do(self, host: Host, action: Action) -> Answer:
        match action:
            case Command():
                return self._command(host, action)
            case Get():
                file = self._file(host, action.path)
                return (0, file.content, "") if file else (2, "", f"no such file: {action.path}")
            case Digest():
                file = self._file(host, action.path)
                return (0, file.digest, "") if file else (2, "", f"no such file: {action.path}")
            case Put():
                self._judge_put(host, action)
                host.disk.put(action)
            case Remove():
                used = (paths.COROSYNC_CONF, *KEYS) if host.running("corosync.service") else ()
                assert action.path not in used or action.path not in host.disk.files, f"{host.name}: {action.path}"
                if isinstance(host.store.places.get(action.path), str):
                    host.tick()
                    del host.store.places[action.path]
                host.disk.remove(action.path)
        return FINE

    def _file(self, host: Host, path: str) -> File | None:
        if path == "/proc/drbd":
            return File(volumes.proc(host, self.everyone))
        return File(_OS) if path == "/etc/os-release" else host.disk.files.get(path)

    def _judge_put(self, host: Host, action: Put) -> None:
        """Assert what must never be written, or not yet."""
        runs = host.running("corosync.service")
        assert not (runs and action.path in (paths.CIB, *KEYS)), f"{host.name} runs: {action.path}"
        assert not (runs and action.path in (sbd_words.FILE, sbd_words.DROP_IN)), f"{host.name} runs: {action.path}"
        if action.path in KEYS or action.path.startswith(paths.TOKEN):
            assert isinstance(action.content, Secret)
            assert action.mode & 0o007 == 0
        if action.path != record.PATH:
            self._noted(host, action)

    def _noted(self, host: Host, action: Action, *units: str) -> None:
        if not self.notes_first:
            return
        assert record.PATH in host.disk.files, f"{host.name}: nothing was noted before: {shown(action)}"
        noted = record.parse(host.text(record.PATH))
        assert set(units) <= set(noted.units), f"{host.name}: {units} were not noted before: {shown(action)}"

    def _command(self, host: Host, command: Command) -> Answer:  # noqa: C901, PLR0911, PLR0912 - one case per program
        if command.stdin == _LOCK:
            return locked(host, command.argv[4:])
        answer = None if command.stdin == _PATCH else looks.look(host, self.everyone, command)
        if answer is not None:
            assert not command.changes_state, f"only looks: {shown(command)}"
            return answer
        match command.argv:
            case ("crm" as tool, *_) | ("pcs" as tool, *_) if (tool == "crm") != (self._generation == "crm"):
                return 127, "", f"{tool} is not installed"
            case ("crm", *words):
                if command.changes_state:
                    self._noted(host, command, *(STACK if words[0] == "cluster" else ()))
                return crm(host, self.everyone, tuple(words))
            case ("python3", "-I", "-S", "-", old, new):
                self._noted(host, command)
                return patch(host, self.everyone, old, new)
            case ("crm_node", "--force", "--remove", name):
                pacemaker.forget(host, self.everyone, name)
                return FINE
            case ("crm_attribute" | "crm_resource", *_):
                return native(host, self.everyone, command.argv)
            case ("find", *folders, "-mindepth", "1", "-delete"):
                return empty(host, folders)
            case ("pcs", *words):
                if command.changes_state:
                    self._noted(host, command, *(STACK if words[0] == "cluster" else ()))
                return pcs(host, self.everyone, tuple(words), self._generation)
            case ("cibadmin", *words):
                return cibadmin(host, self.everyone, tuple(words), command.stdin)
            case ("systemctl", "daemon-reload"):
                self._noted(host, command)
                host.read_units()
                return FINE
            case ("env", "SYSTEMCTL_SKIP_SYSV=1", "systemctl", *words) | ("systemctl", *words):
                words = [word for word in words if word != "--no-reload"]
                units = tuple(words[words.index("--") + 1 :])
                self._noted(host, command, *(unit for unit in units if unit != alert.WATCH))
                return self._systemctl(host, tuple(words[: words.index("--")]), units)
        assert command.changes_state
        done = sbd.do(host, self.everyone, command.argv) or volumes.do(host, self.everyone, command.argv)
        if done is not None:
            self._noted(host, command)
            return done
        return _files(host, command.argv)

    def _systemctl(self, host: Host, verb: tuple[str, ...], units: Iterable[str]) -> Answer:
        for unit in units:
            if unit == alert.WATCH and verb[0] != "disable":
                host.read_units()  # what systemd has never looked at is read when it is asked for
            assert unit != sbd_words.UNIT or verb in {("enable",), ("disable",)}, (
                "sbd.service refuses to be started or stopped"
            )
            assert unit in host.units or verb[0] == "disable", f"there is no {unit}"
            assert verb != ("disable",) or host.units[unit].boot in {"enabled", "disabled"}
            match verb:
                case ("enable",) | ("disable",):
                    host.set_boot(unit, enabled=verb == ("enable",))
                case ("disable", "--now"):
                    if unit in host.units:
                        host.set_boot(unit, enabled=False)
                        self._set_active(host, unit, active=False)
                case ("start",) | ("restart",):
                    self._set_active(host, unit, active=True)
                case ("stop",) | ("stop", "--no-block"):
                    self._set_active(host, unit, active=False)
                case ("kill", "--signal=SIGKILL") | ("reset-failed",):
                    assert not host.running(unit), f"{unit} would be started again by systemd"
                case _:
                    raise AssertionError(f"{host.name}: unknown to this systemctl: {verb}")
        return FINE

    def _set_active(self, host: Host, unit: str, *, active: bool) -> None:
        if unit not in STACK:
            host.set_active(unit, active=active)
        elif active:
            pacemaker.start(host, self.everyone)
        elif host.running(unit):
            below = unit == "corosync.service"
            assert not (below and host.running("pacemaker.service")), "who stops Corosync below Pacemaker?"
            (pacemaker.stop if below else pacemaker.rest)(host, self.everyone)

    def _keep_secrets(self, outcome: Outcome) -> None:
        """Gather what must not be shown, and assert that the action's own line doesn't show it."""
        if isinstance(outcome.action, Put) and isinstance(outcome.action.content, Secret):
            self.secrets.add(str(outcome.action.content))
        if isinstance(outcome.action, Get) and outcome.action.path == paths.KNOWN_HOSTS and outcome.code == 0:
            self.secrets |= {str(each["token"]) for each in json.loads(outcome.stdout)["known_hosts"].values()}
        line = shown(outcome.action) + repr(outcome.action)
        assert not any(secret in line for secret in self.secrets), "a secret is shown"


def locked(host: Host, words: Sequence[str]) -> Answer:
    """Do what hakit/run/lockfile.py does, with a lock that never ends by itself."""
    verb, path, owner, *rest = words
    assert path.startswith("/run/")
    if host.lock and host.lock not in (owner, *rest[1:]):
        return 1, json.dumps({"owner": host.lock, "since": "2026-11-24T17:00:00Z", "seconds": 99}), ""
    host.lock = owner if verb == "take" else ""
    return FINE


def _files(host: Host, argv: tuple[str, ...]) -> Answer:  # noqa: C901, PLR0912 - one case per command
    """Do what coreutils do, in the forms that hakit uses."""
    match argv:
        case ("mkdir", "--parents", "--mode=0700", *folders):
            for folder in folders:
                host.disk.make_folder(folder)
        case ("cp", "--archive", "--parents", "--", *files, target):
            for path in files:
                host.disk.copy(path, f"{target}{path}")
        case ("cp", "--archive", "--force", "--", source, target):
            if source not in host.disk.files:
                return 1, "", f"cp: cannot stat '{source}': No such file or directory"
            same = host.disk.files.get(target) == host.disk.files[source]
            assert same or target not in KEYS or not host.running("corosync.service")
            host.disk.copy(source, target)
        case ("mv", "--force", "--", source, target):
            host.disk.move(source, target)
        case ("rm", "--recursive", "--force", "--", *names):
            for path in names:
                host.disk.remove_tree(path)
        case ("sleep", _):
            pass
        case ("rmdir", "--ignore-fail-on-non-empty", "--", *folders):
            gone = [folder for folder in folders if not host.disk.remove_folder(folder)]
            if gone:
                return 1, "", f"rmdir: failed to remove '{gone[0]}': No such file or directory"
        case _:
            raise AssertionError(f"{host.name}: unknown command: {argv}")
    return FINE

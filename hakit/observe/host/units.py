"""systemd's view of the services' units and of the cluster's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hakit.core import Action, Command, Outcome
from hakit.model import Cluster, alert
from hakit.observe.host import timespan

# Looked at besides the services' own: the stack, and what filters packets.
STACK = ("corosync.service", "pacemaker.service", "pcsd.service", "sbd.service")
# The quorum device's client. Looked at without a device too: left enabled by an earlier one, it brings Corosync up at
# boot, which it requires, and fails.
DEVICE = "corosync-qdevice.service"
DRBD = "drbd.service"  # brings volumes up at boot, which is Pacemaker's to do; looked at where there are some
FIREWALLS = ("firewalld.service", "nftables.service", "ufw.service")

_PROPERTIES = (
    "Id", "Names", "LoadState", "LoadError", "ActiveState", "SubState", "UnitFileState", "FragmentPath", "DropInPaths",
    "Restart", "TimeoutStartUSec", "TimeoutStopUSec", "Type", "RemainAfterExit", "CanStart", "CanStop", "TriggeredBy",
    "NeedDaemonReload", "Result",
)  # fmt: skip
_FOLDERS = ("/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system")


@dataclass(frozen=True, slots=True)
class Unit:
    """What systemd says of a unit, in systemd's words; times in seconds, infinity when there is no limit.

    `asked` is the name we asked for, `id` the unit's own (they differ for an alias). `restarts` maps each drop-in
    file that sets `Restart=` to what it sets; `restart` is what counts in the end.
    """

    asked: str
    id: str
    names: tuple[str, ...] = ()
    load: str = ""
    load_error: str = ""
    active: str = ""
    sub: str = ""
    file_state: str = ""
    fragment: str = ""
    drop_ins: tuple[str, ...] = ()
    restart: str = "no"
    start_timeout: float = 90.0
    stop_timeout: float = 90.0
    type: str = ""
    remain_after_exit: bool = False
    can_start: bool = True
    can_stop: bool = True
    triggered_by: tuple[str, ...] = ()
    need_reload: bool = False
    result: str = ""
    restarts: Mapping[str, str] = field(default_factory=dict)

    @property
    def running(self) -> bool:
        """Whether it runs or is on its way there; `reloading` is running."""
        return self.active in {"active", "reloading", "activating"}

    @property
    def enabled(self) -> bool:
        """Whether systemd starts it at boot."""
        return self.file_state in {"enabled", "enabled-runtime"}


def asked(cluster: Cluster) -> tuple[str, ...]:
    """Name the units that are looked at, services first."""
    watch = (alert.WATCH,) if cluster.alerts else ()
    units = (service.unit for service in cluster.services)
    drbd = (DRBD,) if any(service.volume for service in cluster.services) else ()
    return tuple(dict.fromkeys((*units, *STACK, DEVICE, *FIREWALLS, *watch, *drbd)))


def actions(cluster: Cluster) -> tuple[Action, ...]:
    """Ask for all units in one call, and for every `Restart=` in any drop-in."""
    return (
        Command(
            ("systemctl", "show", "--no-pager", f"--property={','.join(_PROPERTIES)}", "--", *asked(cluster)),
            timeout=30,
            changes_state=False,
        ),
        # Exit code 1: no such line; 2: a folder is missing (grep(1)). Drop-ins only: they end in .conf.
        Command(
            ("grep", "-rsHE", "--include=*.conf", r"^[[:space:]]*Restart[[:space:]]*=", *_FOLDERS),
            ok_codes=frozenset({0, 1, 2}),
            timeout=20,
            changes_state=False,
        ),
    )


def read(outcomes: Sequence[Outcome], cluster: Cluster) -> Mapping[str, Unit]:
    """Read the outcomes of `actions`: a unit for every name asked for."""
    shown, lines = outcomes
    restarts = _restarts(lines.stdout)
    return {
        name: _unit(name, block, restarts) for name, block in zip(asked(cluster), _blocks(shown.stdout), strict=True)
    }


def _blocks(text: str) -> Iterator[dict[str, str]]:
    # One block per unit asked for, in that order, parted by an empty line (systemctl(1)).
    for block in text.strip("\n").split("\n\n"):
        pairs = (line.partition("=") for line in block.splitlines())
        yield {key: value for key, _, value in pairs}


def _unit(asked_for: str, said: Mapping[str, str], restarts: Mapping[str, str]) -> Unit:
    drop_ins = tuple(said.get("DropInPaths", "").split())
    return Unit(
        asked=asked_for,
        id=said.get("Id", asked_for),
        names=tuple(said.get("Names", "").split()),
        load=said.get("LoadState", ""),
        load_error=said.get("LoadError", ""),
        active=said.get("ActiveState", ""),
        sub=said.get("SubState", ""),
        file_state=said.get("UnitFileState", ""),
        fragment=said.get("FragmentPath", ""),
        drop_ins=drop_ins,
        restart=said.get("Restart", "no"),
        start_timeout=timespan.seconds(said.get("TimeoutStartUSec", "")),
        stop_timeout=timespan.seconds(said.get("TimeoutStopUSec", "")),
        type=said.get("Type", ""),
        remain_after_exit=said.get("RemainAfterExit") == "yes",
        can_start=said.get("CanStart") != "no",
        can_stop=said.get("CanStop") != "no",
        triggered_by=tuple(said.get("TriggeredBy", "").split()),
        need_reload=said.get("NeedDaemonReload") == "yes",
        result=said.get("Result", ""),
        restarts={path: restarts[_canonical(path)] for path in drop_ins if _canonical(path) in restarts},
    )


def _restarts(text: str) -> dict[str, str]:
    found = {}
    for line in text.splitlines():
        path, _, setting = line.partition(":")
        found[_canonical(path)] = setting.partition("=")[2].strip()
    return found


def _canonical(path: str) -> str:
    # systemd 252 says /lib for what merged-/usr systems keep in /usr/lib.
    return f"/usr{path}" if path.startswith("/lib/") else path

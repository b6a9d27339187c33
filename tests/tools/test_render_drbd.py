"""drbd-utils of every release, as for module 8.4 and as for 9, take the resource files that hakit renders, and mean the same."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from hakit import spec
from hakit.model import PROFILES, Cluster, Service, Volume
from hakit.model.drbd import Generation
from hakit.render.volume import PRIMARY, SECONDARY, mirror_operations
from tests.tools import drbd
from tests.tools.conftest import Tools

CASES = sorted(path.parent for path in (Path(__file__).parents[1] / "cases/render").glob("*/drbd-8.4.res"))
# What drbdadm would find in the running module: it speaks to each in its own way.
MODULES = {Generation.EIGHT: "8.4.11", Generation.NINE: "9.1.0"}

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
both = pytest.mark.parametrize("generation", Generation)


@pytest.fixture
def with_drbd(tools: Tools, tmp_path: Path) -> Tools:
    """Give the release's tools with drbd-utils laid over them."""
    scratch = tmp_path / "drbd"
    scratch.mkdir()
    return Tools(tools.release, tools.root, tools.scratch, tools.files, drbd.layer(tools.release, tools.root, scratch))


def drbdadm(tools: Tools, case: Path, generation: Generation, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run drbdadm as on qsp-a: its addresses on it, since drbdadm looks for the one in the file."""
    declared = spec.read(case / "spec.yaml")
    addresses = [f"ip address add {address} dev lo" for address in declared.node("qsp-a").addresses]
    script = " && ".join(("ip link set lo up", *addresses, 'exec drbdadm --config-file /mnt/squid.res "$@"'))
    return tools.run(
        "env", f"DRBD_DRIVER_VERSION_OVERRIDE={MODULES[generation]}", "sh", "-c", script, "drbdadm", *arguments,
        files={"squid.res": (case / f"drbd-{generation}.res").read_text()},
    )  # fmt: skip


def with_volumes(declared: Cluster) -> list[tuple[Service, Volume]]:
    return [(service, service.volume) for service in declared.services if service.volume]


@every_case
@both
def test_drbdadm_takes_the_file(with_drbd: Tools, case: Path, generation: Generation) -> None:
    done = drbdadm(with_drbd, case, generation, "dump")
    assert done.returncode == 0, done.stderr
    names = re.findall(r"^resource (\S+) \{", done.stdout, re.MULTILINE)
    assert names == [service.name for service, _ in with_volumes(spec.read(case / "spec.yaml"))]
    wanted = re.findall(r"fencing (\S+);", (case / f"drbd-{generation}.res").read_text())
    assert re.findall(r"fencing\s+(\S+);", done.stdout) == wanted


@every_case
@both
def test_drbdadm_would_tell_the_module_what_the_spec_says(with_drbd: Tools, case: Path, generation: Generation) -> None:
    declared = spec.read(case / "spec.yaml")
    here, there = declared.node("qsp-a"), declared.node("qsp-b")
    for service, volume in with_volumes(declared):
        done = drbdadm(with_drbd, case, generation, "--dry-run", "adjust", service.name)
        assert done.returncode == 0, done.stderr
        calls = [shlex.split(line) for line in done.stdout.splitlines()]
        (attached,) = [call[2:6] for call in calls if call[1] == "attach"]
        assert attached == [
            str(volume.minor), dict(volume.devices)["qsp-a"], dict(volume.devices)["qsp-a"], "internal",
        ]  # fmt: skip
        ends = [word for call in calls for word in call if word.startswith("ipv")]
        assert ends == [end(node.addresses[volume.ring], volume.port) for node in (here, there)]
        (protocol,) = re.findall(r"--protocol=(\w)", done.stdout)
        assert protocol == {"synchronous": "C", "asynchronous": "A"}[volume.protocol]


def end(address: object, port: int) -> str:
    return f"ipv6:[{address}]:{port}" if ":" in str(address) else f"ipv4:{address}:{port}"


@every_case
@both
def test_the_handlers_are_there(with_drbd: Tools, case: Path, generation: Generation) -> None:
    scripts = re.findall(r'-peer "(\S+)";', (case / f"drbd-{generation}.res").read_text())
    assert len(scripts) == 2 * len(with_volumes(spec.read(case / "spec.yaml")))
    for script in scripts:
        done = with_drbd.run("test", "-x", script)
        assert done.returncode == 0, script


def test_the_agent_advises_these_operations(with_drbd: Tools) -> None:
    done = with_drbd.run("env", "OCF_ROOT=/usr/lib/ocf", "/usr/lib/ocf/resource.d/linbit/drbd", "meta-data")
    assert done.returncode == 0, done.stderr
    root = etree.fromstring(done.stdout.encode())
    assert "drbd_resource" in {each.get("name") for each in root.iterfind("parameters/parameter")}
    advised: dict[tuple[str, str], int] = {}
    for action in root.iterfind("actions/action"):
        role = {"Slave": SECONDARY, "Unpromoted": SECONDARY, "Master": PRIMARY, "Promoted": PRIMARY}
        name = (str(action.get("name")), role.get(str(action.get("role", "")), ""))
        advised[name] = int(str(action.get("timeout", "0")).removesuffix("s"))
    for operation in mirror_operations(PROFILES["normal"]):
        assert int(operation.timeout.removesuffix("s")) >= advised[operation.name, operation.role]

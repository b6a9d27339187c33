from __future__ import annotations

from pathlib import Path

import pytest

from hakit.lab import access, keep, layout, processes
from hakit.lab.layout import Layout

UNIFIED = "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nsdelegate 0 0\n"
HYBRID = (
    "tmpfs /sys/fs/cgroup tmpfs rw 0 0\n"
    "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n"
    "cgroup /sys/fs/cgroup/systemd cgroup rw,xattr,name=systemd 0 0\n"
    "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"
)
ELSEWHERE = "cgroup2 /mnt/of/another/root/sys/fs/cgroup cgroup2 rw 0 0\n"


@pytest.mark.parametrize(
    ("mounted", "found"),
    [
        ("", []),
        (UNIFIED, ["/sys/fs/cgroup"]),
        (HYBRID, ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"]),
        (ELSEWHERE + UNIFIED, ["/sys/fs/cgroup"]),
    ],
)
def test_hierarchies_that_systemd_uses(mounted: str, found: list[str]) -> None:
    assert keep.hierarchies(mounted) == [Path(place) for place in found]


def test_ssh_trusts_only_the_labs_keys(tmp_path: Path) -> None:
    place = Layout("x", tmp_path / "50% of it")
    config = access.ssh_config(place, layout.hosts(2))
    assert "StrictHostKeyChecking yes" in config
    assert f'UserKnownHostsFile "{place.folder}/known_hosts"' in config
    assert "GlobalKnownHostsFile /dev/null" in config
    proxy = next(line for line in config.splitlines() if "ProxyCommand" in line)
    assert proxy.endswith("dial.py %h %p")
    assert "--net=/run/netns/hakit.x" in proxy
    assert [line.split()[1] for line in config.splitlines() if "HostKeyAlias" in line] == ["qsp-a", "qsp-b"]


def test_known_hosts_ties_every_name_and_address_to_its_key(tmp_path: Path) -> None:
    place = Layout("x", tmp_path)
    (tmp_path / "host-keys").mkdir()
    for node in layout.hosts(2):
        access.host_key(place, node.name).with_suffix(".pub").write_text(f"ssh-ed25519 KEY-OF-{node.name} comment\n")
    assert access.known_hosts(place, layout.hosts(2)) == (
        "qsp-a,192.168.233.11,172.16.233.11 ssh-ed25519 KEY-OF-qsp-a\n"
        "qsp-b,192.168.233.12,172.16.233.12 ssh-ed25519 KEY-OF-qsp-b\n"
    )


def test_a_process_without_bounds_has_nothing_withheld(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    (tmp_path / "sys/kernel").mkdir(parents=True)
    (tmp_path / "sys/kernel/cap_last_cap").write_text("3\n")
    for pid, bounds in (("7", "f"), ("8", "9")):
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "status").write_text(f"Name:\tx\nNSpid:\t{pid}\t1\nCapBnd:\t{bounds}\n")
    assert processes.withheld(7) == []
    assert processes.withheld(8) == [1, 2]


def test_leaders_are_those_that_their_own_namespace_calls_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_PROC", tmp_path / "proc")
    (tmp_path / "cgroup.procs").write_text("30\n31\n32\n33\n")
    for pid, numbers in (("30", "30"), ("31", "31 1"), ("32", "32 2"), ("33", "33 5 1")):
        (tmp_path / "proc" / pid).mkdir(parents=True)
        (tmp_path / "proc" / pid / "status").write_text(f"Name:\tx\nNSpid:\t{numbers}\n")
    assert processes.leaders([tmp_path]) == [31]
    assert processes.leader([tmp_path]) == 31

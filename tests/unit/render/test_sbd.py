"""SBD's numbers, which follow from one, and its file, in which others' lines stay."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hakit.model import SbdFencing, sbd
from hakit.render import sbd as files
from tests.sample_clusters import cluster

DISK = "/dev/disk/by-id/sbd"
FENCING = SbdFencing((DISK, "/dev/b", "/dev/c"), timeout=10)
WANTED = replace(cluster(), fencing=FENCING)


@given(st.integers(3, 600), st.integers(0, 60_000), st.booleans())
def test_the_numbers_never_contradict_each_other(timeout: int, declared: int, disks: bool) -> None:  # noqa: FBT001
    times = sbd.times(SbdFencing((DISK,) if disks else (), timeout=timeout), declared)
    # sbd(8): msgwait twice the watchdog's timeout; stonith-timeout at least twice msgwait.
    assert times.msgwait == 2 * times.watchdog
    assert times.stonith >= max(60, 2 * times.msgwait)
    # The agent's limit holds its wait for the message, and Pacemaker's holds the agent's.
    assert times.msgwait < times.power
    assert disks <= (times.power <= times.stonith)
    # Without disks nobody counts as reset before the watchdog has bitten, however late the node noticed (Pacemaker ends
    # where this is shorter than the watchdog's timeout).
    assert times.stonith_watchdog == 0 if disks else times.stonith_watchdog * 1000 >= (timeout + 4) * 1000 + declared
    # A node is not back before the others know it to be fenced, and systemd waits for it.
    assert times.delay_start == (times.msgwait if disks else times.stonith_watchdog)
    assert times.start_limit > times.delay_start


def test_others_lines_stay_and_ours_take_the_place_of_theirs() -> None:
    text = '# kept\n#SBD_DEVICE="/dev/x"\nSBD_DEVICE=/dev/old\nSBD_OPTS="-n a"\nSBD_DEVICE=/dev/older\nSBD_WATCHDOG_TIMEOUT=5\n'
    merged = files.merged(text, WANTED, FENCING)
    assert merged == (
        '# kept\n#SBD_DEVICE="/dev/x"\nSBD_DEVICE="/dev/disk/by-id/sbd;/dev/b;/dev/c"\nSBD_OPTS="-n a"\n'
        'SBD_WATCHDOG_TIMEOUT="10"\nSBD_PACEMAKER="yes"\nSBD_DELAY_START="20"\nSBD_WATCHDOG_DEV="/dev/watchdog"\n'
    )
    assert files.merged(merged, WANTED, FENCING) == merged
    assert sbd.disks(merged) == FENCING.disks


def test_without_disks_none_is_named() -> None:
    alone = replace(cluster(nodes=3), fencing=SbdFencing())
    assert "SBD_DEVICE" not in files.merged("SBD_DEVICE=/dev/old\n", alone, SbdFencing())

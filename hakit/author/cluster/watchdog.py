"""SBD as an existing cluster has it: by its device in the CIB, or by the wait for watchdogs; its times from wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree

from hakit.author.cluster import meaning
from hakit.author.cluster.differing import differing
from hakit.author.cluster.findings import Assumed, Imported, Reshaped
from hakit.author.cluster.place import where
from hakit.model import Cluster, SbdFencing, sbd
from hakit.model.fencing import TIMEOUT, WATCHDOG
from hakit.model.memo import Memo
from hakit.render import devices, fragments
from hakit.render import sbd as files


def fencing(found: Sequence[etree._Element], kept: Memo, text: str, wait: int, advance: int) -> SbdFencing | None:
    """Read it; None where the cluster fences otherwise.

    `found` are the CIB's devices, `text` is sbd's file as far as it is known, `wait` stonith-watchdog-timeout in seconds
    (negative where Pacemaker reckons it).
    """
    if found and [each.get("type") for each in found] != [sbd.AGENT]:
        return None
    if not (found or wait):
        return None
    said = sbd.values(text)
    disks = _disks(found[0], text) if found else ()
    watchdog = kept.watchdog or said.get("SBD_WATCHDOG_DEV") or WATCHDOG
    # A wait is twice the watchdog's timeout (or a little more, where Corosync needs longer).
    timeout = kept.watchdog_timeout or meaning.seconds(said.get("SBD_WATCHDOG_TIMEOUT", "")) or max(wait, 0) // 2
    return SbdFencing(disks, watchdog, timeout or TIMEOUT, advance)


def unsaid(file: str, found: Sequence[etree._Element], cluster: Cluster, kept: Memo, text: str) -> Iterator[Imported]:
    """Say what of it the spec means otherwise, and what was guessed."""
    known = cluster.fencing
    if not isinstance(known, SbdFencing):
        return
    if not (kept.watchdog_timeout or sbd.values(text).get("SBD_WATCHDOG_TIMEOUT")):
        yield Assumed(where=file, what="SBD's watchdog and its timeout", taken=f"{known.watchdog}, {known.timeout} s")
    wanted = files.device(cluster, known)
    if wanted is None or not found:
        return
    (element,) = found
    if element.get("id") != sbd.DEVICE:
        what = f"the fencing device {element.get('id')}"
        yield Reshaped(where=where(file, element), what=what, becomes=sbd.DEVICE, restarts=False)
    rendered = meaning.of_resource(
        devices.resource(wanted, fragments.templates(None), cluster.timing.operation_timeout)
    )
    meant = {what: fact.value for what, fact in rendered.items()}
    yield from differing(file, f"fencing device {element.get('id')}", element, meaning.of_resource(element), meant)


def _disks(element: etree._Element, text: str) -> tuple[str, ...]:
    """Name the disks of the device; one that names none takes those of sbd's file (fence_sbd(8))."""
    named = meaning.parameters(element).get("devices", "")
    return tuple(filter(None, re.split(r"[\s,;]+", named))) or sbd.disks(text)

"""Fencing devices in a CIB: secrets are kept, never shown, and never overwritten by a placeholder."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from hakit.core import Secret
from hakit.model import Cluster, Device, DeviceFencing, Level, NoFencing, SecretParameter
from hakit.render import advance, cib, compared, differences, merged, unknown_secrets
from tests.sample_clusters import cluster


def fenced(value: str | None, *, ip: str = "10.0.0.1") -> Cluster:
    secret = SecretParameter("password", value=None if value is None else Secret(value))
    a = Device("ipmi-a", "fence_ipmilan", ("qsp-a",), (("ip", ip),), (secret,))
    b = Device("ipmi-b", "fence_ipmilan", ("qsp-b",), (("ip", "10.0.0.2"),))
    return replace(cluster(), fencing=DeviceFencing((a, b), (Level("qsp-a", 1, ("ipmi-a",)),), 10))


LIVE = cib(fenced("hush"))


def test_a_secret_nobody_read_is_a_placeholder_and_known_to_be_missing() -> None:
    assert 'value="(secret)"' in cib(fenced(None))
    assert unknown_secrets("", fenced(None)) == (("ipmi-a", "password"),)
    assert unknown_secrets(LIVE, fenced(None)) == ()
    assert unknown_secrets("", fenced("hush")) == ()


def test_the_running_clusters_secret_is_kept_where_the_spec_has_none_at_hand() -> None:
    assert differences(LIVE, fenced(None)) == ()
    changed = merged(LIVE, fenced(None, ip="10.0.0.9"))
    assert 'value="hush"' in changed
    assert "(secret)" not in changed
    assert "10.0.0.9" in changed


def test_another_secret_is_told_without_either() -> None:
    (found,) = compared(LIVE, fenced("louder"))
    assert (found.subject, found.what) == ("resource ipmi-a", "parameter password")
    assert "hush" not in found.text() + str(found.old) + str(found.new)
    assert "louder" not in found.text() + str(found.new)
    assert 'value="louder"' in merged(LIVE, fenced("louder"))


@pytest.mark.parametrize("name", ["passwd", "password", "snmp_priv_passwd", "secret_key", "token"])
def test_a_secret_that_somebody_added_by_hand_is_not_shown(name: str) -> None:
    live = LIVE.replace('name="password" value="hush"', f'name="{name}" value="hush"')
    assert "hush" not in " ".join(differences(live, fenced("other")))


def test_levels_and_devices_of_a_cluster_without_fencing_are_too_much() -> None:
    found = {each.subject for each in compared(LIVE, replace(cluster(), fencing=NoFencing("lab")))}
    assert {"fencing level fencing-qsp-a-2", "resource ipmi-a", "cluster properties"} <= found


def test_the_node_with_the_service_is_ahead_by_a_level_before_all_others() -> None:
    root = etree.fromstring(LIVE)
    levels = {(each.get("target"), each.get("index")): each.get("devices") for each in root.iter("fencing-level")}
    assert levels == {
        ("qsp-a", "1"): "fencing-first", ("qsp-a", "2"): "ipmi-a",
        ("qsp-b", "1"): "fencing-first", ("qsp-b", "2"): "ipmi-b",
    }  # fmt: skip
    said = {each.get("name"): each.get("value") for each in root.iterfind(".//primitive[@id='fencing-first']//nvpair")}
    assert (said["advance"], said["devices"]) == ("10", "qsp-a:ipmi-a;qsp-b:ipmi-b")
    assert "priority" not in LIVE, "Pacemaker's own delay holds back the shot at a node that is off, too"
    even = cib(replace(fenced("x"), fencing=replace(fenced("x").fencing, priority_delay=0)))  # type: ignore[type-var]
    assert "priority" not in even
    assert "fencing-first" not in even
    assert 'id="fencing-qsp-a-1"' in even


def test_a_node_is_off_when_all_devices_of_its_first_level_say_so() -> None:
    a, b = (Device(name, "fence_apc", ("qsp-a", "qsp-b")) for name in ("pdu-1", "pdu-2"))
    both = (Level("qsp-a", 1, ("pdu-1", "pdu-2")), Level("qsp-a", 2, ("pdu-1",)))
    device = advance.device(replace(cluster(), fencing=DeviceFencing((a, b), both, 10)))
    assert device is not None
    assert dict(device.parameters)["devices"] == "qsp-a:pdu-1,pdu-2;qsp-b:pdu-1"

"""Fencing devices in a CIB: secrets are kept, never shown, and never overwritten by a placeholder."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hakit.core import Secret
from hakit.model import Cluster, Device, DeviceFencing, Level, NoFencing, SecretParameter
from hakit.render import cib, compared, differences, merged, unknown_secrets
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
    assert {"fencing level fencing-qsp-a-1", "resource ipmi-a", "cluster properties"} <= found


def test_the_node_with_the_service_is_ahead() -> None:
    assert 'name="priority-fencing-delay" value="10s"' in LIVE
    assert 'id="squid-meta_attributes-priority"' in LIVE
    even = cib(replace(fenced("x"), fencing=replace(fenced("x").fencing, priority_delay=0)))  # type: ignore[type-var]
    assert "priority" not in even

"""What ocf:hakit:vip and ocf:heartbeat:IPaddr2 are told of a virtual IP; a test holds the names to our agent's metadata."""

from __future__ import annotations

from hakit.model.service import AddressCheck, Vip, VipAgent


def parameters(vip: Vip) -> dict[str, str]:
    """Return the agent's parameters, in the order of its metadata."""
    said = {"ip": str(vip.interface.ip), "cidr_netmask": str(vip.interface.network.prefixlen)}
    if vip.nic is not None:
        said["nic"] = vip.nic
    if vip.agent is VipAgent.OURS and vip.check is not AddressCheck.LOST:
        said["check"] = vip.check.value
    return said

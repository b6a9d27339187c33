"""On which network card of a host an address is."""

from __future__ import annotations

import json

from hakit.core import Command


def asks(address: str) -> Command:
    """Ask for the card with the address."""
    return Command(("ip", "-json", "address", "show", "to", address), timeout=10, changes_state=False)


def parse(text: str) -> str:
    """Read `ip -json address show to …`, ip(8); empty when there is no such card."""
    try:
        cards = [each["ifname"] for each in json.loads(text or "[]") if each.get("ifname")]
    except (ValueError, TypeError, AttributeError):
        return ""
    return str(cards[0]) if cards else ""

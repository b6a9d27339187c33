"""The command line tool by which a cluster is driven."""

from __future__ import annotations

from enum import StrEnum


class Tool(StrEnum):
    """pcs or crm; AUTO is what is found on the nodes. No part of the spec: either tool can drive the same cluster."""

    AUTO = "auto"
    PCS = "pcs"
    CRM = "crm"

"""All nodes have the same CIB."""

from __future__ import annotations

from hakit.drill.audit import Evidence
from hakit.observe import parsing
from hakit.report.record import Judgement

NAME = "same CIB on all nodes"
_VERSION = ("admin_epoch", "epoch")


def audit(evidence: Evidence) -> Judgement:
    """Compare configuration and version; the status section is in flux, and has a version of its own (num_updates)."""
    seen = {node: _essence(text) for node, text in evidence.cibs.items() if text}
    missing = [node.name for node in evidence.scene.cluster.nodes if node.name not in seen]
    if missing:
        return Judgement(NAME, ok=False, words=f"{', '.join(missing)} shows none")
    versions = {version for version, _ in seen.values()}
    same = len(set(seen.values())) == 1
    return Judgement(NAME, ok=same, words=f"version {' and '.join(sorted(versions))}")


def _essence(text: str) -> tuple[str, bytes]:
    root = parsing.xml(text, "the CIB")
    configuration = root.find("configuration")
    version = ".".join(root.get(name, "?") for name in _VERSION)
    return version, parsing.canonical(configuration) if configuration is not None else b""

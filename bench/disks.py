"""The nodes' disks, kept and put back: a setup is made once, and then is there again within a boot."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from hakit.lab.lab import Lab


def keep(lab: Lab, name: str) -> None:
    """Switch the nodes off and put their disks away."""
    _off(lab)
    for node in lab.nodes:
        kept = _kept(lab, name, node.name)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(kept, ignore_errors=True)
        _upper(lab, node.name).rename(kept)


def put_back(lab: Lab, name: str) -> None:
    """Switch the nodes off, give them copies of disks that were kept, and boot; what the nodes wrote since is forgotten."""
    _off(lab)
    for node in lab.nodes:
        upper = _upper(lab, node.name)
        shutil.rmtree(upper, ignore_errors=True)
        # A copy with everything that an overlay's layer is made of: device nodes and extended attributes.
        subprocess.run(("cp", "-a", str(_kept(lab, name, node.name)), str(upper)), check=True, timeout=120)
        work = upper.with_name("work")
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
    lab.repair()


def _off(lab: Lab) -> None:
    for node in lab.nodes:
        lab.power_off(node.name)
        subprocess.run(("umount", str(lab.layout.root(node.name))), capture_output=True, check=False, timeout=60)


def _upper(lab: Lab, node: str) -> Path:
    return lab.layout.node_folder(node) / "upper"


def _kept(lab: Lab, name: str, node: str) -> Path:
    return lab.layout.folder / "kept" / name / node

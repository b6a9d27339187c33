"""hakit on one of the nodes itself, from a wheel, with no admin machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hakit.lab.lab import Lab
from hakit.observe.node import AGENT
from tests.cluster.command import Hakit
from tests.cluster.conftest import Client

pytestmark = pytest.mark.first_release

ROOT = Path(__file__).parents[2]


def installed_for(hakit: Hakit, folder: Path) -> Path:
    """Install hakit's wheel and what it needs for the node's own Python into a folder."""
    version = hakit.on("qsp-a", "python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    subprocess.run((*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT)), check=True, timeout=300)
    (wheel,) = folder.glob("hakit-*.whl")
    site = folder / "site"
    choice = ("--target", str(site), "--python-version", version, "--only-binary=:all:")
    subprocess.run((*pip, "install", *choice, str(wheel)), check=True, timeout=600)
    return site


def test_bootstrap_status_and_destroy(fresh_lab: Lab, client: Client, tmp_path: Path) -> None:
    hakit = Hakit(fresh_lab)
    site = installed_for(hakit, tmp_path)
    # Through the overlay's mount: the node sees it under /opt.
    node_opt = fresh_lab.spec.parent / "nodes" / "qsp-a" / "root" / "opt" / "hakit"
    shutil.copytree(site, node_opt)
    shutil.copy(fresh_lab.spec, node_opt.parent / "hakit.yaml")

    def on_node(*words: str) -> subprocess.CompletedProcess[str]:
        argv = ("env", "-C", "/opt", "PYTHONPATH=/opt/hakit", "HOME=/root", "python3", "-m", "hakit", *words)
        return subprocess.run(
            fresh_lab.node_argv("qsp-a", argv), capture_output=True, text=True, check=False, timeout=400
        )

    made = on_node("bootstrap", "--yes")
    assert made.returncode == 0, made.stderr + made.stdout
    assert client.fetch("/ping").code == 200
    assert on_node("status").returncode == 0
    again = on_node("bootstrap")
    assert again.returncode == 0
    assert "nothing to do" in again.stderr
    moved = on_node("switchover", "squid", "--to", "qsp-b")
    assert moved.returncode == 0, moved.stderr
    gone = on_node("destroy", "--yes")
    assert gone.returncode == 0, gone.stderr
    alone = on_node("agent", "install")
    assert alone.returncode == 0, alone.stderr
    assert "installed on qsp-a" in alone.stderr
    assert hakit.on("qsp-a", "stat", "--format=%a %U:%G", AGENT) == "755 root:root"
    assert hakit.on("qsp-a", "crm_resource", "--show-metadata=ocf:hakit:quickservice").startswith("<?xml")
    assert "nothing to do" in on_node("agent", "install").stderr
    hakit.on("qsp-a", "rm", AGENT)

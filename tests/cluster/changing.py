"""What the tests of changes share: variants of a lab's spec, and how a change is seen to be through."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.cluster.command import Answer, Hakit
from tests.cluster.conftest import Client
from tests.cluster.tools import NODES

__all__ = ["NODES", "WEB", "finished", "last", "nothing_left", "variant"]

WEB = {"unit": "nginx.service", "vip": "192.168.233.201/24"}


def variant(  # noqa: PLR0913 - what can differ
    hakit: Hakit,
    folder: Path,
    name: str,
    *,
    services: Mapping[str, Mapping[str, object]] | None = None,
    rings: int = 2,
    timing: str = "normal",
) -> str:
    """Write the lab's spec with services added or changed, with fewer rings, or another timing; return the path."""
    yaml = YAML()
    content = yaml.load(Path(hakit.spec).read_text())
    for service, said in (services or {}).items():
        content["services"][service] = {**content["services"].get(service, {}), **said}
    for node in content["nodes"].values():
        node["rings"] = list(node["rings"])[:rings]
    if timing != "normal":
        content["timing"] = timing
    file = folder / f"{name}.yaml"
    with file.open("w") as out:
        yaml.dump(content, out)
    return str(file)


def last(hakit: Hakit) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(hakit.must("history", "--json", hakit.spec).out)["changes"][-1]
    return entry


def nothing_left(hakit: Hakit, spec: str) -> None:
    """Assert that the plan is empty; behind that it tells what clients would notice when something fails."""
    assert hakit.must("plan", spec).out.startswith("nothing to do\n")


def finished(hakit: Hakit, client: Client, spec: str) -> Answer:
    """Apply the spec to its end, and insist that the cluster is what it says."""
    answer = hakit.must("apply", "--yes", spec)
    assert "it runs as declared" in answer.err
    nothing_left(hakit, spec)
    assert client.fetch("/ping").code == 200
    assert last(hakit)["result"] == "done"
    return answer

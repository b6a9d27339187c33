"""The file system in which the service writes is full."""

from __future__ import annotations

from hakit.core import Command
from hakit.drill.fault import Fault
from hakit.drill.scene import Scene
from hakit.report.record import Expectation

_SIZE = "64k"


class DiskFull(Fault):
    """A small full file system is laid over the folder of the service's logs, so that no real disk is filled."""

    name = "disk-full"
    title = "Disk full where the service writes"
    harsh = True
    watch = 6.0

    def deed(self, scene: Scene) -> str:
        """Say in one line what will be done."""
        return f"lay a full file system over {_folder(scene)} on {scene.active}; the real one is not touched"

    def expected(self, scene: Scene) -> Expectation:
        """A service that has its log open does not notice; one that is started then may fail."""
        del scene
        return Expectation(0.0, "what is running keeps the files that it has open")

    def impossible(self, scene: Scene) -> str:
        """Say whether there is such a folder."""
        there = scene.runner.run(scene.active, Command(("test", "-d", _folder(scene)), ok_codes=frozenset({0, 1})))
        return (
            "" if there.code == 0 else f"there is no {_folder(scene)}, and where else the service writes is not known"
        )

    def inject(self, scene: Scene) -> None:
        """Lay it over, and fill it."""
        folder = _folder(scene)
        fill = ("dd", "if=/dev/zero", f"of={folder}/hakit-drill-full", "bs=4k")
        scene.do(
            scene.active,
            Command(("mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "hakit-drill", folder)),
            Command(fill, ok_codes=frozenset({1})),
        )

    def heal(self, scene: Scene) -> None:
        """Take it away; 1 and 32 say that it is not there."""
        where = ("findmnt", "--noheadings", "--output", "SOURCE", "--target", _folder(scene))
        seen = scene.runner.run(scene.active, Command(where, ok_codes=frozenset({0, 1})))
        if seen.stdout.strip() == "hakit-drill":
            scene.do(scene.active, Command(("umount", "--lazy", _folder(scene))))

    def explains(self, scene: Scene) -> frozenset[str]:
        """What fails there may fail for want of room."""
        return frozenset({scene.active})


def _folder(scene: Scene) -> str:
    return f"/var/log/{scene.service.unit.partition('.')[0].partition('@')[0]}"

"""Pacemaker's own scheduler says where things would run with the CIB that hakit renders, and where they would go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from hakit import render, spec
from hakit.model import Cluster, Service, Switchback, Volume
from tests.sample_clusters import SQUID, cluster
from tests.tools.conftest import Tools

CASES = sorted((Path(__file__).parents[1] / "cases/render").iterdir())
BOTH = ("--node-up", "qsp-a", "--node-up", "qsp-b", "--quorum", "true")
Placed = Mapping[str, str]


class Simulated:
    """A cluster under crm_simulate: every step goes on from the state that the last one left."""

    def __init__(self, tools: Tools, declared: Cluster) -> None:
        self._tools = tools
        self._file = tools.files / "cib.xml"
        self._file.write_text(render.cib(declared))

    def step(self, *arguments: str) -> Placed:
        """Let something happen, and return where every resource runs then; empty for nowhere."""
        done = self._tools.run(
            "crm_simulate", "--xml-file", "cib.xml", "--simulate", "--save-output", "cib.xml", *arguments
        )
        assert done.returncode == 0, done.stderr
        self.actions = re.findall(r"Resource action: (\S+)\s+(\w+) on (\S+)", done.stdout)
        return self.placed()

    def placed(self) -> Placed:
        # crm_mon, because crm_simulate of 2.0 has no XML to say.
        done = self._tools.run("env", "CIB_file=/mnt/cib.xml", "crm_mon", "--one-shot", "--inactive", "--output-as=xml")
        assert done.returncode == 0, done.stderr
        resources = etree.fromstring(done.stdout.encode()).findall("resources//resource")
        # Of a volume only the primary counts.
        secondary = {"Slave", "Unpromoted"}
        return {str(resource.get("id")): "" for resource in resources} | {
            str(resource.get("id")): ",".join(str(node.get("name")) for node in resource.iterfind("node"))
            for resource in resources
            if resource.get("role") not in secondary | {"Stopped"}
        }

    def up_to_date(self, service: str, *nodes: str) -> Placed:
        """Let DRBD's agent say on these nodes that their side may be primary, and on no other."""
        name = f"master-{service}-volume"
        root = etree.fromstring(self._file.read_bytes())
        for state in root.iterfind("status/node_state"):
            for said in state.findall(f".//nvpair[@name='{name}']"):
                said.getparent().remove(said)
            if state.get("uname") in nodes:
                told = state.find("transient_attributes/instance_attributes")
                if told is None:
                    above = etree.SubElement(state, "transient_attributes", id=state.get("id", ""))
                    told = etree.SubElement(above, "instance_attributes", id=f"status-{state.get('id')}")
                etree.SubElement(told, "nvpair", id=f"{told.get('id')}-{name}", name=name, value="10000")
        self._file.write_bytes(etree.tostring(root))
        return self.step()

    def lose(self, node: str) -> Placed:
        """Lose a node; as the controller does, forget what ran there, so that it can come back empty."""
        self.step("--node-fail", node)
        root = etree.fromstring(self._file.read_bytes())
        for state in root.iterfind(f"status/node_state[@uname='{node}']"):
            state[:] = []
        self._file.write_bytes(etree.tostring(root))
        return self.placed()

    def ban(self, resource: str, *nodes: str) -> Placed:
        """Forbid a resource to run on nodes, as too many failures do."""
        bans = "".join(
            f'<rsc_location id="ban-{resource}-{node}" rsc="{resource}" node="{node}" score="-INFINITY"/>'
            for node in nodes
        )
        self._file.write_text(self._file.read_text().replace("</constraints>", f"{bans}</constraints>"))
        return self.step()

    def forbid(self, constraint: str) -> None:
        """Put a constraint of somebody else's into the CIB."""
        self._file.write_text(self._file.read_text().replace("</constraints>", f"{constraint}</constraints>"))


def at_one(placed: Placed, service: str) -> str:
    """Return the one node where all of a service's resources run."""
    (node,) = at(placed, service)
    return node


def at(placed: Placed, *services: str) -> set[str]:
    """Return the nodes where the resources of these services run."""
    return {node for resource, node in placed.items() if resource.rpartition("-")[0] in services}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_service_of_every_case_runs_on_one_node(tools: Tools, case: Path) -> None:
    declared = spec.read(case / "spec.yaml")
    names = [node.name for node in declared.nodes]
    simulated = Simulated(tools, declared)
    placed = simulated.step("--quorum", "true", *(f"--node-up={name}" for name in names))
    for service in declared.services:
        if service.volume:
            placed = simulated.up_to_date(service.name, *names)
    for service in declared.services:
        node = at_one(placed, service.name)
        assert node in names
        assert service.prefer in {None, node}
        assert {at_one(placed, other) for other in service.depends_on} <= {node}


def test_vip_and_unit_start_on_one_node_the_vip_first(tools: Tools) -> None:
    squid = Simulated(tools, cluster())
    assert len(at(squid.step(*BOTH), "squid") & {"qsp-a", "qsp-b"}) == 1
    starts = [resource for resource, action, _ in squid.actions if action == "start"]
    assert starts == ["squid-vip", "squid-unit"]


@pytest.mark.parametrize("node", ["qsp-a", "qsp-b"])
def test_a_preference_decides_where_a_service_starts(tools: Tools, node: str) -> None:
    assert at(Simulated(tools, cluster(replace(SQUID, prefer=node))).step(*BOTH), "squid") == {node}


@pytest.mark.parametrize(("switchback", "afterwards"), [(Switchback.NEVER, "qsp-b"), (Switchback.AUTOMATIC, "qsp-a")])
def test_a_lost_node_s_service_moves_and_comes_back_only_if_said(
    tools: Tools, switchback: Switchback, afterwards: str
) -> None:
    squid = Simulated(tools, cluster(replace(SQUID, prefer="qsp-a", switchback=switchback)))
    assert at(squid.step(*BOTH), "squid") == {"qsp-a"}
    assert at(squid.lose("qsp-a"), "squid") == {"qsp-b"}
    assert at(squid.step("--node-up", "qsp-a"), "squid") == {afterwards}


def test_a_failed_unit_is_restarted_in_place_and_moves_after_the_third_time(tools: Tools) -> None:
    squid = Simulated(tools, cluster(replace(SQUID, prefer="qsp-a")))
    squid.step(*BOTH)
    where = []
    for _ in range(3):
        squid.step("--op-inject", "squid-unit_monitor_5000@qsp-a=7")
        where.append(at(squid.step(), "squid"))  # 2.1.5 counts a failure only when it looks again
    assert where == [{"qsp-a"}, {"qsp-a"}, {"qsp-b"}]


def test_without_quorum_nothing_runs(tools: Tools) -> None:
    squid = Simulated(tools, cluster(nodes=3))
    squid.step(*BOTH)
    # Without some other change crm_simulate doesn't take the quorum away.
    assert at(squid.step("--quorum", "false", "--node-up", "qsp-b"), "squid") == {""}


ORIGIN = Service("origin", "nginx.service", prefer="qsp-b")
FILTER = Service("filter", "c-icap.service")
NEEDS = replace(SQUID, depends_on=("origin", "filter"))
ALL = ("origin", "filter", "squid")


@pytest.mark.parametrize("services", [(ORIGIN, FILTER, NEEDS), (NEEDS, FILTER, ORIGIN), (FILTER, NEEDS, ORIGIN)])
class TestDependencies:
    def test_all_run_together_and_start_in_order(self, tools: Tools, services: tuple[Service, ...]) -> None:
        simulated = Simulated(tools, cluster(*services))
        assert at(simulated.step(*BOTH), *ALL) == {"qsp-b"}
        starts = [resource for resource, action, _ in simulated.actions if action == "start"]
        assert set(starts[:2]) == {"origin-unit", "filter-unit"}
        assert starts[2:] == ["squid-vip", "squid-unit"]

    def test_all_move_together_when_the_node_is_lost_and_stay(
        self, tools: Tools, services: tuple[Service, ...]
    ) -> None:
        simulated = Simulated(tools, cluster(*services))
        simulated.step(*BOTH)
        assert at(simulated.lose("qsp-b"), *ALL) == {"qsp-a"}
        assert at(simulated.step("--node-up", "qsp-b"), *ALL) == {"qsp-a"}

    @pytest.mark.parametrize("failing", ALL)
    def test_all_follow_one_that_cannot_run_here(
        self, tools: Tools, services: tuple[Service, ...], failing: str
    ) -> None:
        simulated = Simulated(tools, cluster(*services))
        simulated.step(*BOTH)
        assert at(simulated.ban(failing, "qsp-b"), *ALL) == {"qsp-a"}

    @pytest.mark.parametrize(("failing", "running"), [("origin", "filter"), ("filter", "origin")])
    def test_one_that_can_run_nowhere_takes_only_its_dependent_down(
        self, tools: Tools, services: tuple[Service, ...], failing: str, running: str
    ) -> None:
        simulated = Simulated(tools, cluster(*services))
        simulated.step(*BOTH)
        placed = simulated.ban(failing, "qsp-a", "qsp-b")
        assert at(placed, failing, "squid") == {""}
        assert at(placed, running) <= {"qsp-a", "qsp-b"}


def test_services_without_ties_are_spread(tools: Tools) -> None:
    many = tuple(Service(f"site{number}", f"site@{number}.service") for number in range(10))
    placed = Simulated(tools, cluster(*many)).step(*BOTH)
    assert sorted(placed.values()) == ["qsp-a"] * 5 + ["qsp-b"] * 5


VOLUME = Volume((("qsp-a", "/dev/vdb"), ("qsp-b", "/dev/vdb")), "/srv/squid", 1)
LOGGING = replace(SQUID, volume=VOLUME)


class TestVolume:
    def running(self, tools: Tools, service: Service = LOGGING, *alike: str) -> tuple[Simulated, Placed]:
        simulated = Simulated(tools, cluster(service))
        simulated.step(*BOTH)
        return simulated, simulated.up_to_date("squid", *alike or ("qsp-a", "qsp-b"))

    def test_all_run_on_the_primary_s_node_in_order(self, tools: Tools) -> None:
        simulated, placed = self.running(tools)
        assert at_one(placed, "squid") in {"qsp-a", "qsp-b"}
        done = [resource for resource, action, _ in simulated.actions if action in {"promote", "start"}]
        assert [each for each in done if each.partition(":")[0] != "squid-volume"] == [
            "squid-vip", "squid-mount", "squid-unit",
        ]  # fmt: skip
        assert done.index("squid-volume") < done.index("squid-mount")

    def test_the_address_comes_before_the_promotion_and_without_it_nothing_is_promoted(self, tools: Tools) -> None:
        """Where somebody still answers for it, a cut keeps two sides from being written."""
        simulated, placed = self.running(tools)
        here = at_one(placed, "squid")
        done = [(resource.partition(":")[0], action) for resource, action, _ in simulated.actions]
        assert done.index(("squid-vip", "start")) < done.index(("squid-volume", "promote"))
        other = "qsp-b" if here == "qsp-a" else "qsp-a"
        alone = Simulated(tools, cluster(LOGGING))
        alone.step("--node-up", other)
        alone.ban("squid-vip", other)
        assert set(alone.up_to_date("squid", other).values()) == {""}
        assert "promote" not in {action for _, action, _ in alone.actions}

    def test_an_address_that_is_restarted_does_not_demote_the_volume(self, tools: Tools) -> None:
        simulated, placed = self.running(tools)
        here = at_one(placed, "squid")
        simulated.step("--op-inject", f"squid-vip_monitor_10000@{here}=7")
        seen = list(simulated.actions)
        assert at_one(simulated.step(), "squid") == here
        seen += simulated.actions
        assert ("squid-vip", "start", here) in seen
        assert not {action for _, action, _ in seen} & {"demote", "promote"}

    def test_a_preference_decides_which_side_becomes_primary(self, tools: Tools) -> None:
        assert at_one(self.running(tools, replace(LOGGING, prefer="qsp-b"))[1], "squid") == "qsp-b"

    def test_nothing_starts_while_no_side_may_be_primary(self, tools: Tools) -> None:
        placed = Simulated(tools, cluster(LOGGING)).step(*BOTH)
        assert at(placed, "squid") == {""}

    @pytest.mark.parametrize("good", ["qsp-a", "qsp-b"])
    def test_a_stale_side_is_passed_over_whatever_is_preferred(self, tools: Tools, good: str) -> None:
        stale = "qsp-b" if good == "qsp-a" else "qsp-a"
        simulated, placed = self.running(tools, replace(LOGGING, prefer=stale), good)
        assert at_one(placed, "squid") == good
        assert at(simulated.lose(good), "squid") == {""}

    def test_after_the_primary_s_node_is_lost_all_go_on_at_the_other_and_stay_there(self, tools: Tools) -> None:
        simulated, _ = self.running(tools, replace(LOGGING, prefer="qsp-a"))
        assert at_one(simulated.lose("qsp-a"), "squid") == "qsp-b"
        simulated.step("--node-up", "qsp-a")
        assert at_one(simulated.up_to_date("squid", "qsp-a", "qsp-b"), "squid") == "qsp-b"

    def test_what_drbd_s_handler_forbids_holds_against_all_scores(self, tools: Tools) -> None:
        simulated, _ = self.running(tools, replace(LOGGING, prefer="qsp-a"))
        # As crm-fence-peer.sh of drbd-utils 9.22 writes it on qsp-a, when its peer is out of reach.
        simulated.forbid(
            '<rsc_location rsc="squid-mirror" id="drbd-fence-by-handler-squid-squid-mirror">'
            '<rule role="Master" score="-INFINITY" id="drbd-fence-by-handler-squid-rule-squid-mirror">'
            '<expression attribute="#uname" operation="ne" value="qsp-a" id="drbd-fence-by-handler-squid-expr"/>'
            "</rule></rsc_location>"
        )
        assert at(simulated.lose("qsp-a"), "squid") == {""}

    def test_a_unit_that_can_t_run_there_takes_the_primary_with_it(self, tools: Tools) -> None:
        simulated, _ = self.running(tools, replace(LOGGING, prefer="qsp-a"))
        assert at_one(simulated.ban("squid", "qsp-a"), "squid") == "qsp-b"
        steps = [(resource.partition(":")[0], action) for resource, action, _ in simulated.actions]
        order = [
            ("squid-mount", "stop"),
            ("squid-volume", "demote"),
            ("squid-volume", "promote"),
            ("squid-mount", "start"),
        ]
        assert [step for step in steps if step in order] == order

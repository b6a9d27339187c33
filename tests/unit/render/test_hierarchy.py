"""Services that another one needs beside each other are drawn together."""

from __future__ import annotations

from graphlib import TopologicalSorter

from hypothesis import given, settings

from hakit.model import Cluster, Service
from hakit.render.hierarchy import neighbours
from tests.sample_clusters import clusters


def service(name: str, *depends_on: str) -> Service:
    return Service(name, f"{name}.service", depends_on=depends_on)


def test_two_that_a_third_needs_are_near_each_other() -> None:
    assert neighbours((service("a"), service("b"), service("c", "b", "a"))) == {"b": ("a",)}


def test_two_of_which_one_needs_the_other_are_together_already() -> None:
    assert neighbours((service("a"), service("b", "a"), service("c", "a", "b"))) == {}
    assert neighbours((service("a"), service("m", "a"), service("b", "m"), service("c", "a", "b"))) == {}


def test_the_order_of_the_spec_doesn_t_matter_where_one_needs_the_other() -> None:
    assert neighbours((service("c", "a", "b"), service("a", "x"), service("b"), service("x"))) == {"b": ("a",)}


def test_the_same_two_for_two_services_are_near_once() -> None:
    four = (service("a"), service("b"), service("c", "a", "b"), service("d", "b", "a"))
    assert neighbours(four) == {"b": ("a",)}


def needed(name: str, depends: dict[str, set[str]]) -> set[str]:
    direct = depends[name]
    return direct.union(*(needed(other, depends) for other in direct))


@settings(max_examples=40, deadline=None)
@given(clusters())
def test_no_circle_arises_and_all_that_a_service_needs_hangs_together(any_cluster: Cluster) -> None:
    near = neighbours(any_cluster.services)
    depends = {each.name: set(each.depends_on) for each in any_cluster.services}
    edges = {name: others | set(near.get(name, ())) for name, others in depends.items()}
    tuple(TopologicalSorter(edges).static_order())  # raises CycleError
    for name in depends:
        apart = needed(name, depends)
        reached = {min(apart)} if apart else set()
        for _ in apart:
            reached |= {a for a in apart if edges[a] & reached} | {b for a in reached for b in edges[a] & apart}
        assert reached == apart

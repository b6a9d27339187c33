from __future__ import annotations

from pathlib import Path

import pytest

from hakit.core.errors import ExitCode, HakitError
from hakit.lab import layout, mounts, network, recipe, specfile, state
from hakit.lab.layout import Layout
from hakit.lab.recipe import Release
from hakit.lab.state import State


def test_addresses_are_those_of_the_reference_scenario() -> None:
    first, second = layout.hosts(2)
    assert (first.name, first.addresses) == ("qsp-a", ("192.168.233.11", "172.16.233.11"))
    assert (second.name, second.addresses) == ("qsp-b", ("192.168.233.12", "172.16.233.12"))
    assert layout.client().addresses[0] == "192.168.233.139"


def test_no_two_hosts_share_an_address() -> None:
    everyone = [*layout.hosts(layout.MOST_NODES), layout.client()]
    addresses = [address for host in everyone for address in host.addresses]
    assert len({*addresses, layout.VIP}) == len(addresses) + 1


@pytest.mark.parametrize("count", [0, -1, layout.MOST_NODES + 1])
def test_number_of_nodes_has_bounds(count: int) -> None:
    with pytest.raises(HakitError) as caught:
        layout.hosts(count)
    assert caught.value.code is ExitCode.USAGE


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a.b", "a/b", "../x", "a" * 25, "a b"])
def test_names_that_would_break_out_are_refused(name: str) -> None:
    with pytest.raises(HakitError) as caught:
        layout.layout(name)
    assert caught.value.code is ExitCode.USAGE


def test_one_labs_names_are_never_anothers() -> None:
    one, other = Layout("x", Path("/x")), Layout("x-qsp-a", Path("/y"))
    assert one.unit("qsp-a") != other.namespace
    assert not other.namespace.startswith(f"{one.namespace}.")


def test_interface_and_machine_names_fit_the_kernel() -> None:
    longest = layout.hosts(layout.MOST_NODES)[-1]
    assert len(network.port(longest.name, 1)) <= 15
    assert len(Layout("a" * 24, Path("/x")).unit(longest.name)) <= 64


def test_folder_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HAKIT_LAB_DIR", str(tmp_path))
    assert layout.layout("x").folder == tmp_path / "x"
    assert layout.layout("x", Path("/elsewhere")).folder == Path("/elsewhere/x")


def test_another_recipe_is_another_root() -> None:
    before = recipe.digest(Release.BOOKWORM)
    assert before == recipe.digest(Release.BOOKWORM)
    assert before != recipe.digest(Release.TRIXIE)
    assert before != recipe.digest(Release.BOOKWORM, (*recipe.PACKAGES, "apache2"))
    assert before == recipe.digest(Release.BOOKWORM, recipe.PACKAGES[::-1])


def test_state_survives(tmp_path: Path) -> None:
    place = Layout("x", tmp_path)
    assert state.load(place) is None
    kept = State(Release.TRIXIE, 3, Path("/base"), built=True)
    state.save(place, kept)
    assert state.load(place) == kept
    assert [path.name for path in tmp_path.iterdir()] == ["lab.json"]


@pytest.mark.parametrize("text", ["", "{}", '{"release": "potato", "nodes": 2, "base": "/", "built": true}', "[]"])
def test_damaged_state_says_how_to_go_on(tmp_path: Path, text: str) -> None:
    (tmp_path / "lab.json").write_text(text)
    with pytest.raises(HakitError, match="damaged") as caught:
        state.load(Layout("x", tmp_path))
    assert "lab down" in caught.value.hint


def test_mount_points_deepest_first() -> None:
    info = (
        "29 1 8:1 / / rw - ext4 /dev/a rw\n"
        "40 29 0:5 / /labs/x/nodes/qsp-a/root rw - overlay overlay rw\n"
        "41 40 0:6 / /labs/x/nodes/qsp-a/root/a\\040b rw - tmpfs t rw\n"
        "42 29 0:7 / /labs/xy rw - tmpfs t rw\n"
    )
    assert mounts.below(Path("/labs/x"), info) == [
        Path("/labs/x/nodes/qsp-a/root/a b"),
        Path("/labs/x/nodes/qsp-a/root"),
    ]


def test_spec_of_two_nodes_is_the_example_but_for_its_reason() -> None:
    example = (Path(__file__).parents[3] / "examples/squid.yaml").read_text()
    said = [line.split("#")[0].rstrip() for line in specfile.text(layout.hosts(2)).splitlines()]
    wanted = [line.split("#")[0].rstrip() for line in example.replace("evaluation only", "lab").splitlines()]
    assert said == wanted

"""Every folder of tests/cases/faults: a spec, and the places and codes of its faults. Words are not compared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hakit.spec import SpecFault, SpecRefused, check, read
from hakit.spec.rules.unsupported import NotSupported

CASES = sorted(path.parent for path in (Path(__file__).parents[2] / "cases" / "faults").glob("*/spec.yaml"))


def told(fault: SpecFault) -> str:
    return f"{fault.place.mark.line}:{fault.place.mark.column} {fault.code} {fault.place.path}".rstrip()


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_faults_and_their_places(case: Path, same_as_file: Callable[[str, Path], None]) -> None:
    cluster, faults = check(case / "spec.yaml")
    same_as_file("".join(f"{told(fault)}\n" for fault in faults), case / "faults.txt")
    assert (cluster is None) == bool(faults)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_every_line_is_whole_and_in_the_order_of_the_file(case: Path) -> None:
    spec = case / "spec.yaml"
    faults = check(spec)[1]
    for fault in faults:
        mark = fault.place.mark
        start = f"{spec}:{mark.line}:{mark.column}: "
        assert fault.line().startswith(start)
        assert fault.text() in fault.line()
        assert "\n" not in fault.line()
        assert fault.line().count(f"{spec}:") == 1
    marks = [fault.place.mark for fault in faults]
    assert marks == sorted(marks)


def test_read_refuses_with_every_line(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("cluster: a b\nnodes: {}\n")
    with pytest.raises(SpecRefused) as refused:
        read(spec)
    assert refused.value.code == 3
    assert refused.value.message.splitlines()[1:] == [fault.line() for fault in refused.value.faults]
    assert [fault.code for fault in refused.value.faults] == ["HK150", "HK120", "HK140"]


def test_every_kind_of_fault_has_a_case_and_a_code_of_its_own() -> None:
    codes = list({kind.__name__: kind.code for kind in SpecFault.__subclasses__()}.values())
    assert len(set(codes)) == len(codes)
    seen = {line.split()[1] for case in CASES for line in (case / "faults.txt").read_text().splitlines()}
    # Nothing is described at present that hakit can't do; test_unsupported.py shows what would be said of it.
    assert set(codes) - {NotSupported.code} == seen

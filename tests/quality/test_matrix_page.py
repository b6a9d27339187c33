"""The page about releases and tools says what the last runs gave."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests import matrix


def test_the_page_is_made_of_the_results(same_as_file: Callable[[str, Path], None]) -> None:
    same_as_file(matrix.page(list(matrix.cells().values())), matrix.PAGE)

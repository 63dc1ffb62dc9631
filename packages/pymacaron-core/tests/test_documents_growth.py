"""That cost grows with the document and no faster: counted in function calls, not in seconds."""

import sys
from pathlib import Path
from typing import Any

import pytest
from modules import apart
from pymacaron_core import load

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import documents

pytestmark = pytest.mark.any_python  # processes and large documents: minutes on each Python, for the same answer


def calls_of(root: Path) -> int:
    """How many functions are called to load a project."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        with apart("apis", "large"):
            load(root)
    finally:
        sys.setprofile(before)
    return count


@pytest.fixture(scope="module", params=[False, True], ids=["domains", "knot"])
def costs(request: Any, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[float, float]]:
    """For documents of 50, 100 and 200 schemas: the calls for each byte, at a first start and at one from cache."""
    found = []
    for schemas in (50, 100, 200):
        root = tmp_path_factory.mktemp("large") / "project"
        size = documents.make_project(root, schemas, knot=request.param)
        found.append((calls_of(root) / size, calls_of(root) / size))
    return found


@pytest.mark.unmeasured
def test_a_first_start_grows_no_faster_than_its_document(costs: list[tuple[float, float]]) -> None:
    assert max(first for first, _ in costs[1:]) < 1.1 * costs[0][0]


def test_a_start_from_cache_does_not_either_and_is_a_small_part(costs: list[tuple[float, float]]) -> None:
    assert max(cached for _, cached in costs[1:]) < 1.1 * costs[0][1]
    assert costs[-1][1] < costs[-1][0] / 4


def test_a_start_makes_no_models_and_a_request_only_those_it_needs(tmp_path: Path) -> None:
    documents.make_project(tmp_path / "project", 100)
    with apart("apis", "large"):
        load(tmp_path / "project")
    with apart("apis", "large"):
        application = load(tmp_path / "project")
        api = application.apis["large"]
        classes = set(api.catalog.module.__all__)
        assert not classes & set(vars(api.catalog.module)) and len(classes) >= 100
        first = api.routes[0].path.replace("<id>", "8a5ed1bd-c8e0-4f92-8a9b-8d0a1e0b2b11")
        assert application.app.test_client().get(first).status_code in (200, 500)
        assert 0 < len(classes & set(vars(api.catalog.module))) < 50
        assert len(api.specification.schemas.decoded) < 50

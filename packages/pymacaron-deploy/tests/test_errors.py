from __future__ import annotations

import pickle
import re

import pytest
from pymacaron_deploy import errors

TREE = re.findall(r"(?:├──|└──) (\w+) +(\d)", errors.__doc__ or "")
CLASSES = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.DeployError)]


def test_the_tree_that_is_drawn_is_the_one_there_is():
    drawn = {name: int(status) for name, status in TREE}
    assert drawn == {each.__name__: each.exit_code for each in CLASSES if each is not errors.DeployError}


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_an_error_travels_between_processes(kind: type[errors.DeployError]):
    arguments = ("it failed", "output") if issubclass(kind, errors.StageFailed) else ("it failed",)
    revived = pickle.loads(pickle.dumps(kind(*arguments)))
    assert type(revived) is kind
    assert str(revived) == "it failed"
    assert getattr(revived, "output", "output") == "output"

"""Attributes that a model does not know: they stay where they were, as far as that can be told."""

import pytest
from hand_written import Note
from pymacaron_dynamodb.shapes import Shapes
from pymacaron_dynamodb.unknown import with_unknown


def line(text, **more):
    return {"M": {"text": {"S": text}, **{name: {"S": value} for name, value in more.items()}}}


def merged(before, now):
    shapes = Shapes(Note.get_model_schema())
    return with_unknown({"lines": {"L": before}}, {"lines": {"L": now}}, shapes, frozenset())["lines"]["L"]


RED, BLUE = line("red", colour="r"), line("blue", colour="b")


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ([line("red"), line("blue")], [RED, BLUE]),
        ([line("blue"), line("red")], [BLUE, RED]),
        ([line("blue")], [BLUE]),
        ([line("new"), line("red"), line("blue")], [line("new"), RED, BLUE]),
        ([line("changed"), line("blue")], [line("changed", colour="r"), BLUE]),
        ([line("new")], [line("new")]),
        ([], []),
    ],
)
def test_objects_in_lists_keep_theirs_wherever_they_go(now, wanted):
    assert merged([RED, BLUE], now) == wanted


def test_ours_and_what_the_model_dropped_do_not_come_back():
    before = {"text": {"S": "x"}, "_v": {"S": "1"}, "old": {"N": "1"}, "free": {"M": {"a": {"N": "1"}}}}
    now = {"free": {"M": {}}}
    shapes = Shapes(Note.get_model_schema())
    assert with_unknown(before, now, shapes, frozenset(("_v",))) == {"free": {"M": {}}, "old": {"N": "1"}}


def test_nested_lists_are_looked_into():
    schema = {
        "type": "object",
        "properties": {"rows": {"type": "array", "items": {"type": "array", "items": {"properties": {"a": {}}}}}},
    }
    old = {"rows": {"L": [{"L": [{"M": {"a": {"N": "1"}, "b": {"N": "2"}}}]}]}}
    new = {"rows": {"L": [{"L": [{"M": {"a": {"N": "1"}}}]}]}}
    assert with_unknown(old, new, Shapes(schema), frozenset()) == old

"""Messages: written and read as one string; what is none is refused with what it lacks."""

import json

import pytest
from pymacaron_async import ArgumentRefused, MessageRefused
from pymacaron_async.codec import Codec
from pymacaron_async.message import Message, write_arguments
from pymacaron_core.protocol import ModelRegistry

CODEC = Codec(ModelRegistry())


def test_a_message_comes_out_as_it_went_in():
    sent = Message("id-1", "shop.tasks.pack", write_arguments(CODEC, (1, "a"), {"b": {2}}), {"url": "/orders"})
    read = Message.from_text(sent.to_text())
    assert (read.id, read.name, read.context, read.label) == (
        "id-1",
        "shop.tasks.pack",
        {"url": "/orders"},
        "task shop.tasks.pack (id-1)",
    )
    assert read.read_arguments(CODEC) == ((1, "a"), {"b": {2}})


def test_a_refused_argument_is_named():
    with pytest.raises(ArgumentRefused, match=r"argument 2 is a builtins\.object"):
        write_arguments(CODEC, (1, object()), {})
    with pytest.raises(ArgumentRefused, match="argument 'to'"):
        write_arguments(CODEC, (), {"to": object()})


GOOD = {"v": 1, "id": "1", "task": "a.b", "args": [["tuple", []], ["dict", []]], "context": None}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "none of PyMacaron's"),
        ("{", "no JSON"),
        ("[]", "the version None, and this worker reads 1"),
        (json.dumps({**GOOD, "v": 2}), "the version 2"),
        (json.dumps({**GOOD, "id": 1}), "lacks its id"),
        (json.dumps({**GOOD, "task": None}), "lacks its id, its task"),
        (json.dumps({**GOOD, "context": []}), "its context"),
        (json.dumps({**GOOD, "args": [1]}), "lacks its arguments"),
        (json.dumps({**GOOD, "args": {}}), "lacks its arguments"),
    ],
)
def test_what_is_no_message_is_refused(text, told):
    with pytest.raises(MessageRefused, match=told):
        Message.from_text(text)


@pytest.mark.parametrize(
    "args", [[1, 2], [["list", []], ["dict", []]], [["tuple", []], ["dict", [[1, 2]]]], [["tuple", 3], ["dict", []]]]
)
def test_arguments_that_are_none_are_refused(args):
    with pytest.raises(MessageRefused, match="none"):
        Message.from_text(json.dumps({**GOOD, "args": args})).read_arguments(CODEC)

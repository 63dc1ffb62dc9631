"""What is remembered of a model: as long as the object lives, and of its copies that are told."""

import gc

import pytest
from hand_written import Note
from pymacaron_dynamodb import ValueRefused, memory

ITEM = {"owner": {"S": "ada"}}


def test_an_item_is_remembered_until_it_is_forgotten():
    note = Note()
    assert memory.recall(note) is None
    memory.remember(note, ITEM)
    assert memory.recall(note) is ITEM
    memory.forget(note)
    assert memory.recall(note) is None


def test_an_item_goes_with_its_model():
    before = len(memory._kept)
    note = Note()
    memory.remember(note, ITEM)
    memory.remember(note, dict(ITEM))
    assert len(memory._kept) == before + 1
    del note
    gc.collect()
    assert len(memory._kept) == before


def test_a_copy_is_told():
    note, copy, other = Note(), Note(), Note()
    memory.remember(note, ITEM)
    memory.hand_on(note, copy)
    memory.hand_on(other, copy)
    assert memory.recall(copy) is ITEM
    assert memory.recall(other) is None


def test_an_equal_model_is_another_one():
    memory.remember(Note(), ITEM)
    assert memory.recall(Note()) is None


def test_a_class_that_cannot_be_referred_to_weakly_is_told():
    slotted = type("Slotted", (), {"__slots__": ("x",)})
    with pytest.raises(ValueRefused, match="a Slotted cannot be remembered: its class needs '__weakref__'"):
        memory.remember(slotted(), ITEM)

"""The protocol: contract checks on a hand-written class, the registry, and versions."""

import json
from datetime import datetime, timezone
from typing import ClassVar

import pytest
from pymacaron_core.contract import ContractBroken, check_model, check_registry, check_versions
from pymacaron_core.protocol import ModelRegistry, is_model, schema_version


class Note:
    """A model written by hand: nothing is inherited."""

    __pym_protocol__ = 1
    schema: ClassVar = {"type": "object", "properties": {"text": {"type": "string"}, "at": {"type": "string"}}}

    def __init__(self, text, at=None):
        self.text, self.at = text, at

    def __eq__(self, other):
        return (self.text, self.at) == (other.text, other.at)

    __hash__ = None

    @classmethod
    def get_model_name(cls):
        return cls.__name__

    @classmethod
    def get_model_api(cls):
        return "notes"

    @classmethod
    def get_property_names(cls):
        return list(cls.schema["properties"])

    @classmethod
    def get_model_schema(cls):
        return json.loads(json.dumps(cls.schema))

    @classmethod
    def get_model_version(cls):
        return schema_version(cls.schema)

    def to_json(self, **options):
        return {"text": self.text, **({"at": self.at.isoformat()} if self.at else {})}

    @classmethod
    def from_json(cls, j, prune_none=True):
        return cls(j["text"], datetime.fromisoformat(j["at"]) if j.get("at") else None)

    def to_native(self):
        return {"text": self.text, "at": self.at}

    @classmethod
    def from_native(cls, values):
        return cls(**values)


class LongerNote(Note):
    schema: ClassVar = {"type": "object", "properties": {**Note.schema["properties"], "title": {"type": "string"}}}


class Forgetful(Note):
    """Breaks the contract: what is written is not what was read."""

    def to_json(self, **options):
        return {"text": self.text.upper()}


def test_a_hand_written_class_fulfils_the_contract():
    check_model(Note, {"text": "hello", "at": datetime(2024, 2, 29, tzinfo=timezone.utc).isoformat()})
    check_registry(Note)


def test_a_class_that_loses_values_breaks_the_contract():
    with pytest.raises(ContractBroken, match="from_json"):
        check_model(Forgetful, {"text": "hello"})


def test_versions_change_with_the_schema_and_only_with_it():
    check_versions(Note, LongerNote)
    check_versions(Note, Note)
    assert schema_version({"a": 1, "b": 2}) == schema_version({"b": 2, "a": 1})
    assert schema_version({"a": 1}) != schema_version({"a": 2})


def test_the_registry_names_what_there_is_when_asked_for_what_is_not():
    registry = ModelRegistry()
    registry.register(Note)
    with pytest.raises(LookupError, match="'notes' has no model 'Nota'; it has Note"):
        registry.find("notes", "Nota")


def test_the_registry_refuses_a_second_class_of_one_name():
    registry = ModelRegistry()
    registry.register(Note)
    twin = type("Note", (Note,), {})
    with pytest.raises(ValueError, match="has a model 'Note' already"):
        registry.register(twin)


def test_what_lacks_the_protocol_is_no_model():
    assert is_model(Note) and is_model(Note("x"))
    assert not is_model({}) and not is_model(None)
    with pytest.raises(TypeError, match="does not fulfil"):
        ModelRegistry().register(dict)

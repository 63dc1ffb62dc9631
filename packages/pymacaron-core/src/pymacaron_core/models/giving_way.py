"""Fields that have the name of something a class of the user's has: they get another name in Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, Field


def give_way(cls: type[BaseModel], kind: type[BaseModel]) -> None:
    """Rename the fields that a class declares as its parents (other than ``kind``) declare methods and attributes.

    ``save`` is ``save_`` then, as with the names that models have themselves; the wire's name stays. What a parent only
    annotates is no clash. To be called while the class is being made, before its fields are collected.
    """
    own = cls.__annotations__
    taken = set(_names_of_parents(cls, kind))
    clashing = taken.intersection(own)
    if not clashing:
        return
    inherited = _wire_names(cls)
    renamed: dict[str, Any] = {}
    for name, annotation in own.items():
        if name not in clashing:
            renamed[name] = annotation
            continue
        wire = getattr(cls.__dict__.get(name), "serialization_alias", None) or name
        free = f"{name}_"
        while free in taken or free in own or inherited.get(free, wire) != wire:
            free += "_"
        renamed[free] = Annotated[annotation, Field(validation_alias=wire, serialization_alias=wire)]
        if name in cls.__dict__:
            renamed[name] = ClassVar[Any]  # else pydantic, which saw a value by this name, asks what became of it
            type.__setattr__(cls, free, cls.__dict__[name])
            type.__delattr__(cls, name)
    own.clear()
    own.update(renamed)


def leave_to_parents(cls: type[BaseModel]) -> None:
    """Leave the names that gave way to what has them: they are no class variables, which could not be set."""
    own = cls.__annotations__
    for name in [name for name, annotation in own.items() if annotation == ClassVar[Any]]:
        del own[name]
        cls.__class_vars__.discard(name)


def _names_of_parents(cls: type[BaseModel], kind: type[BaseModel]) -> Iterator[str]:
    ours = frozenset(kind.__mro__)
    for each in cls.__mro__[1:]:
        if each not in ours:
            yield from (name for name in vars(each) if not name.startswith("_"))


def _wire_names(cls: type[BaseModel]) -> dict[str, str]:
    """The attributes of the fields that a class inherits, and their names on the wire."""
    found: dict[str, str] = {}
    for each in cls.__mro__[:0:-1]:
        for name, field in getattr(each, "__pydantic_fields__", {}).items():
            found[name] = field.serialization_alias or name
    return found

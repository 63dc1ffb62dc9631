"""A call of a task as one string: which task, its arguments, and what travels of the call that asked for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymacaron_async.codec import Codec, from_text, to_text
from pymacaron_async.errors import MessageRefused

VERSION = 1


@dataclass(frozen=True, slots=True)
class Message:
    """A call of a task. ``name`` is ``module.function``; ``arguments`` and ``context`` are JSON still."""

    id: str
    name: str
    arguments: tuple[Any, Any]
    context: Mapping[str, Any] | None = None

    @property
    def label(self) -> str:
        """How log lines and reports name it."""
        return f"task {self.name} ({self.id})"

    @property
    def sealed_for(self) -> str:
        """What the caller's identity is sealed for: this very call. With other arguments it is another."""
        asked = to_text([self.name, list(self.arguments)])
        return f"{self.id} {hashlib.sha256(asked.encode()).hexdigest()}"

    def to_text(self) -> str:
        return to_text(
            {"v": VERSION, "id": self.id, "task": self.name, "args": list(self.arguments), "context": self.context}
        )

    @classmethod
    def from_text(cls, text: str) -> Message:
        """Raises ``MessageRefused`` for what is none of ours."""
        if not isinstance(text, str):
            raise MessageRefused("the message is none of PyMacaron's")
        told = from_text(text)
        if not isinstance(told, dict) or told.get("v") != VERSION:
            version = told.get("v") if isinstance(told, dict) else None
            raise MessageRefused(f"the message has the version {version!r}, and this worker reads {VERSION}")
        task_id, name, arguments, context = (told.get(key) for key in ("id", "task", "args", "context"))
        if not (isinstance(task_id, str) and isinstance(name, str) and isinstance(context, dict | None)):
            raise MessageRefused("the message lacks its id, its task or its context")
        if not isinstance(arguments, list) or len(arguments) != 2:
            raise MessageRefused("the message lacks its arguments")
        return cls(task_id, name, (arguments[0], arguments[1]), context)

    def read_arguments(self, codec: Codec) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The positional and the keyword arguments. Raises ``MessageRefused``."""
        args, kwargs = (codec.read(each) for each in self.arguments)
        if not isinstance(args, tuple) or not isinstance(kwargs, dict) or not all(isinstance(k, str) for k in kwargs):
            raise MessageRefused("the arguments in the message are none")
        return args, kwargs


def write_arguments(codec: Codec, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
    """Arguments as JSON. Raises ``ArgumentRefused`` naming the one that cannot be sent."""
    positional = [codec.written(each, f"argument {number}", 1) for number, each in enumerate(args, start=1)]
    named = [[name, codec.written(each, f"argument {name!r}", 1)] for name, each in kwargs.items()]
    return ["tuple", positional], ["dict", named]

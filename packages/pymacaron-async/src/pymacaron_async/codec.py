"""The arguments of tasks as JSON and back: our own form, in which no value of a user can pass for one of our marks.

JSON's own primitives stand for themselves; everything else, lists and dicts included, is an array that opens with a
mark: ``["list", [...]]``, ``["dict", [[key, value], ...]]``, ``["date", "2026-01-31"]``. A model is
``["model", api, name, version, native values]``, and is found through the application's registry only.
"""

from __future__ import annotations

import base64
import json
import logging
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pymacaron_core.protocol import Model, ModelRegistry, is_model

from pymacaron_async.errors import ArgumentRefused, MessageRefused

log = logging.getLogger(__name__)

DEEPEST = 100
"""How many values may stand inside of one another."""
LARGEST = 2**63
"""Larger integers are written in hexadecimal: Python limits how many decimal digits it reads."""


class Codec:
    """Writes and reads values, models by way of an application's registry."""

    def __init__(self, models: ModelRegistry) -> None:
        self._models = models
        self._warned: set[tuple[str, str, str]] = set()

    def written(self, value: Any, place: str = "the value", depth: int = 0) -> Any:
        """The value as JSON. Raises ``ArgumentRefused`` naming the ``place`` of what cannot be written."""
        if depth > DEEPEST:
            raise ArgumentRefused(f"{place} lies more than {DEEPEST} levels deep, or holds itself")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, Enum):
            raise ArgumentRefused(f"{place} is {value}, of an Enum: send its value, {type(value).__name__}.NAME.value")
        if is_model(value) and not isinstance(value, type):
            return self._model_written(value, place, depth)
        for kind, mark, write in _CONTAINERS:
            if isinstance(value, kind):
                return [mark, write(self, value, place, depth + 1)]
        return _plain_written(value, place)

    def _model_written(self, value: Model, place: str, depth: int) -> list[Any]:
        kind, api, name = type(value), value.get_model_api(), value.get_model_name()
        try:
            known = self._models.find(api, name)
        except LookupError:
            known = None
        if known is None or not isinstance(value, known):
            raise ArgumentRefused(
                f"{place} is a {kind.__module__}.{kind.__qualname__}, which no worker can find: it is not the model "
                f"{name!r} of an API of this service; load its document, or application.models.register() its class"
            )
        native = self.written(value.to_native(), f"{place}, a {name},", depth + 1)
        return ["model", api, name, value.get_model_version(), native]

    def read(self, tree: Any) -> Any:
        """The value of which ``written`` gave the JSON. Raises ``MessageRefused``."""
        if not isinstance(tree, list):
            return tree
        try:
            mark, *rest = tree
            if mark == "model":
                return self._model_read(*rest)
            if mark in _CONTAINERS_READ:
                return _CONTAINERS_READ[mark](self, *rest)
            return _PLAIN_READ[mark](*rest)
        except MessageRefused:
            raise
        except RecursionError:
            raise MessageRefused("a value in the message lies too deep") from None
        except Exception as error:
            raise MessageRefused(f"a value in the message cannot be read ({type(error).__name__})") from error

    def _model_read(self, api: str, name: str, version: str, native: Any) -> Model:
        try:
            model = self._models.find(api, name)
        except LookupError as error:
            raise MessageRefused(f"the message holds a model that this service does not have: {error}") from None
        values, ours = self.read(native), model.get_model_version()
        try:
            made = model.from_native(values)
        except Exception as error:
            raise MessageRefused(
                f"the message holds a {api}.{name} of version {version}, which ours, {ours}, refuses: {_places(error)}"
            ) from None
        if version != ours and (api, name, version) not in self._warned:
            self._warned.add((api, name, version))
            log.warning("messages hold %s.%s of version %s, ours is %s: so far they fit", api, name, version, ours)
        return made


def _places(error: Exception) -> str:
    """What is wrong with the values of a model, without the values."""
    faults = getattr(error, "errors", None)
    if not callable(faults):
        return type(error).__name__
    told = faults(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'all of it'}: {fault['type']}" for fault in told[:5])


def _list_written(codec: Codec, value: list[Any], place: str, depth: int) -> list[Any]:
    return [codec.written(each, f"{place}[{number}]", depth) for number, each in enumerate(value)]


def _set_written(codec: Codec, value: set[Any], place: str, depth: int) -> list[Any]:
    return [codec.written(each, f"a member of {place}", depth) for each in value]


def _dict_written(codec: Codec, value: dict[Any, Any], place: str, depth: int) -> list[list[Any]]:
    return [
        [codec.written(key, f"a key of {place}", depth), codec.written(each, f"{place}[{_short(key)}]", depth)]
        for key, each in value.items()
    ]


def _short(key: Any) -> str:
    return repr(key) if isinstance(key, int) or (isinstance(key, str) and len(key) < 40) else "..."


_CONTAINERS: tuple[tuple[type, str, Callable[..., Any]], ...] = (
    (list, "list", _list_written),
    (dict, "dict", _dict_written),
    (tuple, "tuple", _list_written),
    (set, "set", _set_written),
    (frozenset, "frozenset", _set_written),
)


def _items_read(codec: Codec, items: list[Any]) -> list[Any]:
    if not isinstance(items, list):
        raise MessageRefused("a list in the message is none")
    return [codec.read(each) for each in items]


_CONTAINERS_READ: Mapping[str, Callable[..., Any]] = {
    "list": _items_read,
    "dict": lambda codec, items: {codec.read(key): codec.read(value) for key, value in items},
    "tuple": lambda codec, items: tuple(_items_read(codec, items)),
    "set": lambda codec, items: set(_items_read(codec, items)),
    "frozenset": lambda codec, items: frozenset(_items_read(codec, items)),
}


def _plain_written(value: Any, place: str) -> Any:
    """A value that holds no other. Those of a subclass (of ``str``, say) arrive as the class itself, and equal."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value) if abs(value) < LARGEST else ["int", hex(value)]
    if isinstance(value, float):
        if math.isnan(value):
            raise ArgumentRefused(f"{place} is NaN, which equals nothing: send None")
        return float(value) if math.isfinite(value) else ["float", repr(float(value))]
    if isinstance(value, bytes):
        return ["bytes", base64.b64encode(value).decode("ascii")]
    if isinstance(value, Decimal) and not value.is_nan():
        return ["decimal", str(value)]
    if isinstance(value, UUID):
        return ["uuid", value.hex]
    if isinstance(value, timedelta):
        return ["timedelta", value.days, value.seconds, value.microseconds]
    if isinstance(value, date | time):
        return _moment_written(value, place)
    kind = type(value)
    raise ArgumentRefused(
        f"{place} is a {kind.__module__}.{kind.__qualname__}, which cannot be sent to a task: send a model, a number, "
        "a text, a date, or a list or dict of such, and look up the rest in the task"
    )


def _moment_written(value: date | time, place: str) -> list[Any]:
    """Dates and times of day. A named time zone keeps its name, any other its distance from UTC."""
    if not isinstance(value, datetime | time):
        return ["date", value.isoformat()]
    mark = "datetime" if isinstance(value, datetime) else "time"
    key = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
    offset = value.utcoffset()
    if key is None and value.tzinfo is not None and offset is None:
        raise ArgumentRefused(f"{place} is a time of day in a zone without a name: send a datetime, or no zone")
    zone = key if key is not None or offset is None else offset.total_seconds()
    return [mark, value.replace(tzinfo=None).isoformat(), value.fold, zone]


def _zone_read(zone: Any) -> tzinfo | None:
    if isinstance(zone, str):
        return ZoneInfo(zone)
    if zone is None:
        return None
    return timezone(timedelta(seconds=zone)) if zone else timezone.utc


_PLAIN_READ: Mapping[str, Callable[..., Any]] = {
    "int": lambda text: int(text, 16),
    "float": lambda text: {"inf": math.inf, "-inf": -math.inf}[text],
    "bytes": lambda text: base64.b64decode(text, validate=True),
    "decimal": Decimal,
    "uuid": lambda text: UUID(hex=text),
    "timedelta": lambda days, seconds, microseconds: timedelta(days, seconds, microseconds),
    "date": date.fromisoformat,
    "datetime": lambda text, fold, zone: datetime.fromisoformat(text).replace(tzinfo=_zone_read(zone), fold=fold),
    "time": lambda text, fold, zone: time.fromisoformat(text).replace(tzinfo=_zone_read(zone), fold=fold),
}


def to_text(tree: Any) -> str:
    """JSON as text, in ASCII."""
    return json.dumps(tree, separators=(",", ":"), allow_nan=False)


def from_text(text: str) -> Any:
    """The JSON of a text. Raises ``MessageRefused`` when it is none."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, TypeError, RecursionError):
        raise MessageRefused("the message is no JSON") from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)

"""Readers: one parameter of a call as JSON text, in the way its style, its place and its schema ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic_core import from_json

from pymacaron_core.call import Call
from pymacaron_core.finders import UNESCAPES, Find, cookie_groups, one_of, repeated_cookie, text_finder
from pymacaron_core.media import is_json
from pymacaron_core.nesting import Tree, plant
from pymacaron_core.spec.operation import Parameter
from pymacaron_core.strays import NOTHING, Declared, is_spread
from pymacaron_core.styles import (
    Split,
    Unescape,
    Unreadable,
    alternating,
    as_it_is,
    assigned,
    splitter,
    unescaped,
    unquoted,
    without_name,
    without_prefix,
)
from pymacaron_core.wire import TEXT, Shape, array, lone_scalar, mapping, members, scalar

Reader = Callable[[Call], "str | None"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a reader knows of the operation: its path, the names it declares beside, and whether none may come twice."""

    path: str = ""
    declared: Declared = NOTHING
    once: bool = False


def reader(parameter: Parameter, shape: Shape, around: Surroundings = Surroundings()) -> Reader:
    """The reader of one parameter: finds its text in a call and gives it as JSON, None when it is absent."""
    if parameter.content is not None:
        return _content_reader(parameter, shape, around)
    if parameter.style == "deepObject":
        return _deep_object_reader(parameter, shape, around)
    if is_spread(parameter, shape):
        return _spread_reader(parameter, shape, around)
    if shape.is_array and parameter.explode and parameter.place_in in ("query", "cookie"):
        return _repeated_reader(parameter, shape)
    if shape.is_array or shape.is_object:
        return _joined_reader(parameter, shape, around)
    return _scalar_reader(parameter, shape, around)


def _scalar_reader(parameter: Parameter, shape: Shape, around: Surroundings) -> Reader:
    find, open_up = text_finder(parameter, around.path, around.once, whole=True), _opener(parameter)
    name, unescape = parameter.name, UNESCAPES[parameter.place_in]

    def read(call: Call) -> str | None:
        raw = find(call)
        return None if raw is None else scalar(unescape(raw), shape)

    def read_opened(call: Call) -> str | None:
        raw = find(call)
        return None if raw is None else scalar(unescape(open_up(raw)), shape)

    def read_query(call: Call) -> str | None:
        raws = call.query_values.get(name)
        return None if raws is None else scalar(unquoted(raws[-1]), shape)

    if parameter.place_in == "query" and not around.once:
        return read_query
    return read if open_up is as_it_is else read_opened


def _opener(parameter: Parameter) -> Unescape:
    """What takes away that a value of this style begins with."""
    if parameter.style == "label":
        return lambda raw: without_prefix(raw, ".")
    if parameter.style == "matrix":
        return lambda raw: without_name(without_prefix(raw, ";"), parameter.name)
    return as_it_is


def _joined_reader(parameter: Parameter, shape: Shape, around: Surroundings) -> Reader:
    """An array or an object that comes as one text."""
    find, split = text_finder(parameter, around.path, around.once), _splitter(parameter, shape)
    unescape = UNESCAPES[parameter.place_in]
    fill, lone = _filler(parameter, shape), shape.lone
    is_assigned, bare = parameter.explode, parameter.style == "matrix"

    def read(call: Call) -> str | None:
        raw = find(call)
        if raw is None:
            return None
        items = split(raw)
        if lone is not None and len(items) < 2:
            found = _lone(unescape(items[0]) if items else "", lone)
            if found is not None:
                return found
        if shape.is_array:
            return fill(items)
        return mapping(assigned(items, unescape, bare) if is_assigned else alternating(items, unescape), shape)

    return read


def _splitter(parameter: Parameter, shape: Shape) -> Split:
    """What takes the text of an array or object apart, with all that stands around it."""
    name, opened = parameter.name, _opener(parameter)
    if parameter.style not in ("label", "matrix"):
        return splitter(parameter.style, parameter.place_in)
    if not parameter.explode:
        return lambda raw: opened(raw).split(",") if opened(raw) else []
    if parameter.style == "label":
        return lambda raw: opened(raw).split(".") if opened(raw) else []
    if shape.is_object:
        return lambda raw: [] if raw in (";", f";{name}") else without_prefix(raw, ";").split(";")

    def named(raw: str) -> list[str]:
        items = without_prefix(raw, ";").split(";")
        return [] if items == [name] else [without_name(item, name) for item in items]

    return named


def _filler(parameter: Parameter, shape: Shape) -> Callable[[list[str]], str]:
    """What makes an array of its items, still escaped; in Swagger 2.0 those may be arrays with formats of their own."""
    place, unescape = parameter.place_in, UNESCAPES[parameter.place_in]

    def level(shape: Shape, styles: tuple[str, ...]) -> Callable[[list[str]], str]:
        if not styles or shape.items is None or not shape.items.is_array:
            return lambda items: array([unescape(item) for item in items], shape)
        split, inner = splitter(styles[0], place), level(shape.items, styles[1:])
        return lambda items: f"[{','.join([inner(split(item)) for item in items])}]"

    return level(shape, parameter.inner_styles)


def _repeated_reader(parameter: Parameter, shape: Shape) -> Reader:
    """An array whose items come one by one: what was exploded is never split, what was repeated never joined."""
    name, unescape, fill, lone = parameter.name, UNESCAPES[parameter.place_in], _filler(parameter, shape), shape.lone
    find: Find = repeated_cookie(name) if parameter.place_in == "cookie" else lambda call: call.query_values.get(name)

    def read(call: Call) -> str | None:
        items = find(call)
        if items is None:
            return None
        if lone is not None and len(items) == 1:
            found = _lone(unescape(items[0]), lone)
            if found is not None:
                return found
        return fill(items)

    return read


def _lone(text: str, lone: Shape) -> str | None:
    """One text as a value that is neither array nor object; an empty one only where that is a string."""
    return lone_scalar(text, lone) if text or "string" in lone.types else None


def _spread_reader(parameter: Parameter, shape: Shape, around: Surroundings) -> Reader:
    """``R=100&G=200``: every pair whose name the object declares; where it takes any, those that no other declares."""
    unescape, lone, once, known = UNESCAPES[parameter.place_in], shape.lone, around.once, around.declared
    is_open, properties = shape.additional is not None, shape.properties
    groups: Callable[[Call], dict[str, list[str]] | Mapping[str, list[str]]] = (
        cookie_groups(shape) if parameter.place_in == "cookie" else lambda call: call.query_values
    )

    def read(call: Call) -> str | None:
        found = [
            (key, _member(raws, shape.member(key), unescape, once))
            for key, raws in groups(call).items()
            if key in properties or (is_open and not known.has(key))
        ]
        if found:
            return members(found)
        raws = groups(call).get(parameter.name) if lone is not None else None
        return _lone(unescape(raws[-1]), lone) if raws and lone is not None else None

    return read


def _deep_object_reader(parameter: Parameter, shape: Shape, around: Surroundings) -> Reader:
    """``filter[color]=red``; a key within a key where the schema has objects in the object."""
    name, lone, once = parameter.name, shape.lone, around.once
    prefix = f"{name}["

    def render(tree: Tree, shape: Shape) -> str:
        return members(
            (key, render(inside, shape.member(key)) if isinstance(inside, dict) else leaf(inside, shape.member(key)))
            for key, inside in tree.items()
        )

    def leaf(raws: list[str], shape: Shape) -> str:
        return _member(raws, shape, unquoted, once)

    def read(call: Call) -> str | None:
        tree: Tree = {}
        for key, raws in call.query_values.items():
            if key.startswith(prefix):
                plant(tree, name, key, raws)
        if tree:
            return render(tree, shape)
        alone = call.query_values.get(name)
        return _lone(unquoted(alone[-1]), lone) if alone and lone is not None else None

    return read


def _member(raws: list[str], shape: Shape, unescape: Unescape, once: bool) -> str:
    """The value of one property; a repeated one is an array where the property is one."""
    if shape.is_array:
        return array([unescape(raw) for raw in raws], shape)
    return scalar(unescape(one_of(raws, once)), shape)


def _content_reader(parameter: Parameter, shape: Shape, around: Surroundings) -> Reader:
    """A parameter with ``content``: its text is a document of that media type. JSON is read; others are text."""
    name = "" if parameter.content is None else parameter.content.name
    find, unescape = text_finder(parameter, around.path, around.once), UNESCAPES[parameter.place_in]
    unescape, in_cookie = (as_it_is, True) if parameter.place_in == "cookie" else (unescape, False)
    shape = shape if name.startswith("text/") else TEXT

    def read(call: Call) -> str | None:
        raw = find(call)
        if raw is None:
            return None
        text = unescape(raw)
        if not is_json(name):
            return scalar(text, shape)
        if _is_json_text(text):
            return text
        if in_cookie and _is_json_text(unescaped(text)):  # scripts escape what a cookie cannot hold as it is
            return unescaped(text)
        raise Unreadable("must be JSON", "json")

    return read


def _is_json_text(text: str) -> bool:
    try:
        from_json(text, allow_inf_nan=False)
    except ValueError:
        return False
    return True

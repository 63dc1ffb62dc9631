"""Reads YAML 1.2 (https://yaml.org/spec/1.2.2/, core schema) with PyYAML: ``on`` is a string, ``012`` is 12."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from pymacaron_testing.errors import ConfigError

_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Text:
    """The value of a YAML text, and where its mappings' keys and values stand."""

    value: Any
    places: dict[tuple[str, ...], tuple[str, str]] = field(default_factory=dict)
    """By the keys that lead there: ``line:column`` of the key, and of the value."""

    def place(self, *keys: str, of_key: bool = False) -> str:
        """``line:column`` of a value, or of its key."""
        return self.places.get(keys, ("1:1", "1:1"))[0 if of_key else 1]


class _Loader(yaml.SafeLoader):
    """PyYAML's loader with the scalars of YAML 1.2, string keys, and no key twice."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML's own shape)

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        pairs = []
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _fault("a key must be plain text, not a list or mapping", key)
            if key.value in seen:
                raise _fault(f"the key {key.value!r} is there twice: remove one of the two", key)
            seen.add(key.value)
            if key.tag != f"{_TAG}merge":
                key = yaml.ScalarNode(f"{_TAG}str", key.value, key.start_mark, key.end_mark)
            pairs.append((key, value))
        node.value = pairs
        return node

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        text = node.value
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))

    def construct_yaml_float(self, node: yaml.ScalarNode) -> float:
        return float(re.sub(r"\.(?=[iInN])", "", node.value))


for _name, _first, _pattern in (
    ("bool", "tTfF", r"true|True|TRUE|false|False|FALSE"),
    ("int", "-+0123456789", r"[-+]?[0-9]{1,4000}|0o[0-7]+|0x[0-9a-fA-F]+"),
    (
        "float",
        "-+.0123456789",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
    ),
    ("null", ["~", "n", "N", ""], r"|~|null|Null|NULL"),
    ("merge", "<", r"<<"),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_name}", re.compile(rf"(?:{_pattern})\Z"), list(_first))
_Loader.add_constructor(f"{_TAG}int", _Loader.construct_yaml_int)
_Loader.add_constructor(f"{_TAG}float", _Loader.construct_yaml_float)


def parse(text: bytes, name: str) -> Text:
    """The value of a text; ``name`` is how errors call it. Raises :class:`ConfigError`, with line and column."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        value = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        raise ConfigError(f"{name}:{_told(error, text)}") from None
    except RecursionError:
        raise ConfigError(f"{name}: this is nested too deeply to be read") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{name}: this is not YAML ({' '.join(str(error).split())})") from None
    places: dict[tuple[str, ...], tuple[str, str]] = {}
    _note(node, (), places)
    return Text(value, places)


def _fault(message: str, node: yaml.Node) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=message, problem_mark=node.start_mark)


def _told(error: yaml.MarkedYAMLError, text: bytes) -> str:
    """``line:column: sentence``."""
    mark = error.problem_mark or error.context_mark
    problem = " ".join(str(error.problem or error.context).split())
    if mark is None:
        return f" this is not YAML: {problem}"
    line = b"".join(text.splitlines()[mark.line : mark.line + 1])
    if "single document" in str(error.context):
        problem = "there is a second document in this file: keep one, and remove the '---' line"
    elif line.lstrip(b" ").startswith(b"\t"):
        problem = "a tab is used to indent this line: YAML wants spaces"
    return f"{_place(mark)}: {problem}"


def _note(node: yaml.Node | None, keys: tuple[str, ...], places: dict[tuple[str, ...], tuple[str, str]]) -> None:
    """Note where the options stand, as deep as sections and theirs go."""
    if not isinstance(node, yaml.MappingNode) or len(keys) > 2:
        return
    for key, value in node.value:
        here = (*keys, key.value)
        places[here] = (_place(key.start_mark), _place(value.start_mark))
        _note(value, here, places)


def _place(mark: yaml.Mark) -> str:
    return f"{mark.line + 1}:{mark.column + 1}"

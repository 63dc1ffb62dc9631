"""YAML by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema), with the place of every value.

``on``, ``no``, ``1:20`` and dates stay strings, keys are strings, a key that stands twice is refused.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

MAX_DEPTH = 200
"""How deep mappings and lists may nest."""

MAX_VALUES = 200_000
"""How many values a file may stand for, its aliases followed."""

_INT = re.compile(r"[-+]?[0-9]{1,4000}\Z|0o[0-7]{1,4000}\Z|0x[0-9a-fA-F]{1,4000}\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z|[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_CORE = "tag:yaml.org,2002:"
_KINDS: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "bool": (bool,), "null": (type(None),)}
_PLAIN = "plain"


class YamlFault(Exception):
    """What is wrong with a text: the sentence, and its line and column (from 1)."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message, line, column)
        self.message, self.line, self.column = message, line, column


class Document:
    """A text that was read: its ``value``, and where each part of it stands."""

    def __init__(self, text: bytes) -> None:
        self._root = _compose(_decoded(text))
        self.value: Any = _Construction().value_of(self._root) if self._root is not None else None

    def locate(self, pointer: str, *, key: bool = False) -> tuple[int, int]:
        """Line and column (from 1) of what a JSON pointer (RFC 6901) names, or of its nearest parent that exists."""
        node, mark = self._root, self._root.start_mark if self._root is not None else None
        for token in pointer.split("/")[1:]:
            step = token.replace("~1", "/").replace("~0", "~")
            found = next((pair for pair in _pairs(node) if pair[0].value == step), None)
            if found is None:
                break
            node, mark = found[1], found[0 if key else 1].start_mark
        return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


class _Loader(yaml.SafeLoader):
    """Makes nodes and leaves it to others what they mean."""

    def resolve(self, kind: type[Any], value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return _PLAIN if implicit[0] else f"{_CORE}str"
        return f"{_CORE}seq" if kind is yaml.SequenceNode else f"{_CORE}map"


class _Construction:
    """Makes values of nodes; an alias gives the very value it stands for."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, int]] = {}
        self._open: set[int] = set()
        self._count = 0

    def value_of(self, node: Any, depth: int = 0) -> Any:
        if id(node) in self._open:
            raise _fault("an alias stands inside of what it means", node)
        if id(node) in self._known:
            value, weight = self._known[id(node)]
            self._counted(weight, node)
            return value
        if depth > MAX_DEPTH:
            raise _fault(f"this is nested deeper than {MAX_DEPTH} levels", node)
        before = self._count
        self._counted(1, node)
        self._open.add(id(node))
        value = self._made(node, depth)
        self._open.remove(id(node))
        self._known[id(node)] = (value, self._count - before)
        return value

    def _counted(self, weight: int, node: Any) -> None:
        self._count += weight
        if self._count > MAX_VALUES:
            raise _fault(f"this file stands for more than {MAX_VALUES} values", node)

    def _made(self, node: Any, depth: int) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if node.tag not in (f"{_CORE}map", f"{_CORE}seq"):
            raise _fault(f"the tag '{_shown_tag(node)}' means nothing here: remove it", node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value_of(each, depth + 1) for each in node.value]
        return self._mapping(node, depth)

    def _mapping(self, node: Any, depth: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        merged: list[Any] = []
        for key, inner in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _fault("a key must be plain text, not a list or mapping (is a value missing its quotes?)", key)
            if key.value in value or (key.value == "<<" and merged):
                raise _fault(f"the key '{key.value}' is there twice: remove one of the two", key)
            if key.value == "<<" and key.tag == _PLAIN:
                merged = _merged(self.value_of(inner, depth + 1), inner)
            else:
                value[key.value] = self.value_of(inner, depth + 1)
        for each in merged:
            value = {**each, **value}
        return value


def resolve(text: str) -> Any:
    """The value of a plain scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.match(text):
        return float(re.sub(r"\.(?=[iInN])", "", text))
    return text


def _compose(text: str) -> Any:
    try:
        return _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(str(error.problem or error.context).split())
        if "single document" in str(error.context):
            problem = "there is a second document in this file: keep one, and remove the '---' line"
        elif "'\\t'" in problem:
            problem = "a tab is used to indent this line: YAML wants spaces"
        else:
            problem = f"this is not YAML: {problem}"
        raise YamlFault(problem, *((mark.line + 1, mark.column + 1) if mark else ())) from None
    except yaml.YAMLError as error:
        raise YamlFault(f"this is not YAML: {getattr(error, 'reason', 'a character in it is not allowed')}") from None
    except RecursionError:
        raise YamlFault(f"this is nested deeper than {MAX_DEPTH} levels") from None


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-16" if text.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        raise YamlFault("this is not UTF-8 text: save the file as UTF-8") from None


def _scalar(node: Any) -> Any:
    if node.tag == _PLAIN:
        return resolve(node.value)
    if node.tag == f"{_CORE}str":
        return node.value
    kind = node.tag.removeprefix(_CORE)
    if kind not in _KINDS:
        raise _fault(f"the tag '{_shown_tag(node)}' means nothing here: remove it", node)
    value = resolve(node.value)
    if type(value) not in _KINDS[kind]:
        raise _fault(f"'{node.value}' is no {kind}, as its tag says", node)
    return float(value) if kind == "float" else value


def _merged(value: Any, node: Any) -> list[dict[str, Any]]:
    sources = value if isinstance(value, list) else [value]
    if not all(isinstance(each, dict) for each in sources):
        raise _fault("'<<' takes a mapping, or a list of mappings", node)
    return [{}, *sources]


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    if isinstance(node, yaml.SequenceNode):
        return [(yaml.ScalarNode("", str(number), each.start_mark), each) for number, each in enumerate(node.value)]
    return node.value if isinstance(node, yaml.MappingNode) else []


def _shown_tag(node: Any) -> str:
    return str(node.tag).replace(_CORE, "!!")


def _fault(message: str, node: Any) -> YamlFault:
    return YamlFault(message, node.start_mark.line + 1, node.start_mark.column + 1)

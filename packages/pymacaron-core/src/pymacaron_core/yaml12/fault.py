"""What is wrong with a text that is no YAML, as a sentence and a place."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NoReturn

import yaml

from pymacaron_core.errors import PyMacaronError

_EXPLAINED = (
    ("mapping values are not", "no key can stand before this ':': put the value in quotes, or look at the indentation"),
    ("could not find expected ':'", "a key without ':' stands here or in the line above"),
    (
        "did not find expected key",
        "this line is indented unlike the block above it, or a quote or bracket is misplaced",
    ),
    ("did not find expected '-' indicator", "this line is indented unlike the list above it"),
    ("expected ',' or", "a ',' or a closing bracket is missing before this"),
)
_LONG = 1_000_000
"""In a text of more letters nobody looks for a bracket."""
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlFault(PyMacaronError):
    """Text that is no YAML: ``message``, and the ``line`` and ``column`` it is about (from 1; 0 is unknown)."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message, line, column)
        self.message, self.line, self.column = message, line, column

    def __str__(self) -> str:
        return self.message


def explained(error: yaml.MarkedYAMLError, text: str) -> YamlFault:
    """A parser's error as a sentence, at the place it is about."""
    mark: Any = error.problem_mark or error.context_mark
    begun: Any = error.context_mark or mark
    problem = str(error.problem or error.context or "")
    rest = text.splitlines()[mark.line :] or [""]
    line, column = rest[0], mark.column
    told = next((told for words, told in _EXPLAINED if words in problem), f"this is not YAML: {sentence(problem)}")
    if "\t" in line[: column + 1] and not line[: column + 1].strip():
        told = "a tab is used to indent this line: YAML wants spaces"
    elif "expected ':'" not in problem and not line[column:].strip() and not "".join(rest[1:]).strip():
        if begun.index >= mark.index or not text[begun.index :].strip():
            begun = _innermost_open(text) or begun
        told = f"the file ends too early: what begins at {begun.line + 1}:{begun.column + 1} is not closed"
    elif "cannot start any token" in problem:
        told = f"a value cannot begin with {line[column : column + 1]!r}: put it in quotes"
    return YamlFault(told, mark.line + 1, column + 1)


def _innermost_open(text: str) -> Any:
    """The mark of the last bracket that is not closed; None where there is none, or the text is long."""
    opened: list[Any] = []
    with suppress(yaml.YAMLError):
        for token in yaml.scan(text, Loader=_Loader) if len(text) <= _LONG else ():
            if isinstance(token, (yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken)):
                opened.append(token.start_mark)
            elif isinstance(token, (yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)) and opened:
                opened.pop()
    return opened[-1] if opened else None


def fail(message: str, mark: Any) -> NoReturn:
    """Raise the fault of what stands at a mark of the parser."""
    raise YamlFault(message, mark.line + 1, mark.column + 1)


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Line and column (from 1) of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def sentence(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def short(text: str) -> str:
    """A text on one line, cut to what a sentence bears."""
    text = sentence(text)
    return text if len(text) <= 60 else text[:57] + "..."

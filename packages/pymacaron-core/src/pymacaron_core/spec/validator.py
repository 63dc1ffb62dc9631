"""Runs openapi-spec-validator on the document on standard input: as a process, which may need any time and depth.

Nothing is fetched: the document stands alone, and the process cannot reach a network.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

MOST = 100
"""How many findings are told."""

MEMORY = 2 * 1024**3
"""How many bytes the process may take."""


def main() -> None:
    """Print ``[[path, keyword, message], ...]`` as JSON."""
    _limit()
    document = json.load(sys.stdin)
    found: list[tuple[list[str], str, str]] = []
    try:
        for each in _findings(document):
            found.append(each)  # what was found before it fails counts
    except RecursionError:
        found.append(([], "recursion", "it is nested too deeply, or refers to itself, for the document validator"))
    except MemoryError:
        found.append(([], "memory", "it is too large for the document validator"))
    except Exception as error:  # the validator trips over much that its first findings tell
        if not found:
            found.append(([], "failure", f"the document validator fails with {type(error).__name__}: {error}"))
    json.dump(found, sys.stdout)


def _findings(document: dict[str, Any]) -> Iterator[tuple[list[str], str, str]]:
    from openapi_spec_validator import (
        OpenAPIV2SpecValidator,
        OpenAPIV30SpecValidator,
        OpenAPIV31SpecValidator,
        OpenAPIV32SpecValidator,
    )

    version = str(document.get("openapi", "2.0"))
    known = {"2.": OpenAPIV2SpecValidator, "3.0": OpenAPIV30SpecValidator, "3.1": OpenAPIV31SpecValidator}
    validator = next((each for start, each in known.items() if version.startswith(start)), OpenAPIV32SpecValidator)
    for number, error in enumerate(_placing(validator, document)(document).iter_errors()):
        if number == MOST:
            return
        nearest = _nearest(error)
        keyword = nearest.validator if isinstance(nearest.validator, str) else ""
        message = nearest.message.partition("\n\nFailed validating")[0]  # one of its engines adds the whole instance
        yield [str(step) for step in nearest.absolute_path], keyword, message


def _placing(validator: Any, document: dict[str, Any]) -> Any:
    """The validator, with whole paths: what it finds in a schema, it tells as seen from that schema."""
    paths = dict(_paths(document))
    placed: list[Any] = []  # the errors themselves: their ids stay taken

    def around(judged: Any) -> Any:
        class Placing(judged):  # type: ignore[misc]
            def __call__(self, part: Any, *given: Any, **named: Any) -> Iterator[Any]:
                for error in super().__call__(part, *given, **named):
                    if not any(error is each for each in placed):
                        placed.append(error)
                        value = part.read_value()
                        inner = ("default",) if given and _has_default(value, given[0]) else ()
                        error.relative_path.extendleft(reversed((*paths.get(id(value), ()), *inner)))
                    yield error

        return Placing

    judges = {**validator.keyword_validators}
    judges.update({name: around(judges[name]) for name in ("schema", "default") if name in judges})
    return type(validator.__name__, (validator,), {"keyword_validators": judges})


def _has_default(schema: Any, value: Any) -> bool:
    return isinstance(schema, Mapping) and "default" in schema and schema["default"] is value


def _paths(document: Any) -> Iterator[tuple[int, tuple[str | int, ...]]]:
    """Where each mapping and list of a document stands, by its identity; however deep."""
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(document, ())]
    while waiting:
        part, path = waiting.pop()
        yield id(part), path
        inside = part.items() if isinstance(part, dict) else enumerate(part)
        waiting += [(inner, (*path, step)) for step, inner in inside if isinstance(inner, dict | list)]


def _nearest(error: Any) -> Any:
    """The deepest of the faults that one is made of: of alternatives, it is in the one that was meant."""
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    return error


def _limit() -> None:
    socket.socket.connect = _refused  # type: ignore[method-assign]
    try:
        import resource
    except ImportError:  # not on Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if sys.platform == "linux" and (most == resource.RLIM_INFINITY or most > MEMORY):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, most))


def _refused(*_: object) -> NoReturn:
    raise OSError("nothing is fetched from a network")


if __name__ == "__main__":
    main()

"""Parts that all dialects write alike: media types' names, examples, path templates, statuses, requirements."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pymacaron_core.spec.faults import hint
from pymacaron_core.spec.keys import EXAMPLE
from pymacaron_core.spec.node import Node, kind
from pymacaron_core.spec.operation import Example, MediaType, Requirement, SecurityScheme

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_STATUS = re.compile(r"[1-5](?:[0-9]{2}|XX)|default")
_NO_REQUEST_REACHES = re.compile(r"[?#]")


def media_type_name(node: Node, name: Any) -> str | None:
    """A media type in lower case and without its parameters; None, and a warning, for what is none."""
    plain = name.split(";")[0].strip().lower() if isinstance(name, str) else ""
    if plain == "*":
        plain = "*/*"
    if re.fullmatch(r"[^\s/,]+/[^\s/,]+", plain):
        return plain
    told = f"`{name}`" if isinstance(name, str) else kind(name)
    node.warning(f"a media type looks like `application/json`; {told} is left out", "media-type")
    return None


def distinct(media_types: Iterable[MediaType]) -> tuple[MediaType, ...]:
    """The media types without a second one of the same name."""
    found: dict[str, MediaType] = {}
    for media_type in media_types:
        found.setdefault(media_type.name, media_type)
    return tuple(found.values())


def examples(node: Node) -> tuple[tuple[Any, ...], dict[str, Example]]:
    """The values of ``example`` and ``examples`` beside a schema (OpenAPI 3), and those that have a name."""
    found = [node.value["example"]] if "example" in node.value else []
    several = node.value.get("examples")
    if isinstance(several, list):
        return (*found, *several), {}
    named = dict(_named_examples(node)) if several is not None else {}
    return (*found, *(example.value for example in named.values() if example.has_value)), named


def _named_examples(holder: Node) -> Iterator[tuple[str, Example]]:
    for name, written in holder.entries("examples", named=True):
        with holder.library.faults.only_told(spoils=False):
            node = written.follow("an example")
        if node is None:
            continue
        node.check_keys("an example", EXAMPLE, describes=True)
        key = next((key for key in ("value", "dataValue") if key in node.value), None)
        beside = written.value if written.value is not node.value else {}
        yield (
            name,
            Example(
                value=None if key is None else node.value[key],
                has_value=key is not None,
                summary=_beside(beside, "summary") or node.text("summary"),
                description=_beside(beside, "description") or node.text("description"),
                external_value=node.text("externalValue"),
                extensions=node.extensions(),
                place=node.place,
            ),
        )


def _beside(written: Mapping[str, Any], key: str) -> str:
    """A text beside a reference, which takes the place of what it leads to."""
    told = written.get(key)
    return told if isinstance(told, str) else ""


def path(node: Node, written: str) -> str:
    """A path as requests have it; faults where none ever could."""
    if not written.startswith("/"):
        node.warning(f"a path starts with a slash; `{written}` is served as `/{written}`", "path")
        written = f"/{written}"
    shown = written if len(written) <= 200 else f"{written[:197]}..."
    if "{" in _VARIABLE.sub("", written) or "}" in _VARIABLE.sub("", written):
        node.error(f"the braces of the path `{shown}` do not pair", "path")
    names = variables(written)
    if "" in names:
        node.error(f"the path `{shown}` has a variable without a name", "path")
    for name in [name for name, count in Counter(names).items() if count > 1]:
        node.error(f"the path `{shown}` has the variable `{name}` twice", "path")
    if _NO_REQUEST_REACHES.search(written):
        node.warning(f"a path holds no `?` or `#`: no request reaches `{shown}`; declare query parameters", "path")
    return written


def variables(path: str) -> list[str]:
    """The names in the braces of a path."""
    return _VARIABLE.findall(path)


def shape(path: str) -> str:
    """The path without the names of its variables: two paths of one shape match the same requests."""
    return _VARIABLE.sub("{}", path)


def status(node: Node, written: str) -> str | None:
    """A status as ``200``, ``4XX`` or ``default``; None, and a fault, for anything else."""
    if _STATUS.fullmatch(written):
        return written
    for candidate in (written.upper(), written.lower()):
        if _STATUS.fullmatch(candidate):
            node.warning(f"the status `{written}` is written `{candidate}`", "status")
            return candidate
    node.error(f"`{written}` is no HTTP status; responses are named `200`, `4XX` or `default`", "status")
    return None


def requirements(holder: Node, known: Mapping[str, SecurityScheme]) -> tuple[Requirement, ...]:
    """The alternatives under ``security``."""
    if isinstance(holder.value, dict) and "security" in holder.value and holder.value["security"] is None:
        holder.error("`security` says nothing; an empty list, `[]`, is what lets everybody in", "shape", "security")
        return ()
    found: list[Requirement] = []
    for item in holder.items("security"):
        if not item.is_mapping("a security requirement"):
            continue
        requirement: dict[str, tuple[str, ...]] = {}
        for name in item.value:
            requirement[name] = tuple(item.texts(name))
            if item.value[name] is None:
                _no_scopes(item, name, known.get(name))
            if name not in known:
                told = hint(name, known) or "; declare it, or take it out of `security`"
                message = f"there is no security scheme `{name}`{told}"
                item.error(message, "security", name)
        found.append(requirement)
    return tuple(found)


def check_scopes(flow: Node) -> None:
    """Tell of scopes that do not say what they are for."""
    for name, scope in flow.entries("scopes"):
        if not isinstance(scope.value, str):
            scope.warning(
                f"the scope `{name}` has a text that says what it is for, and here is {kind(scope.value)}", "scope"
            )


def _no_scopes(item: Node, name: str, scheme: SecurityScheme | None) -> None:
    """Tell of a scheme without its list of scopes: who may call is open where the scheme has scopes."""
    if scheme is not None and scheme.type in ("oauth2", "openIdConnect"):
        item.error(f"`{name}` has nothing behind it; list the scopes that are needed, or `[]` for none", "empty", name)
    elif scheme is not None:
        item.warning(f"`{name}` has nothing behind it, and is read as `[]`", "empty", name)

"""Names for what stands in a document without one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from pymacaron_core.spec.letters import capitalized, known
from pymacaron_core.spec.operation import Place

_NOISE = frozenset(("paths", "components", "schemas", "definitions", "$defs", "properties", "content", "schema"))
_GROUPS = ("schemas", "definitions", "$defs")


def derived_name(place: Place, taken: Collection[str]) -> str:
    """A free name for what has none of its own: ``Money``, ``OrderCustomer``, ``SharedMoney``."""
    stem = re.sub(r"\.\w+$", "", place.file.rpartition("/")[2])
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in place.pointer.split("/")[1:]]
    kept = [token for token in tokens if token not in _NOISE] or [stem]
    plain = len(tokens) < 2 or (tokens[-2] in _GROUPS and len(kept) == 1)
    name = kept[-1] if plain else camel(kept)
    candidate = name if name not in taken else camel([stem, name])
    unique, number = candidate, 2
    while unique in taken:
        unique, number = f"{candidate}{number}", number + 1
    return unique


def camel(tokens: Iterable[str]) -> str:
    """Words of any kind as one: ``OrderCustomer``."""
    words = [word for token in tokens for word in re.findall(r"[^\W_]+", known(token))]
    return "".join(map(capitalized, words)) or "Schema"

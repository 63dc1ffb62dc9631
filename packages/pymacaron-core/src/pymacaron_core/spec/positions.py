"""Where something stands, for the messages of later rooms."""

from __future__ import annotations

from pathlib import Path

from pymacaron_core.spec.operation import Place
from pymacaron_core.yaml12 import YamlFault, places


def positioned(place: Place, root: str | Path) -> str:
    """``file:line:column`` of a place; the file alone where it cannot be read any more."""
    try:
        line, column = places((Path(root) / place.file).read_bytes(), [place.pointer])[place.pointer]
    except (OSError, YamlFault):
        return place.file
    return f"{place.file}:{line}:{column}"

"""What PyMacaron 2.x generated beside the documents: named once, never executed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from pymacaron_core.models.stamp import read_stamp

log = logging.getLogger(__name__)

PATTERNS = ("*_app.py", "ping_*.py", "*_models.py")
_named: set[Path] = set()


def name_leftovers(folder: Path, apis: Iterable[str]) -> None:
    """Warn of files in ``folder`` that 2.x would have written; models of ``apis`` are looked after elsewhere."""
    ours = {f"{name}_models.py" for name in apis}
    for path in sorted({path for pattern in PATTERNS for path in folder.glob(pattern)} - _named):
        if path.name not in ours and not _is_stamped(path):
            _named.add(path)
            log.warning("%s looks like a file that PyMacaron 2.x generated; it is not used: remove it", path)


def _is_stamped(path: Path) -> bool:
    try:
        return read_stamp(path.read_text(encoding="utf-8")) is not None
    except (OSError, UnicodeDecodeError):
        return False

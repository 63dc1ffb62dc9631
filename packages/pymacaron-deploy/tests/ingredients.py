"""What tests make images and environments of."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from textwrap import indent

BASE = "pymacaron/base:bookworm"
"""An image with Python, made by ``.ci/engines``."""


def archive_of(files: Mapping[str, str]) -> bytes:
    """A tar archive of programs."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.size, entry.mode = len(text.encode()), 0o755
            archive.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


def make_wheel(
    folder: Path, name: str, *, version: str = "1.0", program: str = "print('hello')", command: str = ""
) -> Path:
    """A wheel with one module, and a command (of its own name unless given) that runs it."""
    folder.mkdir(exist_ok=True)
    module, info = name.replace("-", "_"), f"{name.replace('-', '_')}-{version}.dist-info"
    wheel = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{module}.py", f"def main():\n{indent(program, '    ')}\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/entry_points.txt", f"[console_scripts]\n{command or name} = {module}:main\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel

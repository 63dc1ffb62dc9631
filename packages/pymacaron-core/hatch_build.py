"""Puts Swagger UI's browser files into the wheel, compressed, from a distribution on the Python index.

A wheel gets them from a temporary folder; an editable install gets them in ``src``, in a folder that git ignores.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = "flask-swagger-ui"
FOLDER = "pymacaron_core/docs/static/vendor"
COMPRESSED = ("swagger-ui-bundle.js", "swagger-ui.css")
COPIED = ("LICENSE", "VERSION")


def collect_assets(target: Path) -> None:
    """Write the files that the docs page needs into ``target``; the same source always gives the same bytes."""
    found = {
        path.name: Path(str(path.locate())) for path in distribution(SOURCE).files or () if path.parts[1:2] == ("dist",)
    }
    missing = sorted({*COMPRESSED, *COPIED} - found.keys())
    if missing:
        raise FileNotFoundError(
            f"{SOURCE} no longer holds {', '.join(missing)}: see hatch_build.py, and pin a version that does"
        )
    target.mkdir(parents=True, exist_ok=True)
    for name in COMPRESSED:
        (target / f"{name}.gz").write_bytes(gzip.compress(found[name].read_bytes(), compresslevel=9, mtime=0))
    for name in COPIED:
        shutil.copyfile(found[name], target / name)


class DocsAssets(BuildHookInterface):  # type: ignore[type-arg]
    """The build hook: runs for wheels, editable ones included."""

    temporary: str | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            collect_assets(Path(self.root, "src", FOLDER))
            return
        self.temporary = tempfile.mkdtemp(prefix="pymacaron-docs-")
        collect_assets(Path(self.temporary))
        build_data["force_include"][self.temporary] = FOLDER

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.temporary:
            shutil.rmtree(self.temporary, ignore_errors=True)

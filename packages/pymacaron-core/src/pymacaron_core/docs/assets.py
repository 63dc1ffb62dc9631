"""The browser files of the docs page: our own beside this module, Swagger UI's put there when the package is built."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
VENDORED = ("swagger-ui-bundle.js", "swagger-ui.css")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: ``body`` is gzip where ``compressed``; ``digest`` changes when the file does."""

    name: str
    content_type: str
    body: bytes
    compressed: bool
    digest: str

    @property
    def url(self) -> str:
        """Where it is, relative to the docs page: a URL whose content never changes."""
        return f"static/{self.digest}/{self.name}"

    def plain(self) -> bytes:
        return gzip.decompress(self.body) if self.compressed else self.body


def load_assets(folder: Path = STATIC) -> Mapping[str, Asset]:
    """All assets by name: those in ``folder`` and, where they have been built, those in its ``vendor``."""
    paths = [path for path in (*folder.glob("*"), *folder.glob("vendor/*.gz")) if path.is_file()]
    assets = (_read(path) for path in sorted(paths))
    return {asset.name: asset for asset in assets}


def are_built(assets: Mapping[str, Asset]) -> bool:
    """Whether Swagger UI is there: in a checkout that was never installed it is not."""
    return all(name in assets for name in VENDORED)


def _read(path: Path) -> Asset:
    body, compressed = path.read_bytes(), path.suffix == ".gz"
    name = path.name.removesuffix(".gz")
    content_type = TYPES.get(Path(name).suffix, "application/octet-stream")
    return Asset(name, content_type, body, compressed, hashlib.sha256(body).hexdigest()[:16])

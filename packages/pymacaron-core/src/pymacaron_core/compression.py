"""Compression: bodies of replies in a content coding that the caller takes (RFC 9110, sections 8.4 and 12.5.3).

Off until ``core: compression:`` is there. What comes item by item is flushed item by item.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import flask
from werkzeug.datastructures import Accept
from werkzeug.http import quote_etag, unquote_etag

from pymacaron_core.config import CompressionSettings
from pymacaron_core.errors import PluginMissing

_LIBRARIES = {"zstd": "zstandard", "br": "brotli"}
_WITHOUT = frozenset((204, 205, 206, 304))
_TEXTUAL = frozenset(
    (
        "application/ecmascript",
        "application/graphql",
        "application/javascript",
        "application/json",
        "application/json-seq",
        "application/jsonl",
        "application/wasm",
        "application/x-ndjson",
        "application/xml",
        "application/yaml",
    )
)


class Packer(NamedTuple):
    """One body on its way: ``add`` takes a piece, ``flush`` gives what is held back, ``finish`` the end."""

    add: Callable[[bytes], bytes]
    flush: Callable[[], bytes]
    finish: Callable[[], bytes]


class Compression:
    """How one service compresses, and the hook of its Flask object.

    Raises ``PluginMissing`` where a coding is asked for whose library is not installed.
    """

    def __init__(self, settings: CompressionSettings) -> None:
        self.min_bytes = settings.min_bytes
        for name in settings.codings or ():
            if name in _LIBRARIES and find_spec(_LIBRARIES[name]) is None:
                raise PluginMissing(
                    f"core.compression.codings names {name}, and {_LIBRARIES[name]} is not installed: "
                    "pip install 'pymacaron-core[compression]'"
                )
        here = (name for name in ("zstd", "br", "gzip") if name == "gzip" or find_spec(_LIBRARIES[name]) is not None)
        self.codings = tuple(settings.codings or here)

    def install(self, app: flask.Flask) -> None:
        """Compress after every other hook."""
        app.after_request_funcs.setdefault(None, []).insert(0, self.compress)

    def compress(self, response: flask.Response) -> flask.Response:
        """A reply in the coding that the caller likes best; as it is, where that is none or nothing is gained."""
        if response.status_code in _WITHOUT or not is_compressible(response.mimetype or ""):
            return response
        headers = response.headers
        if "Content-Encoding" in headers or "Content-Range" in headers or response.cache_control.no_transform:
            return response
        is_whole = not response.is_streamed
        length = len(response.get_data()) if is_whole else response.content_length
        if length is not None and length < self.min_bytes:
            return response
        response.vary.add("Accept-Encoding")
        coding = chosen(flask.request.accept_encodings, self.codings)
        if coding is None:
            return response
        headers["Content-Encoding"] = coding
        headers.pop("Accept-Ranges", None)
        _mark(response, coding, is_weak=response.direct_passthrough)
        if is_whole:
            packer = packer_of(coding)
            response.set_data(packer.add(response.get_data()) + packer.finish())
        else:
            is_file, response.direct_passthrough = response.direct_passthrough, False
            headers.pop("Content-Length", None)
            response.response = Packed(response.response, packer_of(coding), not is_file)
        return response


class Packed:
    """The pieces of a body, compressed as they come; each is sent whole where they are ``flushed``."""

    def __init__(self, pieces: Iterable[Any], packer: Packer, flushed: bool) -> None:
        self._source = pieces
        self._made = _packed(iter(pieces), packer, flushed)

    def __iter__(self) -> Iterator[bytes]:
        return self._made

    def close(self) -> None:
        """End what it is made of."""
        self._made.close()
        close = getattr(self._source, "close", None)
        if close is not None:
            close()


def _packed(pieces: Iterator[Any], packer: Packer, flushed: bool) -> Generator[bytes, None, None]:
    for piece in pieces:
        packed = packer.add(piece.encode() if isinstance(piece, str) else piece)
        packed += packer.flush() if flushed else b""
        if packed:
            yield packed
    yield packer.finish()


def is_compressible(media_type: str) -> bool:
    """Whether bodies of a media type are text, or like it: images and archives are compressed already."""
    if media_type in _TEXTUAL or media_type.endswith(("+json", "+xml", "+yaml")):
        return True
    return media_type.startswith("text/")


def chosen(accepted: Accept, codings: Iterable[str]) -> str | None:
    """The coding a caller likes best, of equal ones the first; None where it likes none better than the plain body."""
    if not accepted:
        return None
    plain = accepted.quality("identity") if any(name.lower() == "identity" for name, _ in accepted) else 0
    best = max(codings, key=accepted.quality, default=None)
    return best if best is not None and accepted.quality(best) > 0 and accepted.quality(best) >= plain else None


def packer_of(coding: str) -> Packer:
    """What compresses one body. Nothing of the time or the place is in it: equal bodies stay equal."""
    if coding == "gzip":
        made = zlib.compressobj(6, zlib.DEFLATED, 31)
        return Packer(made.compress, lambda: made.flush(zlib.Z_SYNC_FLUSH), made.flush)
    if coding == "br":
        brotli = import_module("brotli").Compressor(quality=4)
        return Packer(brotli.process, brotli.flush, brotli.finish)
    zstandard = import_module("zstandard")
    zstd = zstandard.ZstdCompressor(level=3).compressobj()
    return Packer(zstd.compress, lambda: bytes(zstd.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)), zstd.flush)


def _mark(response: flask.Response, coding: str, *, is_weak: bool) -> None:
    """Another body has another tag: a strong one ends with the coding (RFC 9110, section 8.8.3.3)."""
    tag, known_weak = unquote_etag(response.headers.get("ETag"))
    if tag is not None and not known_weak:
        response.headers["ETag"] = quote_etag(tag, True) if is_weak else quote_etag(f"{tag}-{coding}")

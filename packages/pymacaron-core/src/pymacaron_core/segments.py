"""Segments: the values of a path as they came, which tells an escaped delimiter from one that delimits.

WSGI hands over a path that is unescaped already (PEP 3333). Servers add the request's target as it came: gunicorn and
Werkzeug as ``RAW_URI``, uWSGI and mod_wsgi as ``REQUEST_URI``. Where a server does not, or something between it and the
service has changed the path, an escaped delimiter cannot be told from a plain one; an escaped slash never can.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from pymacaron_core.call import Call
from pymacaron_core.styles import Unreadable, as_text

_VARIABLE = re.compile(r"\{([^{}]*)\}")


def raw_finder(path: str, name: str) -> Callable[[Call], str | None]:
    """What finds a variable of a path (``/pets/{id}``) in a call, still escaped; None where it is not there."""
    segments = path.split("/")
    at = next((at for at, segment in enumerate(segments) if f"{{{name}}}" in segment), len(segments))
    from_end, pattern = len(segments) - at, _pattern(segments[at], name) if at < len(segments) else None

    def find(call: Call) -> str | None:
        value = call.path_values.get(name)
        if value is None:
            return None
        raw = _raw_segment(call, from_end)
        found = pattern.fullmatch(raw) if raw is not None and pattern is not None else None
        if found is not None and _decoded(found[1]) == value:
            return as_text(found[1])
        if "\ufffd" in value and not call.path_is_text:
            raise Unreadable("must be UTF-8, percent-encoded", "encoding")
        return value.replace("%", "%25")

    return find


def _pattern(segment: str, name: str) -> re.Pattern[str]:
    pieces = _VARIABLE.split(segment)  # what is between variables, and in turn their names
    written = [re.escape(piece) for piece in pieces[::2]]
    groups = ["(.+)" if variable == name else "(?:.+)" for variable in pieces[1::2]]
    return re.compile("".join(a + b for a, b in zip(written, [*groups, ""], strict=True)), re.DOTALL)


def _raw_segment(call: Call, from_end: int) -> str | None:
    target = call.environ.get("RAW_URI") or call.environ.get("REQUEST_URI")
    if not isinstance(target, str):
        return None
    segments = target.partition("?")[0].split("/")
    return segments[-from_end] if 0 < from_end <= len(segments) else None


def _decoded(raw: str) -> str:
    return unquote_to_bytes(raw.encode("latin-1", "replace")).decode("utf-8", "replace")

"""Conditions: requests that hold only while a resource is, or is not, as the caller knows it (RFC 9110, section 13).

An operation has them where its document says so: a reply that declares ``ETag`` or ``Last-Modified``, or the
status 304, 412 or 428. The tag of what a function read is made of the body, unless the function gives one. A function
that writes asks :func:`check_conditions` before it does.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

import pydantic_core
from werkzeug.datastructures import ETags
from werkzeug.http import (
    generate_etag,
    parse_date,
    parse_etags,
    quote_etag,
    remove_entity_headers,
    unquote_etag,
)
from werkzeug.wrappers import Response

from pymacaron_core.answers import Answer, StoredFile, bad
from pymacaron_core.call import Call
from pymacaron_core.context import current_call
from pymacaron_core.errors import PreconditionFailed, PreconditionRequired
from pymacaron_core.spec.operation import Operation

log = logging.getLogger(__name__)

READS = ("GET", "HEAD")
CODINGS = ("gzip", "br", "zstd")
"""Content codings; the tag of a body in one ends with its name (RFC 9110, section 8.8.3.3)."""

_OF_THE_STATE = ("If-Match", "If-Unmodified-Since")
_OF_THE_COPY = ("If-None-Match", "If-Modified-Since")

Endpoint = Callable[[Call], "Answer | Response"]
Header = Callable[[str], "str | None"]


def made_headers(operation: Operation) -> frozenset[str]:
    """The headers, in lower case, that are made here where the function gives none."""
    return frozenset(("etag",)) if operation.method in READS and _declares(operation, "etag") else frozenset()


def condition_headers(operation: Operation) -> Iterable[str]:
    """The headers of conditions that an operation understands."""
    if _declares(operation, "etag", "last-modified"):
        yield from _OF_THE_STATE
        yield "If-None-Match"
        if operation.method in READS:
            yield "If-Modified-Since"


def _declares(operation: Operation, *headers: str) -> bool:
    said = (header.name.lower() for reply in operation.replies for header in reply.headers if reply.status[0] == "2")
    return any(name in headers for name in said) or any(r.status in ("304", "412", "428") for r in operation.replies)


def conditional(serve: Endpoint, operation: Operation) -> Endpoint:
    """An endpoint that reads, with its tag and its conditions; one that writes, which tells where its function asks
    for no conditions of a request that has some; any other as it is."""
    if not _declares(operation, "etag", "last-modified"):
        return serve
    if operation.method not in READS:
        return _telling(serve, operation)
    makes = bool(made_headers(operation))

    def serve_conditional(call: Call) -> Answer | Response:
        answer = serve(call)
        if type(answer) is not Answer or answer.status != 200 or isinstance(answer.body, StoredFile):
            return answer
        said = {name.lower(): value for name, value in answer.headers if name.lower() in ("etag", "last-modified")}
        tag = _as_tag(said["etag"]) if "etag" in said else None
        if tag is None and makes and isinstance(answer.body, bytes):
            tag = quote_etag(generate_etag(answer.body))
        headers = tuple(pair for pair in answer.headers if tag is None or pair[0].lower() != "etag")
        answer = answer._replace(headers=(*headers, ("ETag", tag)) if tag is not None else headers)
        status, known = _outcome(call.header, True, tag, parse_date(said.get("last-modified")))
        if status is None:
            return answer
        _close(answer)
        if status == 412:
            raise PreconditionFailed
        return _not_modified(answer, known)

    return serve_conditional


def _telling(serve: Endpoint, operation: Operation) -> Endpoint:
    told = False

    def serve_telling(call: Call) -> Answer | Response:
        nonlocal told
        answer = serve(call)
        is_asked = told or getattr(call.context, "conditions_checked", False)
        if not is_asked and any(call.header(name) is not None for name in (*_OF_THE_STATE, "If-None-Match")):
            told = True
            log.warning(
                "%s was done whatever the conditions of its request: its document declares some, and its function "
                "does not call check_conditions(tag) before it writes",
                operation.label,
            )
        return answer

    return serve_telling


def required_step(operation: Operation) -> Callable[[Call], None] | None:
    """The step that refuses who writes without saying to what, where the document declares 428 (RFC 6585)."""
    if operation.method in READS or all(reply.status != "428" for reply in operation.replies):
        return None

    def step(call: Call) -> None:
        if all(call.header(name) is None for name in (*_OF_THE_STATE, "If-None-Match")):
            raise PreconditionRequired

    return step


def check_conditions(tag: str | None = None, modified: dt.datetime | None = None) -> None:
    """Refuse the call being served where its conditions do not hold for a resource as it is now.

    ``tag`` is its entity tag, as its ``ETag`` says it, and ``modified`` when it last changed; neither means that
    there is no such resource. Call it before anything is changed, within what keeps others from changing it meanwhile.
    Raises ``PreconditionFailed``. Outside of a call it does nothing.
    """
    call = current_call()
    if call is None:
        return
    call.conditions_checked = True
    status, _ = _outcome(call.header, False, _as_tag(tag) if tag is not None else None, modified)
    if status is not None:
        raise PreconditionFailed


def entity_tag(value: Any) -> str:
    """A strong entity tag of a value: of text and bytes as they are, of models and data as JSON whatever its order."""
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogatepass")
    if not isinstance(value, bytes):
        plain = pydantic_core.to_jsonable_python(value, by_alias=True)
        value = json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()
    return quote_etag(hashlib.sha256(value).hexdigest()[:32])


def _outcome(
    header: Header, is_read: bool, tag: str | None, modified: dt.datetime | None
) -> tuple[int | None, str | None]:
    """What answers a request instead (RFC 9110, section 13.2.2), and the tag of the copy that is still good."""
    modified = _in_seconds(modified)
    exists = tag is not None or modified is not None
    state, unmodified = header("If-Match"), parse_date(header("If-Unmodified-Since"))
    if state is not None:
        tags = parse_etags(state)
        if not (exists and tags.star_tag) and _named(tags, tag, is_strong=True) is None:
            return 412, None
    elif unmodified is not None and (not exists or (modified is not None and modified > unmodified)):
        return 412, None
    copies, since = header("If-None-Match"), parse_date(header("If-Modified-Since"))
    if copies is not None:
        tags = parse_etags(copies)
        named = tag if exists and tags.star_tag else _named(tags, tag, is_strong=False)
        if named is not None or (exists and tags.star_tag):
            return (304 if is_read else 412), named
    elif is_read and since is not None and modified is not None and modified <= since:
        return 304, tag
    return None, None


def _named(tags: ETags, tag: str | None, *, is_strong: bool) -> str | None:
    """The tag, or that of its body in a coding, where it is among those that the caller names."""
    bare, is_weak = unquote_etag(tag)
    if bare is None or (is_strong and is_weak):
        return None
    for each in (bare, *(f"{bare}-{coding}" for coding in CODINGS)):
        if tags.is_strong(each) or (not is_strong and tags.is_weak(each)):
            return quote_etag(each, bool(is_weak))
    return None


def _as_tag(said: str) -> str:
    """A tag as it is sent: in quotes."""
    bare, is_weak = unquote_etag(said.strip())
    if not bare or '"' in bare:
        raise bad("a function gave an entity tag that is none (RFC 9110, section 8.8.3)")
    return quote_etag(bare, bool(is_weak))


def _in_seconds(moment: dt.datetime | None) -> dt.datetime | None:
    """A moment as HTTP can write it: in UTC, without fractions."""
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)).replace(microsecond=0)


def _not_modified(answer: Answer, tag: str | None) -> Answer:
    headers = [pair for pair in answer.headers if tag is None or pair[0].lower() != "etag"]
    remove_entity_headers(headers, allowed=("expires", "content-location", "last-modified"))
    return Answer(304, None, b"", (*headers, ("ETag", tag)) if tag is not None else tuple(headers))


def _close(answer: Answer) -> None:
    close = getattr(answer.body, "close", None)
    if close is not None:
        close()

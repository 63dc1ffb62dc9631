"""Declarations: a reply as the document declares it, compiled: its status, its headers, its representations."""

from __future__ import annotations

from typing import Any

from pymacaron_core.acceptance import best
from pymacaron_core.answers import Given, complain
from pymacaron_core.headers import headers_check
from pymacaron_core.representations import WAYS_OF_ITEMS, WAYS_OF_TEXT, Representation, ways_for
from pymacaron_core.spec.operation import Reply, Specification
from pymacaron_core.written import Adapters, Written

WITHOUT_BODY = frozenset((204, 205, 304))
"""Statuses whose replies have no body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5)."""


class Declared:
    """One declared reply, compiled."""

    __slots__ = ("check", "json", "label", "models", "quick", "reply", "representations", "status")

    def __init__(self, reply: Reply, label: str, specification: Specification, adapters: Adapters) -> None:
        self.reply = reply
        self.label = label
        self.status = int(reply.status) if reply.status.isdigit() else None
        self.representations = tuple(Representation(media, specification, adapters) for media in reply.content)
        self.check = headers_check(reply, specification, adapters)
        written = (each.written for each in self.representations if each.way in ("json", "free"))
        self.json: Written | None = next(written, None)
        self.models: tuple[Any, ...] = self.json.models if self.json is not None else ()
        self.quick = self._quick()

    def _quick(self) -> tuple[int, str, Written] | None:
        """The shortest way, where there is one media type, JSON, and nothing else to look at: status, type, JSON."""
        if self.status is None or self.status in WITHOUT_BODY or self.check is not None or self.is_negotiated:
            return None
        only = next((each for each in self.representations if each.way in ("json", "free")), None)
        return (self.status, only.content_type, only.written) if only is not None else None

    @property
    def is_negotiated(self) -> bool:
        """Whether the caller's ``Accept`` may decide how the reply is written."""
        return len(self.representations) > 1

    def representation(self, given: Given, accept: str | None, mode: str) -> Representation:
        """That of a value: of the media type that it names, else of those fit for it the one that is liked best."""
        own = given.header("content-type")
        if own is not None:
            return self._named(own.partition(";")[0].strip().lower(), given, mode)
        if len(self.representations) == 1:
            return self.representations[0]
        ways = ways_for(given.value)
        fit = [each for each in self.representations if each.is_for(ways)] or list(self.representations)
        if ways is WAYS_OF_ITEMS:
            fit.sort(key=lambda each: each.way != "items")
        elif ways is WAYS_OF_TEXT:
            fit = [w for w in fit if w.way != "json" or w.takes_text] or fit
            fit.sort(key=lambda each: each.way != "json")
        liked = best(accept, [each.name for each in fit])
        return next((each for each in fit if each.name == liked), fit[0])

    def _named(self, name: str, given: Given, mode: str) -> Representation:
        for each in self.representations:
            if each.name == name or each.way == "free":
                return each
        for each in self.representations:
            if each.way == "any" and name.partition("/")[0] == each.name.partition("/")[0]:
                return each
        complain(f"{self.label} returned {name or 'an empty Content-Type'}, which the document does not declare", mode)
        ways = ways_for(given.value)
        return next((each for each in self.representations if each.is_for(ways)), self.representations[0])

"""The text of a file, and libyaml's events of it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import yaml

from pymacaron_core.yaml12.fault import YamlFault, explained, place_of, sentence

_MARKS = (
    *(("utf-32", codecs.BOM_UTF32_BE), ("utf-32", codecs.BOM_UTF32_LE)),
    *(("utf-16", codecs.BOM_UTF16_BE), ("utf-16", codecs.BOM_UTF16_LE)),
)
_ZEROS = {
    (True, True, True, False): "utf-32-be",
    (False, True, True, True): "utf-32-le",
    (True, False): "utf-16-be",
    (False, True): "utf-16-le",
}
_TOO_DEEP = "maximum nesting depth"
"""What libyaml says of a text that is nested deeper than it reads (some versions: 1,000 levels)."""
_Loader: Callable[[str], Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def decode(text: str | bytes) -> str:
    """Bytes as text (UTF-8, UTF-16 or UTF-32). Raises :class:`YamlFault` for what cannot be YAML at all."""
    if isinstance(text, bytes):
        encoding = _encoding(text)
        try:
            text = text.decode(encoding)
        except UnicodeDecodeError as error:
            if b"\0" in text:
                raise YamlFault("this is a binary file, not YAML") from None
            line, column = place_of(error.object.decode("latin-1"), error.start)
            message = f"this is not UTF-8 text (byte 0x{error.object[error.start]:02x}): save the file as UTF-8"
            raise YamlFault(message, line, column) from None
    if "\0" in text:
        raise YamlFault("this is a binary file, not YAML")
    if text.lstrip("\ufeff \t\r\n")[:15].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise YamlFault("this is an HTML or XML page, not YAML: was it saved from a browser?", 1, 1)
    return text.removeprefix("\ufeff")


def _encoding(data: bytes) -> str:
    """The encoding by the first bytes: a mark, or an ASCII character among zeros (YAML 1.2.2, 5.2)."""
    for encoding, mark in _MARKS:
        if data.startswith(mark):
            return encoding
    zeros = tuple(byte == 0 for byte in data[:4])
    return _ZEROS.get(zeros) or _ZEROS.get(zeros[:2]) or "utf-8-sig"


def events(text: str) -> Iterator[Any]:
    """The parser's events, one after the other. Raises :class:`YamlFault`."""
    given = 0
    try:
        for event in _parsed(_Loader(text)):
            given += 1
            yield event
    except yaml.MarkedYAMLError as error:
        if _TOO_DEEP not in str(error.problem) or _Loader is yaml.SafeLoader:
            raise explained(error, text) from None
        yield from islice(_slowly(text), given, None)  # libyaml looks ahead: whoever asks stops long before
    except yaml.YAMLError as error:
        bad = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
        line, column = place_of(text, bad.start()) if bad else (0, 0)
        raise YamlFault(f"this is not YAML: {sentence(str(getattr(error, 'reason', error)))}", line, column) from None


def _parsed(loader: Any) -> Iterator[Any]:
    while True:
        event = loader.get_event()
        if event is None or type(event) is yaml.StreamEndEvent:
            return
        yield event


def _slowly(text: str) -> Iterator[Any]:
    """The events by Python's own parser, which has no limit of depth."""
    try:
        yield from _parsed(yaml.SafeLoader(text))
    except yaml.MarkedYAMLError as error:
        raise explained(error, text) from None

"""Charsets: bytes as the text that a Content-Type says they are."""

from __future__ import annotations

import codecs
import re

_CHARSET = re.compile(r"""(?:^|;)\s*charset\s*=\s*(?:"([^"\\]*)"|([^\s";,]+))""", re.IGNORECASE)
_KNOWN = frozenset(
    (
        *("ascii", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "koi8-r", "koi8-u", "mac-roman", "tis-620"),
        *(f"iso8859-{number}" for number in range(1, 17)),
        *(f"cp{number}" for number in (437, 850, 852, 866, 874, *range(1250, 1259))),
        *("big5", "big5hkscs", "euc_jp", "euc_kr", "gb18030", "gb2312", "gbk", "shift_jis", "iso2022_jp"),
    )
)
"""Names that Python gives to charsets; others of its codecs are no charsets."""


class UnknownCharset(ValueError):
    """Nobody here reads the charset."""


def charset_of(content_type: str) -> str:
    """The charset that a Content-Type names; UTF-8 where it names none (RFC 6657). Raises ``UnknownCharset``."""
    if "charset" not in content_type.lower():
        return "utf-8"
    match = _CHARSET.search(content_type)
    name = (match[1] or match[2] or "") if match else ""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        found = ""
    if found not in _KNOWN:
        raise UnknownCharset("the charset of the text is none that is read here; send UTF-8")
    return found


def text_of_bytes(data: bytes, content_type: str) -> str:
    """Bytes as text. Raises ``UnknownCharset``, and ``UnicodeError`` where they are none."""
    return data.decode(charset_of(content_type))

"""Names of hosts (RFC 1123, RFC 5890 to 5892) and addresses of mail (RFC 5321, RFC 6531): is a text one."""

from __future__ import annotations

import ipaddress
import re
import unicodedata

_LABEL = re.compile("[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_NAME = re.compile(rf"{_LABEL.pattern}(?:\.{_LABEL.pattern})*")
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_BYTE}(?:\.{_BYTE}){{3}}")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_QUOTED = re.compile(r'"(?:[ !#-\[\]-~]|\\[ -~])*"')
_TAGGED = re.compile("[A-Za-z0-9-]*[A-Za-z0-9]:[!-Z^-~]+")
_LONGEST, _LONGEST_LABEL, _LONGEST_LOCAL = 253, 63, 64
_ALLOWED = frozenset("\u00df\u03c2\u06fd\u06fe\u0f0b\u3007")
_REFUSED = frozenset("\u0640\u07fa\u302e\u302f\u303b\u3031\u3032\u3033\u3034\u3035")
_KINDS = frozenset(("Ll", "Lo", "Lm", "Mn", "Mc", "Nd"))
_VIRAMA = 9
_JOINERS = "\u200c\u200d"
_ARABIC, _EASTERN = frozenset(map(chr, range(0x660, 0x66A))), frozenset(map(chr, range(0x6F0, 0x6FA)))


def is_hostname(text: str) -> bool:
    """A name of labels of letters, digits and hyphens; those that begin with ``xn--`` hold a name of other letters."""
    if not 0 < len(text) <= _LONGEST or not _NAME.fullmatch(text):
        return False
    return "--" not in text or all(_is_ascii_label(label) for label in text.split("."))


def is_idn_hostname(text: str) -> bool:
    """A name in any script (IDNA 2008), in letters of either case."""
    if not 0 < len(text) <= _LONGEST:
        return False
    labels = [label if label.isascii() else label.lower() for label in _DOTS.split(text)]
    if not all(_is_ascii_label(label) if label.isascii() else _is_label(label) for label in labels):
        return False
    return sum(len(_encoded(label)) + 1 for label in labels) - 1 <= _LONGEST


def is_ipv4(text: str) -> bool:
    """Four decimal numbers without leading zeros (RFC 2673, section 3.2)."""
    return _IPV4.fullmatch(text) is not None


def is_ipv6(text: str) -> bool:
    """RFC 4291, section 2.2; a zone (``%eth0``) is no part of an address."""
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return text.isascii() and "%" not in text


def is_email(text: str) -> bool:
    """A mailbox of RFC 5321: ``joe@example.com``, ``"joe bloggs"@example.com``, ``joe@[127.0.0.1]``."""
    return text.isascii() and _is_mailbox(text)


def is_idn_email(text: str) -> bool:
    """A mailbox of RFC 6531: in any script on either side."""
    return _is_mailbox(text)


def _is_mailbox(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    if not at or len(local) > _LONGEST_LOCAL or len(text) > _LONGEST + _LONGEST_LOCAL + 1:
        return False
    if not local.isascii():
        if any(not character.isascii() and not character.isprintable() for character in local):
            return False
        local = "".join(character if character.isascii() else "x" for character in local)
    if not (_LOCAL.fullmatch(local) or _QUOTED.fullmatch(local)):
        return False
    if domain.startswith("[") and domain.endswith("]"):
        return _is_literal(domain[1:-1])
    return is_hostname(domain) or (not domain.isascii() and is_idn_hostname(domain))


def _is_literal(address: str) -> bool:
    if address[:5].lower() == "ipv6:":
        return is_ipv6(address[5:])
    return is_ipv4(address) or _TAGGED.fullmatch(address) is not None


def _is_ascii_label(label: str) -> bool:
    if not _LABEL.fullmatch(label):
        return False
    if label[2:4] != "--":
        return True
    if label[:2].lower() != "xn":
        return False
    try:
        decoded = label[4:].lower().encode().decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return False
    return not decoded.isascii() and _encoded(decoded) == label.lower() and _is_label(decoded)


def _encoded(label: str) -> str:
    return label if label.isascii() else f"xn--{label.encode('punycode', 'replace').decode()}"


def _is_label(label: str) -> bool:
    """A label with letters beyond ASCII: RFC 5891, section 4.2."""
    if unicodedata.normalize("NFC", label) != label or label[:1] == "-" or label[-1:] == "-" or label[2:4] == "--":
        return False
    if unicodedata.category(label[0]).startswith("M") or len(_encoded(label)) > _LONGEST_LABEL:
        return False
    return all(_is_allowed(label, at) for at in range(len(label)))


def _is_allowed(label: str, at: int) -> bool:
    """RFC 5892, sections 2 and A."""
    character = label[at]
    if character.isascii():
        return character.islower() or character.isdigit() or character == "-"
    if character in _REFUSED:
        return False
    special = _in_its_place(label, at)
    if special is not None:
        return special
    stable = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold()) == character
    return character in _ALLOWED or (stable and unicodedata.category(character) in _KINDS)


def _in_its_place(label: str, at: int) -> bool | None:
    """Characters that are allowed beside certain others only; None for all the rest."""
    character, before, after = label[at], label[at - 1 : at], label[at + 1 : at + 2]
    if character in _JOINERS:
        return bool(before) and unicodedata.combining(before) == _VIRAMA
    if character == "\u00b7":
        return before == "l" and after == "l"
    if character == "\u0375":
        return bool(after) and "GREEK" in unicodedata.name(after, "")
    if character in "\u05f3\u05f4":
        return bool(before) and "HEBREW" in unicodedata.name(before, "")
    if character == "\u30fb":
        scripts = ("HIRAGANA", "KATAKANA LETTER", "CJK UNIFIED", "HALFWIDTH KATAKANA LETTER")
        return any(unicodedata.name(each, "").startswith(scripts) for each in label)
    if character in _ARABIC:
        return not _EASTERN.intersection(label)
    return not _ARABIC.intersection(label) if character in _EASTERN else None

"""Names and generated texts are the same in every Python, whatever version of Unicode it knows."""

import hashlib
import re
import sys
import unicodedata
from pathlib import Path

from model_documents import specification_of
from pymacaron_core.models import module_source
from pymacaron_core.models.literals import text
from pymacaron_core.spec.letters import LATER, capitalized, is_identifier, known, lowered

LATER_LETTER, LATER_SIGN = "\ua7c1", "\U0001fae8"


def test_all_that_names_depend_on_is_the_same_in_every_python() -> None:
    """Where this fails on a new Python: add to the table what its Unicode has and Unicode 13 has not."""
    found = hashlib.sha256()
    for letter in map(chr, (*range(0x3400), *range(0x4DC0, 0x4E00), *range(0x9F00, 0xAC80), *range(0xF900, 0x20000))):
        if not LATER.match(letter):
            told = (is_identifier(letter), is_identifier(f"a{letter}"), re.match(r"\w", letter) is not None)
            cased = (capitalized(letter), lowered(letter), unicodedata.normalize("NFKC", letter), text(letter))
            found.update(repr((ord(letter), *told)).encode() + "".join(cased).encode())
    assert found.hexdigest()[:16] == "dcd86673e16eccfd", unicodedata.unidata_version


def test_what_not_every_python_knows_is_in_no_name_and_written_with_escapes(tmp_path: Path) -> None:
    assert known(f"a{LATER_LETTER}b\u200c") == "a_b_" and not is_identifier(f"a{LATER_LETTER}")
    assert (capitalized("\u0264a"), lowered("\u00c5b")) == ("\u0264a", "\u00e5b")
    assert text(f"{LATER_SIGN}\u00e5\n") == '"\\U0001fae8\u00e5\\n"'
    schemas = f"""
    T{LATER_LETTER}t:
      type: object
      properties:
        a{LATER_LETTER}: {{type: string, enum: ["{LATER_SIGN}"], default: "{LATER_SIGN}"}}
        n\u00e4: {{type: string, pattern: "\\\\d{LATER_SIGN}"}}
    ExceptionGroup: {{type: object, properties: {{b: {{type: integer}}}}}}
    """
    source = module_source(specification_of(tmp_path, schemas))
    assert source.isascii() is False and not LATER.search(source)
    assert "class TT(Model):" in source and "class ExceptionGroup_(Model):" in source
    assert '    a: Literal["\\U0001fae8"] = Field(' in source and "    n\u00e4: " in source
    compile(source, "models", "exec", dont_inherit=True)


def test_the_table_holds_what_this_python_knows_and_unicode_13_does_not() -> None:
    if sys.version_info < (3, 11):
        later = (letter for letter in map(chr, range(0x20000)) if LATER.match(letter))
        assert all(unicodedata.category(letter) == "Cn" for letter in later)
    assert LATER.match(LATER_LETTER) and LATER.match(LATER_SIGN) and not LATER.search("a\u00e4\u540d\U0001f600")

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from pymacaron_deploy.redaction import redact

SECRET = "p&ss=wörd/1\n2"


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        repr(SECRET),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        quote(SECRET, safe=""),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_secret_is_not_shown_however_it_is_written(form: str) -> None:
    text = redact(f"before {form} after", [SECRET])
    assert form not in text and "[REDACTED]" in text and text.startswith("before ") and text.endswith(" after")


def test_a_secret_that_holds_another_is_taken_out_whole() -> None:
    assert redact("abcdef abc", ["abc", "abcdef"]) == "[REDACTED] [REDACTED]"


def test_a_key_of_several_lines_is_hidden_line_by_line() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQE\nqp4=\n-----END KEY-----"
    assert "MIIEvQ" not in redact("the key is MIIEvQIBADANBgkqhkiG9w0BAQE", [key])


def test_an_empty_secret_changes_nothing() -> None:
    assert redact("text", ["", "other"]) == "text"

"""That a test would fail whose log lines told a secret: the judge is judged."""

import pytest
from forging import OTHER_SECRET, SECRET, token

from conftest import leaks


@pytest.mark.parametrize("text", [SECRET, f"x{OTHER_SECRET}y", f"Authorization: Bearer {token()}", f"{token()!r}"])
def test_a_line_that_leaks_is_found(text):
    assert leaks(f"a line with {text} in it")


def test_a_line_that_tells_nothing_is_left_alone():
    assert not leaks("user bob logged in, token=[REDACTED]")

from __future__ import annotations

import io
import json

import pytest
from pymacaron_deploy.report import JsonReport, Report, SilentReport, TerminalReport


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def tell_all(report: Report) -> None:
    report.step("build")
    report.progress("1 of 2\n2 of 2")
    report.done("built")
    report.warn("odd")


def test_a_log_gets_plain_lines(capsys: pytest.CaptureFixture[str]):
    tell_all(TerminalReport())
    printed = capsys.readouterr()
    assert printed.err == "==> build\n    1 of 2\n    2 of 2\n    built\nwarning: odd\n"
    assert printed.out == ""


def test_a_terminal_gets_colours(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    TerminalReport(terminal).done("built")
    assert terminal.getvalue() == "\x1b[32m    built\x1b[0m\n"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_that_wants_none_gets_none(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    terminal = Terminal()
    TerminalReport(terminal).done("built")
    assert terminal.getvalue() == "    built\n"


def test_what_others_print_cannot_move_the_cursor():
    stream = io.StringIO()
    TerminalReport(stream).progress("a\x1b[2Jb\x07\tc")
    assert stream.getvalue() == "    a[2Jb\tc\n"


def test_programs_get_an_object_a_line(capsys: pytest.CaptureFixture[str]):
    tell_all(JsonReport())
    printed = capsys.readouterr()
    assert [tuple(json.loads(line).values()) for line in printed.out.splitlines()] == [
        ("step", "build"),
        ("progress", "1 of 2\n2 of 2"),
        ("done", "built"),
        ("warning", "odd"),
    ]


def test_nobody_is_told_in_silence(capsys: pytest.CaptureFixture[str]):
    tell_all(SilentReport())
    assert capsys.readouterr() == ("", "")

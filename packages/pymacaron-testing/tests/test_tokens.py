"""A token is what the right command prints, and nothing of it is ever told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pymacaron_testing import TokenError, tokens
from pymacaron_testing.tokens import default_command, make_token


def stub(folder: Path) -> Path:
    folder.mkdir()
    file = folder / "pymacaron-auth"
    file.write_text(
        f'#!{sys.executable}\nimport os, sys\nprint("-".join([*sys.argv[1:], os.getcwd(), os.environ["A"]]))'
    )
    file.chmod(0o755)
    return file


def test_pymacaron_auth_is_looked_for_beside_this_python_and_then_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {"PATH": str(tmp_path / "path"), "A": "1"}
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    with pytest.raises(TokenError, match=r"there is no pymacaron-auth here .*: install it, or name a --token-command"):
        default_command(environ)
    on_path = stub(tmp_path / "path")
    assert default_command(environ) == [str(on_path), "token", "--user", "test-jwt-token"]
    beside = stub(tmp_path / "bin")
    assert default_command(environ)[0] == str(beside)


def test_it_is_run_in_the_projects_folder_with_the_services_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "default_command", lambda _: [str(stub(tmp_path / "bin")), "token"])
    assert make_token(None, tmp_path, {"A": "b"}) == f"token-{tmp_path}-b"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("print('secret'); raise SystemExit('no issuer is set')", "failed with exit status 1: no issuer is set"),
        ("raise SystemExit('made eyJhIjoxfQ.eyJzZWNyZXQiOjF9.c2VjcmV0')", "failed with exit status 1: made [REDACTED]"),
        ("print('secret'); raise SystemExit(3)", "failed with exit status 3: it does not say why"),
        ("print('secret one')", "printed something else than one token"),
        ("print('secret\\none')", "printed something else than one token"),
        ("print('secret\\xe9')", "printed something else than one token"),
        ("", "printed something else than one token"),
        ("import time; print('secret', flush=True); time.sleep(600)", "did not end within 0.5 seconds"),
    ],
)
def test_what_prints_no_token_is_told(
    code: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "SECONDS", 0.5 if "sleep" in code else 60)
    (tmp_path / "maker.py").write_text(code)
    with pytest.raises(TokenError) as raised:
        make_token(f"'{sys.executable}' maker.py", tmp_path, {"PYTHONIOENCODING": "utf-8"})
    assert str(raised.value).endswith(sentence)
    assert "secret" not in str(raised.value)

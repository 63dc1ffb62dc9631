"""The command: what it prints where, and how it ends."""

import json
import os
import subprocess
import sys

import pytest
from forging import SECRET
from pymacaron_auth import Auth, Verifier, __version__
from pymacaron_auth.cli import main
from service import service


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "pym-config.yaml").write_text("name: shop\ntoken: 1\nauth: {token_timeout: 600}\n")
    (tmp_path / "server.py").write_text("raise SystemExit('the code of the project ran')")
    monkeypatch.setenv("PYM_JWT_SECRET", SECRET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def claims(text, audience="shop"):
    return Verifier(SECRET, issuer="shop", audience=audience).verify(text)


def run(capsys, *words):
    """Exit status, standard output and standard error of a command line."""
    try:
        status = main(words)
    except SystemExit as end:
        status = end.code
    return status, *capsys.readouterr()


def test_the_token_is_all_that_is_printed(project, capsys):
    status, out, err = run(capsys, "token")
    assert (status, err) == (0, "") and out.endswith("\n")
    found = claims(out[:-1])
    assert (found.sub, found.expires_at - found.issued_at) == ("test-jwt-token", 600)


def test_all_of_it_can_be_said(project, capsys):
    words = ("--user", "bob", "--expire-in", "60", "--scope", "read", "--scope", "write")
    found = claims(run(capsys, "token", *words, "--data", '{"email": "b@ob.se"}')[1].strip())
    assert (found.sub, found.scopes, found.data["email"]) == ("bob", ("read", "write"), "b@ob.se")
    assert found.expires_at - found.issued_at == 60
    found = claims(run(capsys, "token", "--audience", "billing")[1].strip(), "billing")
    assert found.audience == ("billing",)


def test_other_programs_read_json(project, capsys):
    status, out, _ = run(capsys, "token", "--json")
    told = json.loads(out)
    assert status == 0 and told.keys() == {"token", "expires", "claims"}
    assert told["claims"] == claims(told["token"]).payload() and told["expires"].endswith("Z")


@pytest.mark.parametrize("where", [["-C"], ["--root"]])
def test_the_project_may_be_elsewhere(project, capsys, monkeypatch, where, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert claims(run(capsys, "token", *where, str(project))[1].strip()).issuer == "shop"


def test_the_configuration_may_be_another(project, capsys):
    (project / "pym-config.live.yaml").write_text("name: shop\njwt_audience: live\n")
    assert claims(run(capsys, "token", "--env", "live")[1].strip(), "live")
    assert claims(run(capsys, "token", "--config", "pym-config.live.yaml")[1].strip(), "live")


def test_a_secret_that_was_made_up_is_the_services_too_and_is_told_of(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    client = service(tmp_path, auth=Auth()).app.test_client()
    status, out, err = run(capsys, "token")
    assert status == 0 and err.startswith("PYM_JWT_SECRET is not set: signed with the secret")
    headers = {"Authorization": f"Bearer {out.strip()}"}
    assert client.get("/me", headers=headers).get_json() == {"user": "test-jwt-token"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["token", "--data", "{"], "error: --data is no JSON"),
        (["token", "--data", "[1]"], "error: --data must be a JSON object"),
        (["token", "--data", '{"x": NaN}'], "error: "),
        (["token", "--user", ""], "error: a token needs a user's id, not ''"),
        (["token", "--expire-in", "9999999999999"], "pymacaron-auth token: error: argument --expire-in"),
        (["token", "--expire-in", "999999999999"], "pymacaron-auth token: error: argument --expire-in"),
        (["token", "--expire-in", "-5"], "pymacaron-auth token: error: argument --expire-in"),
        (["token", "--expire-in", "soon"], "pymacaron-auth token: error: argument --expire-in"),
        (["token", "--config", "none.yaml"], "error: none.yaml: there is no such file"),
        (["nonsense"], "pymacaron-auth: error: "),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(project, capsys, words, told):
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert err.splitlines()[-1].startswith(told) and "Traceback" not in err


def test_a_weak_secret_is_one_sentence_and_status_2(project, capsys, monkeypatch):
    monkeypatch.setenv("PYM_JWT_SECRET", "short")
    status, out, err = run(capsys, "token")
    assert (status, out) == (2, "")
    assert err.startswith("error: the environment variable PYM_JWT_SECRET has 5 bytes") and err.count("\n") == 1
    assert "Traceback" in run(capsys, "token", "--debug")[2]


def test_the_version_is_told_both_ways(capsys):
    for words in (["version"], ["--version"]):
        assert run(capsys, *words)[:2] == (0, f"pymacaron-auth {__version__}\n")


@pytest.mark.parametrize("words", [[], ["--help"], ["token", "--help"]])
def test_help_is_told_with_examples(capsys, words):
    status, out, err = run(capsys, *words)
    assert (status, err) == (0, "") and "pymacaron-auth token" in out
    assert "examples:" in out or words == ["token", "--help"]


def test_it_is_a_program_that_survives_a_reader_who_leaves(project):
    command = [sys.executable, "-m", "pymacaron_auth.cli", "token"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    assert claims(done.stdout.strip()) and done.stderr == ""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        left = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, check=False, env=os.environ)
    assert (left.returncode, left.stderr) == (141, b"")

from __future__ import annotations

from pathlib import Path

import pytest
from projects import write_files
from pymacaron_deploy.errors import PreflightError
from pymacaron_deploy.image.package_index import IndexAccess, config_files, index_access


def config_of(environ: dict[str, str], *files: Path) -> str:
    return index_access(environ, files).config


def test_a_machine_without_settings_hands_none_over():
    access = index_access({"HOME": "/home/ada"}, [])
    assert (access.config, access.certificates, access.hidden) == ("", b"", ())


def test_settings_of_the_environment_go_before_those_of_files(tmp_path: Path):
    machine, own = tmp_path / "machine.conf", tmp_path / "own.conf"
    write_files(tmp_path, {"machine.conf": "[global]\nindex_url = https://one.test/simple\ntimeout = 5\n"})
    write_files(tmp_path, {"own.conf": "[global]\ntimeout = 6\n[install]\ntrusted-host = one.test two.test\n"})
    assert config_of({}, machine, own, tmp_path / "none.conf") == (
        "[global]\nindex-url = https://one.test/simple\ntimeout = 6\ntrusted-host = \n    one.test\n    two.test\n"
    )
    environ = {"PIP_INDEX_URL": "https://three.test/simple", "PIP_DEFAULT_TIMEOUT": "7", "PIP_NO_INDEX": ""}
    text = config_of(environ, machine, own)
    assert "index-url = https://three.test/simple\n" in text and "timeout = 7\n" in text


def test_what_is_on_this_machine_alone_is_left_out(tmp_path: Path):
    text = (
        "[global]\nconstraint = /etc/c.txt\nfind-links = /opt/wheels\nextra-index-url = file:///opt http://two.test\n"
    )
    write_files(tmp_path, {"pip.conf": text})
    environ = {"PIP_CONSTRAINT": "/etc/c.txt", "PIP_TARGET": "/here", "PIP_REQUIRE_VIRTUALENV": "1"}
    assert config_of(environ, tmp_path / "pip.conf") == "[global]\nextra-index-url = http://two.test\n"


def test_certificates_are_handed_over_as_content(tmp_path: Path):
    write_files(tmp_path, {"one.pem": "ONE", "two.pem": "TWO", "pip.conf": f"[global]\ncert = {tmp_path}/two.pem\n"})
    one, conf = str(tmp_path / "one.pem"), tmp_path / "pip.conf"
    for environ, files, content in (
        ({"PIP_CERT": one}, [conf], b"ONE"),
        ({"SSL_CERT_FILE": one}, [conf], b"TWO"),
        ({"SSL_CERT_FILE": one}, [], b"ONE"),
        ({"REQUESTS_CA_BUNDLE": one}, [], b"ONE"),
    ):
        access = index_access(environ, files)
        assert access.certificates == content
        assert access.config == "[global]\ncert = /run/secrets/pip.pem\n"


def test_certificates_that_are_named_and_missing_are_refused(tmp_path: Path):
    with pytest.raises(PreflightError, match=r"none\.pem: the certificates .* cannot be read"):
        index_access({"PIP_CERT": str(tmp_path / "none.pem")}, [])


def test_a_broken_file_is_for_pip_to_tell_of(tmp_path: Path):
    write_files(tmp_path, {"pip.conf": "no section\n"})
    assert config_of({}, tmp_path / "pip.conf") == ""


def test_passwords_are_hidden_in_logs_and_in_texts():
    access = index_access({"PIP_INDEX_URL": "https://ada:open-sesame@one.test/simple"}, [])
    assert "open-sesame" in access.config
    assert (
        access.redacted("looking at https://ada:open-sesame@one.test") == "looking at https://ada:[REDACTED]@one.test"
    )
    assert "open-sesame" not in repr(access)
    assert IndexAccess().redacted("as it is") == "as it is"


def test_files_are_looked_for_where_pip_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.platform", "linux")
    environ = {"HOME": "/home/ada", "XDG_CONFIG_DIRS": "/etc/one:/etc/two", "PIP_CONFIG_FILE": "/my/pip.conf"}
    found = [str(each) for each in config_files(environ)]
    assert found[:5] == [
        "/etc/one/pip/pip.conf",
        "/etc/two/pip/pip.conf",
        "/etc/pip.conf",
        "/home/ada/.pip/pip.conf",
        "/home/ada/.config/pip/pip.conf",
    ]
    assert found[-1] == "/my/pip.conf"
    assert config_files({"PIP_CONFIG_FILE": "/dev/null"}) == []
    monkeypatch.setattr("sys.platform", "darwin")
    assert Path("/home/ada/Library/Application Support/pip/pip.conf") in config_files({"HOME": "/home/ada"})

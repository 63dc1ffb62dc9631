"""``pym-config.yaml`` is read as core and deploy read it, and what tests need of it is right."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from pymacaron_testing import ConfigError
from pymacaron_testing.config import Config, Options, load_config
from pymacaron_testing.target import Target
from pymacaron_testing.yaml12 import parse

TABLE = Path(__file__).resolve().parents[3] / ".ci" / "configuration_cases.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))["cases"]
EVERYONE = ["core", "testing", "deploy"]


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


def config_of(text: str) -> Config:
    Path("pym-config.yaml").write_text(text, encoding="utf-8")
    return load_config(environ={})


def error_of(text: str | bytes) -> str:
    Path("pym-config.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ConfigError) as raised:
        load_config(environ={})
    return str(raised.value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_testing_reads_it_as_the_others_do(case: dict[str, Any], root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in case.get("folders", ()):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name, text in case.get("files", {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(root / case.get("cwd", "."))
    environ, production = case.get("environ", {}), case.get("production", False)
    if "error" in case and "testing" in case.get("refused_by", EVERYONE):
        with pytest.raises(ConfigError) as raised:
            load_config(case.get("config"), case.get("env"), environ, production=production)
        assert not [text for text in case["error"] if text not in str(raised.value)], str(raised.value)
        return
    config, expected = load_config(case.get("config"), case.get("env"), environ, production=production), case["expect"]
    file = expected.get("file", "pym-config.yaml")
    assert config.file == (root / file if file else None)
    assert (config.name, config.env) == (expected.get("name", "shop"), expected.get("env", ""))
    assert (config.live_url, config.live_host) == (expected.get("live_url"), expected.get("live_host"))
    live = (config.live.host, config.live.port) if config.live else (None, None)
    assert live == (expected.get("host"), expected.get("port"))
    assert list(config.secrets) == expected.get("secrets", [])


@pytest.mark.parametrize(
    ("text", "base_url"),
    [
        ("live_url: https://deli.example.com:8443", "https://deli.example.com:8443"),
        ("live_url: http://deli.example.com:443", "https://deli.example.com:443"),
        ("live_url: http://[::1]", "http://[::1]:80"),
        ("live_host: deli.example.com\naws_cert_arn: arn", "https://deli.example.com:443"),
        ("live_host: deli.example.com:9000", "http://deli.example.com:9000"),
    ],
)
def test_the_live_service_is_called_over_tls_where_it_should(text: str, base_url: str) -> None:
    live = config_of(text).live
    assert live is not None
    assert live.base_url == base_url


def test_the_section_of_testing_is_read() -> None:
    assert config_of("testing: {}").options == Options(("testaccept",), None, 60)
    config = config_of("testing: {paths: [a, b], token_command: make token, wait: 5}\ninclude_links: [../lib]")
    assert config.options == Options(("a", "b"), "make token", 5)
    assert config.links == ("../lib",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("testing: {wait: soon}", "1:17: testing.wait must be a number of seconds above 0, not 'soon'"),
        ("testing: {wait: true}", "1:17: testing.wait must be a number of seconds above 0, not true"),
        ("testing: {wait: .nan}", "1:17: testing.wait must be a number of seconds above 0, not nan"),
        ("testing:\n  paths: x", "2:10: testing.paths must be a list of folders and files, not 'x'"),
        ("testing:\n  paths: [1]", "2:10: testing.paths must be a list of folders and files, not a list"),
        ("testing: {token_command: ''}", "1:26: testing.token_command must be a command, not ''"),
        ("include_links: x", "1:16: include_links must be a list of folders, not 'x'"),
        ("name:", "1:6: name must be a name of one line, not empty"),
        ("live_url: https://:80", "1:11: live_url names no host"),
        ("live_url: 'http://[::1'", "1:11: live_url is no address that can be called"),
        (f"name: [{'x' * 99}]", "1:7: name must be a name of one line, not a list"),
        (f"live_url: {'x' * 99}", "..."),
    ],
)
def test_a_wrong_option_is_told_with_its_place(text: str, sentence: str) -> None:
    error = error_of(text)
    assert error.startswith("pym-config.yaml:")
    assert sentence in error


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"\xff\xfe\x00", "pym-config.yaml: this is not YAML"),
        (b"name: \xff", "pym-config.yaml: this is not YAML"),
        (b"name: a\0b", "pym-config.yaml: this is not YAML"),
        (b"a: {[1]: 2}", "pym-config.yaml:1:5: a key must be plain text"),
        (b"a: !!python/name:os.system x", "pym-config.yaml:1:4: could not determine a constructor"),
        (b"a: !!int x", "pym-config.yaml"),
        (b"a: *b", "pym-config.yaml:1:4: found undefined alias"),
        (b"[" * 100_000, "pym-config.yaml: this is nested too deeply"),
    ],
)
def test_a_file_that_is_no_yaml_is_told(text: bytes, sentence: str) -> None:
    assert error_of(text).startswith(sentence)


def test_aliases_are_not_multiplied() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40))]
    assert config_of("\n".join([*lines, "name: deli"])).name == "deli"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("-1.5e3", -1500.0),
        ("-.inf", float("-inf")),
        ("1:20", "1:20"),
        ("2024-01-31", "2024-01-31"),
        ("~", None),
        ("True", True),
        ("'012'", "012"),
        ("!!str 012", "012"),
        ("1_000", "1_000"),
        ("[]", []),
    ],
)
def test_scalars_are_those_of_yaml_12(text: str, value: Any) -> None:
    assert parse(f"{text}\n".encode(), "x").value == value
    assert parse(f"a: {text}\n012: x\n".encode(), "x").value == {"a": value, "012": "x"}


def test_what_is_no_file_is_told() -> None:
    Path("pym-config.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"^pym-config\.yaml: cannot be read \(it is a folder\)"):
        load_config(environ={})
    Path("pym-config.yaml").rmdir()
    os.mkfifo("pym-config.yaml")
    with pytest.raises(ConfigError, match="no ordinary file"):
        load_config(environ={})
    Path("pym-config.yaml").unlink()
    Path("pym-config.yaml").symlink_to("nowhere")
    with pytest.raises(ConfigError, match="No such file"):
        load_config(environ={})


def test_a_named_folder_is_looked_into() -> None:
    Path("conf").mkdir()
    Path("conf/pym-config.yaml").write_text("name: deli")
    assert load_config("conf", environ={}).name == "deli"


def test_another_file_in_place_of_an_environments_is_told() -> None:
    Path("pym-config.yaml").write_text("name: deli")
    warnings = load_config(environ={"PYM_ENV": "dev"}).warnings
    assert warnings == (
        "pym-config.dev.yaml: there is no such file, and PYM_ENV is 'dev': pym-config.yaml is used instead",
    )


def test_a_working_directory_that_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(ConfigError, match="the working directory does not exist"):
        load_config(environ={})
    os.chdir(tmp_path)


def test_a_target_is_a_value() -> None:
    assert Target("::1", 80).url_of("/a") == "http://[::1]:80/a"

"""``pym-config.yaml`` is read into typed options, and each of its faults is told with its place."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError
from pymacaron_core.config import Config, Settings, load_config, option
from pymacaron_core.config.faults import one_edit_apart
from pymacaron_core.errors import ConfigError


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


def config_of(text: str | bytes, *, production: bool = False, **environ: str) -> Config:
    Path("pym-config.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    return load_config(environ=environ, production=production)


def error_of(text: str | bytes, *, production: bool = False, **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        config_of(text, production=production, **environ)
    return str(caught.value)


def test_without_a_file_defaults_apply(project: Path) -> None:
    config = load_config(project, environ={})
    assert (config.name, config.file, config.root) == ("shop", None, project)
    assert (config.core.host, config.core.port, config.core.replies) == ("127.0.0.1", 8080, "raise")
    assert config.core.max_body_bytes == 10 * 1024 * 1024
    assert config.warnings == ()


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "core:\n", "---\n"])
def test_an_empty_file_is_no_fault(text: str) -> None:
    assert config_of(text).core.name == "shop"


def test_the_options_of_core_stand_in_its_section() -> None:
    config = config_of(
        "name: deli\nlive_url: https://deli.example.com\n"
        "core:\n  port: 80\n"
        "  docs: true\n  replies: off\n  max_body_bytes: null\n  log_level: warning\n  handlers: deli.api\n"
        "  ignore: [old]\n  discover: false\n  apis:\n    shop: {base_path: '', handlers: deli.shop}\n"
    )
    core = config.core
    assert (core.name, core.port, core.docs, core.replies) == ("deli", 80, True, "off")
    assert (core.max_body_bytes, core.log_level, core.ignore, core.discover) == (None, logging.WARNING, ("old",), False)
    assert (core.apis["shop"].base_path, core.apis["shop"].handlers) == ("", "deli.shop")
    assert core.live_url == "https://deli.example.com"


def test_an_operation_has_the_options_of_the_service_where_it_has_none_of_its_own() -> None:
    core = config_of(
        "core:\n  repeated_parameters: refuse\n  operations: {getOrder: {unknown_parameters: refuse}}"
    ).core
    own, other = core.of_operation("getOrder"), core.of_operation(None)
    assert (own.unknown_parameters, own.repeated_parameters) == ("refuse", "refuse")
    assert (other.unknown_parameters, other.repeated_parameters) == ("ignore", "refuse")


def test_a_name_of_2_x_may_also_stand_in_the_section() -> None:
    config = config_of("core: {name: deli, report_call_exceeding_ms: 5}")
    assert (config.name, config.core.report_call_exceeding_ms) == ("deli", 5)


def test_keys_of_the_user_are_attributes_and_items() -> None:
    config = config_of("name: deli\nshelf: {size: 3}\nenv: mine\n")
    assert config.shelf == config["shelf"] == config.get("shelf") == {"size": 3}
    assert "shelf" in config
    assert config.get("other", 7) == 7
    assert not hasattr(config, "other")
    assert config["env"] == "mine"
    assert any("config['env'] only" in warning for warning in config.warnings)
    with pytest.raises(AttributeError, match=r"no 'other' in pym-config\.yaml"):
        _ = config.other


def test_configuration_and_options_are_frozen() -> None:
    config = config_of("name: deli")
    with pytest.raises(AttributeError):
        config.env = "x"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        config.core.port = 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("core:\n  port: eighty", "2:9: core.port must be an integer between 1 and 65535, not 'eighty'"),
        ("core:\n  port: 0", "2:9: core.port must be an integer between 1 and 65535, not 0"),
        ("core:\n  port: '80'", "2:9: core.port must be an integer between 1 and 65535, not '80'"),
        ("core:\n  port:", "2:8: core.port must be an integer between 1 and 65535, not empty"),
        ("core:\n  prot: 80", "2:3: core.prot is no option: did you mean 'port'?"),
        ("core:\n  zzz: 80", "2:3: core.zzz is no option; there are: "),
        ("core:\n  debug: on", "2:10: core.debug must be true or false, not 'on'"),
        ("core:\n  debug: 1", "2:10: core.debug must be true or false, not 1"),
        ("core:\n  replies: of", "2:12: core.replies must be off, log or raise, not 'of'"),
        ("core:\n  replies: false", "2:12: core.replies must be off, log or raise, not false"),
        ("core:\n  log_level: loud", "2:14: core.log_level must be debug, info,"),
        ("core:\n  log_level: true", "2:14: core.log_level must be debug, info,"),
        ("core:\n  handlers: shop/api.py", "2:13: core.handlers must be the dotted name of a Python module"),
        ("core:\n  max_body_bytes: 10 MB", "2:19: core.max_body_bytes must be a number of bytes, or null for no limit"),
        ("core:\n  ignore: old", "2:11: core.ignore must be a list of names of APIs, not 'old'"),
        ("core:\n  ignore: [a, 3]", "2:15: core.ignore.1 must be a list of names of APIs, not 3"),
        (
            "core:\n  apis: {shop: {base_path: v1}}",
            "2:28: core.apis.shop.base_path must be a path that begins with '/'",
        ),
        ("core:\n  apis: {shop: {handler: x}}", "2:17: core.apis.shop.handler is no option: did you mean 'handlers'?"),
        ("core:\n  apis: {shop: 3}", "2:16: core.apis.shop must be a mapping of options, not 3"),
        (
            "core:\n  operations: {getOrder: {unknown_parameters: no}}",
            "2:47: core.operations.getOrder.unknown_parameters must be ignore or refuse, not 'no'",
        ),
        ("core:\n  apis: [shop]", "2:9: core.apis must be a mapping of APIs to their options, not a list"),
        ("core: [port]", "1:7: core must be a mapping of options, not a list"),
        ("auth: yes", "1:7: auth must be a mapping of options, not 'yes'"),
        (
            "live_url: ftp://ada:hidden@deli.example.com",
            "1:11: live_url must be a URL that begins with http:// or https://, not 'ftp://[REDACTED]@deli.example.com'",
        ),
        ("live_url: deli.example.com", "1:11: live_url must be a URL that begins with http:// or https://"),
        ("name: 3", "1:7: name must be a name of one line, not 3"),
        ("name: a\ncore:\n  name: b", "3:3: name is given twice, also at the top level: keep one"),
        ("env_secrets: A", "1:14: env_secrets must be a list of names of environment variables, not 'A'"),
        ("- a", "1:1: must be a mapping of options, like 'name: shop', not a list"),
        ("hello", "1:1: must be a mapping of options, like 'name: shop', not just 'hello'"),
        ("name: a\nname: b", "2:1: the key 'name' is there twice"),
        ("name: a: b", "1:8: no key can stand before this ':'"),
        ("core:\n\tport: 80", "2:1: a tab is used to indent this line"),
        ("name: &a [*a]", "1:11: the alias '*a' stands inside of what it means"),
        (b"\x89PNG\r\n\x1a\n\0\0", " this is a binary file, not YAML"),
        (b"name: caf\xe9", "1:10: this is not UTF-8 text"),
        ("<!DOCTYPE html><html></html>", "1:1: this is an HTML or XML page"),
        ("core: " + "[" * 100_000, "1:206: this is nested deeper than 200 levels"),
        ("core: {port: " + "9" * 1_000_000 + "}", "1:14: core.port must be an integer between 1 and 65535, not '9999"),
    ],
)
def test_a_fault_is_told_with_its_place(text: str | bytes, message: str) -> None:
    told = error_of(text)
    assert told.startswith(f"pym-config.yaml:{message}"), told
    assert len(told) < 600


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    lines = error_of("live_url: x\ncore:\n  prot: 1\n  port: x\n  apis: {a: {base_path: 3}}\n").splitlines()
    assert [line.split(":")[1] for line in lines] == ["1", "3", "4", "5"]


def test_a_key_one_edit_away_from_an_option_is_warned_of() -> None:
    config = config_of("nmae: deli\njwt_secrets: x\nshelves: 3\n")
    assert config.nmae == "deli"
    assert config.warnings == (
        "pym-config.yaml:1:1: 'nmae' is no option of PyMacaron: did you mean 'name'?",
        "pym-config.yaml:2:1: 'jwt_secrets' is no option of PyMacaron: did you mean 'jwt_secret'?",
    )


def test_an_option_outside_of_its_section_is_warned_of() -> None:
    config = config_of("port: 80")
    assert config.core.port == 8080
    assert config.warnings == ("pym-config.yaml:1:1: 'port' has no effect here: the option stands below 'core:'",)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("name", "nmae", True),
        ("name", "nam", True),
        ("name", "names", True),
        ("name", "nane", True),
        ("ab", "ba", True),
        ("a", "", True),
        ("name", "name", False),
        ("name", "enma", False),
        ("name", "nameee", False),
    ],
)
def test_one_edit_is_one_letter_or_two_swapped(one: str, other: str, near: bool) -> None:
    assert one_edit_apart(one, other) is near


class GuardSettings(Settings):
    jwt_secret: str | None = None
    leeway: int = option(300, "a number of seconds", ge=0)
    issuer: str


def test_a_sibling_reads_its_section_and_its_names_of_2_x() -> None:
    config = config_of("jwt_secret: abcdef\nauth: {leeway: 3, issuer: me}\ncpu_count: 1\n")
    assert config.section("auth") == {"jwt_secret": "abcdef", "leeway": 3, "issuer": "me"}
    assert config.section("async") == {}
    assert config.read("auth", GuardSettings) == GuardSettings(jwt_secret="abcdef", leeway=3, issuer="me")


def test_a_fault_in_the_section_of_a_sibling_is_told_alike() -> None:
    config = config_of("jwt_secret: 3\nauth: {leewya: 3, leeway: x}\n")
    with pytest.raises(ConfigError) as caught:
        config.read("auth", GuardSettings)
    assert str(caught.value).splitlines() == [
        "pym-config.yaml:1:1: issuer is missing: add it",
        "pym-config.yaml:1:13: jwt_secret should be a valid string, not 3",
        "pym-config.yaml:2:8: auth.leewya is no option: did you mean 'leeway'?",
        "pym-config.yaml:2:27: auth.leeway must be a number of seconds, not 'x'",
    ]
    assert str(config.error("/auth/leewya", "no")) == "pym-config.yaml:2:16: no"


def test_a_folder_named_like_the_file_is_told(project: Path) -> None:
    (project / "pym-config.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"^pym-config\.yaml: cannot be read \(it is a folder\)"):
        load_config(environ={})


def test_a_link_to_itself_is_told(project: Path) -> None:
    (project / "pym-config.yaml").symlink_to("pym-config.yaml")
    with pytest.raises(ConfigError, match=r"^pym-config\.yaml: cannot be read \(Too many"):
        load_config(environ={})


def test_a_link_to_nothing_is_told(project: Path) -> None:
    (project / "pym-config.yaml").symlink_to("elsewhere.yaml")
    with pytest.raises(ConfigError, match=r"cannot be read \(No such file"):
        load_config(environ={})


def test_a_pipe_is_not_waited_for(project: Path) -> None:
    os.mkfifo(project / "pym-config.yaml")
    with pytest.raises(ConfigError, match="it is no ordinary file"):
        load_config(environ={})


def test_an_unreadable_file_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    config_of("name: deli")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ConfigError, match=r"^pym-config\.yaml: cannot be read \(Permission denied\)"):
        load_config(environ={}, production=True)


def test_reading_the_configuration_needs_no_web_framework() -> None:
    code = "import sys, pymacaron_core.config; sys.exit(bool({'flask', 'werkzeug'} & set(sys.modules)))"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        ).returncode
        == 0
    )

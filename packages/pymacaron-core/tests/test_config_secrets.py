"""Secrets come from the environment, show themselves nowhere, and are made up in development only."""

from __future__ import annotations

import json
import pickle
import stat
import threading
from pathlib import Path

import pytest
from pymacaron_core.config import Config, Secret, load_config
from pymacaron_core.errors import ConfigError

TEXT = """\
name: shop
jwt_secret: PYM_JWT_SECRET
bank:
  - {url: https://bank.example.com, password: BANK_PASSWORD}
env_secrets:
  - PYM_JWT_SECRET
  - BANK_PASSWORD
"""
SET = {"PYM_JWT_SECRET": "hunter2-hunter2", "BANK_PASSWORD": "a=b=c"}


def config_of(
    root: Path, text: str = TEXT, *, production: bool = False, environ: dict[str, str] | None = None
) -> Config:
    (root / "pym-config.yaml").write_text(text)
    return load_config(root, environ=environ or {}, production=production)


def test_values_at_any_depth_are_replaced(tmp_path: Path) -> None:
    config = config_of(tmp_path, production=True, environ=SET)
    assert config.jwt_secret == "hunter2-hunter2"
    assert config.bank == [{"url": "https://bank.example.com", "password": "a=b=c"}]
    assert config.section("auth") == {"jwt_secret": "hunter2-hunter2"}
    assert config.core.env_secrets == ("PYM_JWT_SECRET", "BANK_PASSWORD")
    assert config["env_secrets"] == ["PYM_JWT_SECRET", "BANK_PASSWORD"]
    assert set(config.secrets) == set(SET.values())


def test_only_whole_values_are_replaced(tmp_path: Path) -> None:
    text = "a: x BANK_PASSWORD\nBANK_PASSWORD: 1\nenv_secrets: [BANK_PASSWORD]"
    config = config_of(tmp_path, text, environ=SET)
    assert (config.a, config.BANK_PASSWORD) == ("x BANK_PASSWORD", 1)


def test_secrets_work_from_the_section_too(tmp_path: Path) -> None:
    text = "jwt_secret: PYM_JWT_SECRET\ncore: {env_secrets: [PYM_JWT_SECRET]}"
    assert config_of(tmp_path, text, production=True, environ=SET).jwt_secret == SET["PYM_JWT_SECRET"]


def test_a_secret_does_not_show_itself(tmp_path: Path) -> None:
    config = config_of(tmp_path, environ=SET)
    shown = (
        f"{config!r} {config} {config.values} {config.core!r} {config.bank!r} {config.section('auth')} {config.secrets}"
    )
    assert not any(secret in shown for secret in SET.values())
    copy = pickle.loads(pickle.dumps(config.jwt_secret))
    assert (copy, repr(copy)) == (SET["PYM_JWT_SECRET"], "[REDACTED]")


def test_a_secret_of_the_wrong_type_is_not_told(tmp_path: Path) -> None:
    text = "live_url: BANK_PASSWORD\nenv_secrets: [BANK_PASSWORD]"
    with pytest.raises(ConfigError, match=r"live_url must be a URL .*, not \[REDACTED\]$"):
        config_of(tmp_path, text, environ=SET)


def test_every_missing_secret_stops_production(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        config_of(tmp_path, production=True, environ={"BANK_PASSWORD": ""})
    first, second = str(caught.value).splitlines()
    assert first.endswith(
        "pym-config.yaml:2:13: the secret PYM_JWT_SECRET is not set (used by jwt_secret): "
        "set the environment variable PYM_JWT_SECRET"
    )
    assert ":4:47: the secret BANK_PASSWORD is not set (used by bank.0.password)" in second
    assert not (tmp_path / ".pym").exists()


def test_a_listed_secret_that_only_the_code_uses_must_be_set_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the secret MAIL_KEY is not set: set the environment variable MAIL_KEY"):
        config_of(tmp_path, "env_secrets: [MAIL_KEY]", production=True)


def test_a_signing_secret_is_made_once_in_development(tmp_path: Path) -> None:
    config, again = config_of(tmp_path), config_of(tmp_path)
    file = tmp_path / ".pym" / "secrets.json"
    assert config.jwt_secret == again.jwt_secret == json.loads(file.read_text())["PYM_JWT_SECRET"]
    assert len(config.jwt_secret) == 64
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [warning for warning in config.warnings if "PYM_JWT_SECRET" in warning] == [
        f"the secret PYM_JWT_SECRET is not set: one made for development is used, from {file}"
    ]
    assert config.jwt_secret not in " ".join(config.warnings)


def test_another_missing_secret_is_empty_in_development_and_never_its_own_name(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    assert config.bank[0]["password"] is None
    assert (
        "the secret BANK_PASSWORD is not set, so bank.0.password is empty: set the environment variable BANK_PASSWORD"
        in config.warnings
    )


def test_processes_that_start_together_agree_on_a_secret(tmp_path: Path) -> None:
    config = config_of(tmp_path, "name: shop")
    made: list[Secret] = []
    threads = [threading.Thread(target=lambda: made.append(config.signing_secret("KEY"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1


def test_no_secret_is_made_in_production(tmp_path: Path) -> None:
    config = config_of(tmp_path, "name: shop", production=True)
    with pytest.raises(ConfigError, match="the secret KEY is not set: set the environment variable KEY"):
        config.signing_secret("KEY")


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"a": 1}', b"\xff"])
def test_a_broken_file_of_secrets_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".pym").mkdir()
    (tmp_path / ".pym" / "secrets.json").write_bytes(content)
    with pytest.raises(ConfigError, match=r"secrets\.json: .*: remove it, to make new secrets"):
        config_of(tmp_path)


def test_a_file_of_secrets_open_to_others_is_closed(tmp_path: Path) -> None:
    config_of(tmp_path)
    file = tmp_path / ".pym" / "secrets.json"
    file.chmod(0o644)
    config_of(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_dotenv_is_read_below_the_environment_in_development(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# comment\n\nA=plain # comment\nexport B = 'single # kept'\nC=\"two\\nlines\"  # comment\nD=\n"
        "E=x=y#z\nF=below\nnot a line\nG='open\n"
    )
    config = config_of(tmp_path, "name: shop", environ={"F": "above"})
    expected = {"A": "plain", "B": "single # kept", "C": "two\nlines", "D": "", "E": "x=y#z", "F": "above"}
    assert dict(config.environ) == expected
    assert [warning.split(": ")[0].rsplit(":")[-1] for warning in config.warnings] == ["9", "10"]
    assert "'open" not in " ".join(config.warnings)


def test_dotenv_gives_secrets_and_the_name_of_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BANK_PASSWORD=from-file\nPYM_ENV=dev")
    (tmp_path / "pym-config.dev.yaml").write_text("key: BANK_PASSWORD\nenv_secrets: [BANK_PASSWORD]")
    config = load_config(tmp_path, environ={})
    assert (config.key, config.env) == ("from-file", "dev")


def test_dotenv_is_not_read_in_production(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1")
    assert dict(config_of(tmp_path, "name: shop", production=True).environ) == {}


def test_a_dotenv_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff")
    with pytest.raises(ConfigError, match=r"\.env: cannot be read"):
        config_of(tmp_path)

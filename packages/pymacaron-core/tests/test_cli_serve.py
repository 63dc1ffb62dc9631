"""``pymacaron serve``: gunicorn, once everything was found to be in order."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest
from cli_project import FUNCTIONS, Running, answer, make_project, pymacaron, wait_for
from pymacaron_core.cli.serve import gunicorn_settings
from pymacaron_core.errors import StartError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "shop")


def test_serve_answers_and_ends_on_sigterm(project: Path, port: str) -> None:
    with Running("serve", "--port", port, "--workers", "2", cwd=project) as serve:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: answer(f"{url}/v1/orders") == (200, '[{"id":"first"}]'), "gunicorn serves")
        assert answer(f"{url}/doc/")[0] == 404
        assert serve.stop(signal.SIGTERM) == 0
    assert not (project / "apis" / "shop_models.py").exists()


def test_a_fault_is_told_before_any_worker_starts(tmp_path: Path, port: str) -> None:
    project = make_project(tmp_path / "shop", functions=FUNCTIONS.replace("(limit)", "(limit, more)"))
    ended = pymacaron("serve", "--port", port, cwd=project)
    assert ended.returncode == 2
    assert ended.stderr.startswith(
        "error: apis/shop.yaml:7:7: shop.api.list_orders() (shop/api.py:4) needs an argument 'more'"
    )
    assert "gunicorn" not in ended.stderr


def test_a_secret_that_is_not_set_stops_production(project: Path, port: str) -> None:
    (project / "pym-config.yaml").write_text("name: shop\nenv_secrets: [SHOP_KEY]\nauth: {jwt_secret: SHOP_KEY}\n")
    ended = pymacaron("serve", "--port", port, cwd=project)
    assert ended.returncode == 2
    assert "pym-config.yaml:3:20: the secret SHOP_KEY is not set" in ended.stderr


def test_a_port_in_use_is_one_sentence(project: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = pymacaron("serve", "--port", str(taken.getsockname()[1]), cwd=project)
    assert ended.returncode == 2
    assert "is in use" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_settings_are_those_of_2x_and_the_environment_counts_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYM_GUNICORN_WORKERS_COUNT", "7")
    settings = gunicorn_settings("::1", 80, None, 4)
    assert settings["workers"] == 7
    assert gunicorn_settings("::1", 80, 3, 4)["workers"] == 3
    assert settings["bind"] == "[::1]:80"
    wanted = {"timeout": 180, "keepalive": 2, "max_requests": 2500, "max_requests_jitter": 500, "threads": 4}
    assert {name: settings[name] for name in wanted} == wanted
    monkeypatch.setenv("PYM_GUNICORN_WORKERS_COUNT", "many")
    with pytest.raises(StartError, match="PYM_GUNICORN_WORKERS_COUNT"):
        gunicorn_settings("::1", 80, None, 4)

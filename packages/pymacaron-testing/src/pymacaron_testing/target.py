"""Which service is tested: host, port and token, as the environment names them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from pymacaron_testing.errors import ConfigError

HTTP, HTTPS = 80, 443
LEFT_ALONE = "%/:=&?~!$,;'@()*+[]"
"""What a path may hold besides letters and digits; all else is percent-encoded, as browsers do (RFC 3986)."""


@dataclass(frozen=True)
class Target:
    """An address to call. ``host`` is bare: no scheme, no port, no brackets."""

    host: str
    port: int
    secure: bool = False
    """Whether it is called over TLS."""

    @property
    def base_url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"

    def url_of(self, path: str) -> str:
        """The URL of a path, which may begin with a slash or not."""
        inside = path.partition("#")[0].lstrip("/")
        return f"{self.base_url}/{quote(inside, safe=LEFT_ALONE)}"


def target_of(host: str, port: int | str | None, source: str = "the port") -> Target:
    """The target of a host that may be a URL, and a port (none: the URL's own, or 8080).

    TLS is spoken on port 443, and on others when the host begins with ``https://``. Raises :class:`ConfigError`.
    """
    scheme, _, rest = host.strip().rpartition("://")
    if scheme not in ("", "http", "https") or not rest.strip("/"):
        raise ConfigError(f"{host!r} is no host to test: name one like 127.0.0.1 or https://shop.example.com")
    if port is None:
        return _target_of_url(host, scheme, rest)
    number = port_of(port, source)
    bare = rest.strip("/").removeprefix("[").removesuffix("]")
    return Target(bare, number, number == HTTPS or (scheme == "https" and number != HTTP))


def port_of(port: int | str, source: str) -> int:
    """A port as a number. Raises :class:`ConfigError` that names the source."""
    text = str(port).strip()
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        raise ConfigError(f"{source} must be a port between 1 and 65535, not {text!r}")
    return int(text)


def load_port_host_token(environ: Mapping[str, str] | None = None) -> tuple[str, int, str | None]:
    """Host, port and token of ``PYM_SERVER_HOST``, ``PYM_SERVER_PORT`` and ``PYM_JWT_TOKEN`` (None: there is none).

    Raises :class:`ConfigError` when host or port is not set.
    """
    environ = os.environ if environ is None else environ
    if not environ.get("PYM_SERVER_HOST") or not environ.get("PYM_SERVER_PORT"):
        raise ConfigError("please set both of PYM_SERVER_HOST and PYM_SERVER_PORT, or run the tests with pymtest")
    target = target_of(environ["PYM_SERVER_HOST"], environ["PYM_SERVER_PORT"], "PYM_SERVER_PORT")
    return target.host, target.port, environ.get("PYM_JWT_TOKEN") or None


def _target_of_url(host: str, scheme: str, rest: str) -> Target:
    plain = 8080 if not scheme else HTTPS if scheme == "https" else HTTP
    if rest.count(":") > 1 and not rest.startswith("["):  # an IPv6 address, which has no port of its own
        return Target(rest.strip("/"), plain, scheme == "https")
    try:
        url = urlsplit(f"//{rest}")
        name, port = url.hostname, url.port or plain
    except ValueError as error:
        raise ConfigError(f"{host!r} is no host to test: {error}") from None
    if not name:
        raise ConfigError(f"{host!r} is no host to test: it names none")
    return Target(name, port, port == HTTPS or scheme == "https")

"""What every assertion does: make a call, show it, and say what is wrong with the answer."""

from __future__ import annotations

import json
import os
import unittest
from typing import Any, NoReturn

from pymacaron_testing.client import Answer, Call, Manner, send
from pymacaron_testing.errors import CallError
from pymacaron_testing.payload import body_of
from pymacaron_testing.report import redacted, shown_body, told
from pymacaron_testing.target import Target, load_port_host_token, port_of, target_of

__unittest = True  # a traceback ends at the line of the test, not in here

METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")

WAITED = 5
"""How many times ``timeout_connect`` and ``timeout_read`` are waited, as in 2.x."""

SHORTEST_SECRET = 8
"""Shorter credentials are made up by the test: hiding them would hide what is wrong."""


class CallingTestCase(unittest.TestCase):
    """A test case that knows a service and calls it; the assertions are :class:`PyMacaronTestCase`'s."""

    host: str = "127.0.0.1"
    """Where the service is: a name or an address."""

    port: int = 8080
    """The port it listens on."""

    token: str | None = None
    """A token of the service, without ``Bearer``, where there is one."""

    timeout_connect: float = 10
    """Seconds to connect; five times as long is waited."""

    timeout_read: float = 10
    """Seconds without a byte; five times as long is waited."""

    maxDiff = None

    def __init__(self, methodName: str = "runTest") -> None:
        super().__init__(methodName)
        self._secure = False
        self._silent = False
        host, port = os.environ.get("PYM_SERVER_HOST"), os.environ.get("PYM_SERVER_PORT")
        if host:
            target = target_of(host, port or self.port, "PYM_SERVER_PORT")
            self.host, self.port, self._secure = target.host, target.port, target.secure
        elif port:
            self.port = port_of(port, "PYM_SERVER_PORT")
        self.token = os.environ.get("PYM_JWT_TOKEN") or self.token

    @property
    def base_url(self) -> str:
        """``http://host:port``."""
        return self._target().base_url

    def load_port_host_token(self) -> tuple[str, int, str | None]:
        """Set ``host``, ``port`` and ``token`` from the environment, and give them back.

        Raises :class:`ConfigError` when host or port is not set.
        """
        self.host, self.port, self.token = load_port_host_token()
        return self.host, self.port, self.token

    def _target(self) -> Target:
        return target_of(f"https://{self.host}" if self._secure else self.host, self.port, "self.port")

    def _call(
        self,
        method: str,
        path: str,
        data: object,
        auth: str | None,
        *,
        follow: bool = True,
        verify_ssl: bool = True,
        quiet: bool = False,
        json_wanted: bool = True,
    ) -> tuple[Call, Answer]:
        """Make a call, and print it with its answer. Raises :class:`CallError` when there is none."""
        call = self._made(method, path, data, auth, json_wanted)
        manner = Manner(
            connect_seconds=WAITED * self.timeout_connect,
            read_seconds=WAITED * self.timeout_read,
            verify_ssl=verify_ssl and not os.environ.get("NO_SSL_CHECK"),
            follow_redirects=follow,
        )
        self._show(call, f"calling {call.method} {call.url}")
        try:
            answer = send(call, manner)
        except CallError as error:
            raise type(error)(redacted(str(error), self._secrets(call))) from None
        self._show(call, f"{answer.status} {answer.reason}" if quiet else f"{answer.status} {shown_body(answer)}")
        return call, answer

    def _made(self, method: str, path: str, data: object, auth: str | None, json_wanted: bool) -> Call:
        if not isinstance(path, str):
            raise TypeError(f"path must be a str, not {type(path).__name__}")
        if str(method).upper() not in METHODS:
            raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
        body, is_json = body_of(data)
        headers = {"Content-Type": "application/json"} if body is not None and (is_json or json_wanted) else {}
        if auth is not None:
            headers["Authorization"] = auth
        return Call(method.upper(), self._target().url_of(path), headers, body)

    def _secrets(self, call: Call) -> tuple[str | None, ...]:
        credentials = call.headers.get("Authorization", "").rpartition(" ")[2]
        return self.token, credentials if len(credentials) >= SHORTEST_SECRET else None

    def _show(self, call: Call, text: str) -> None:
        if not self._silent:
            print(redacted(text, self._secrets(call)))

    def _refuse(self, call: Call, answer: Answer, sentence: str) -> NoReturn:
        """Fail, and tell the whole exchange."""
        raise self.failureException(f"{sentence}\n\n{told(call, answer, self._secrets(call))}")

    def _check_status(self, call: Call, answer: Answer, status: int) -> None:
        if not isinstance(status, int):
            raise TypeError(f"status must be an int, not {type(status).__name__}")
        if answer.status != status:
            self._refuse(call, answer, f"the status is {answer.status}, not {status}")

    def _json_of(self, call: Call, answer: Answer) -> Any:
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            self._refuse(call, answer, "the body is no JSON")

    def _dict_of(self, call: Call, answer: Answer, kv: Any) -> Any:
        """The JSON object of an answer that has each key of ``kv`` with an equal value."""
        found = self._json_of(call, answer)
        if not isinstance(found, dict):
            self._refuse(call, answer, "the body is no JSON object")
        faults = [f"it has no {key!r}" for key in kv if key not in found]
        faults += [f"{k!r} is {found[k]!r}, not {v!r}" for k, v in kv.items() if k in found and found[k] != v]
        if faults:
            secrets = self._secrets(call)
            self._refuse(call, answer, redacted(f"the body is not as wanted: {', '.join(faults)}", secrets))
        return found

    def _error_of(self, call: Call, answer: Answer, status: int, error: str) -> Any:
        """The body of an error with that status and code."""
        if not isinstance(error, str):
            raise TypeError(f"error must be a str, not {type(error).__name__}")
        self._check_status(call, answer, status)
        return self._dict_of(call, answer, {"status": status, "error": error})

    def _text_of(self, call: Call, answer: Answer, status: int, media_type: str) -> str:
        """The text of an answer that is of this media type, in UTF-8."""
        self._check_status(call, answer, status)
        found, wanted = answer.header("Content-Type") or "", f"{media_type}; charset=utf-8"
        if found.lower().replace(" ", "").replace('"', "") != wanted.replace(" ", ""):
            self._refuse(call, answer, f"the Content-Type is {found!r}, not {wanted!r}")
        return answer.text

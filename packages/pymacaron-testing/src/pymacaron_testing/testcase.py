"""``PyMacaronTestCase``: assertions about what a service answers over HTTP, with the names and rules of 2.x."""

from __future__ import annotations

import time
import unittest
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pymacaron_testing.calling import CallingTestCase

__unittest = True  # a traceback ends at the line of the test, not in here

NO_TOKENS = ("", "Bearer1234567890", "bearer foo bar", "Bearer 1234567890")
"""What ``assertHasAuthVersion`` sends in place of a token, besides nothing at all."""

ValueT = TypeVar("ValueT")


class PyMacaronTestCase(CallingTestCase):
    """A test case that calls a service at ``host`` and ``port``, https on port 443.

    ``PYM_SERVER_HOST``, ``PYM_SERVER_PORT`` and ``PYM_JWT_TOKEN``, which pymtest sets, are used unasked. A path may
    begin with a slash or not. ``auth`` is the whole Authorization header, ``data`` a dict, a str or a model. Each
    assertion raises ``AssertionError`` for a wrong answer and :class:`CallError` where there is none.
    """

    # Any method.

    def assertCallReturnJson(
        self,
        method: str,
        path: str,
        data: object = None,
        auth: str | None = None,
        status: int = 200,
        allow_error: bool = False,
        verify_ssl: bool = True,
    ) -> Any:
        """The JSON that is answered, with that status; ``allow_error`` takes any status but 200 too."""
        call, answer = self._call(method, path, data, auth, verify_ssl=verify_ssl)
        if not (allow_error and answer.status != 200):
            self._check_status(call, answer, status)
        return self._json_of(call, answer)

    def assertCallReturnDict(
        self,
        method: str,
        path: str,
        kv: Mapping[str, Any],
        data: object = None,
        auth: str | None = None,
        status: int = 200,
        verify_ssl: bool = True,
    ) -> Any:
        """The JSON object that is answered, which has each key of ``kv`` with an equal value."""
        if not isinstance(kv, Mapping):
            raise TypeError(f"kv must be a dict, not {type(kv).__name__}")
        call, answer = self._call(method, path, data, auth, verify_ssl=verify_ssl)
        self._check_status(call, answer, status)
        return self._dict_of(call, answer, kv)

    def assertCallReturnOk(self, method: str, path: str, data: object = None, auth: str | None = None) -> None:
        """The answer is 200 and exactly ``{}``."""
        call, answer = self._call(method, path, data, auth)
        self._check_status(call, answer, 200)
        if self._json_of(call, answer) != {}:
            self._refuse(call, answer, "the body is not {}")

    def assertCallReturnError(
        self, method: str, path: str, status: int, error: str, data: object = None, auth: str | None = None
    ) -> Any:
        """The error that is answered, with that status and code, in the body too."""
        return self._error_of(*self._call(method, path, data, auth), status, error)

    def assertCallReturnHtml(
        self,
        method: str,
        path: str,
        data: object = None,
        auth: str | None = None,
        status: int = 200,
        allow_redirects: bool = True,
        verify_ssl: bool = True,
        quiet: bool = False,
    ) -> str:
        """The text that is answered, which is ``text/html; charset=utf-8``."""
        how = {"follow": allow_redirects, "verify_ssl": verify_ssl, "quiet": quiet, "json_wanted": False}
        return self._text_of(*self._call(method, path, data, auth, **how), status, "text/html")

    def assertCallReturnText(
        self,
        method: str,
        path: str,
        data: object = None,
        auth: str | None = None,
        status: int = 200,
        allow_redirects: bool = True,
        verify_ssl: bool = True,
        quiet: bool = False,
    ) -> str:
        """The text that is answered, which is ``text/plain; charset=utf-8``."""
        how = {"follow": allow_redirects, "verify_ssl": verify_ssl, "quiet": quiet, "json_wanted": False}
        return self._text_of(*self._call(method, path, data, auth, **how), status, "text/plain")

    def assertCallReturnRedirect(
        self,
        method: str,
        path: str,
        data: object = None,
        auth: str | None = None,
        status: int = 302,
        allow_redirects: bool = False,
        verify_ssl: bool = True,
        quiet: bool = False,
    ) -> str:
        """The whole URL that a redirect leads to."""
        how = {"follow": allow_redirects, "verify_ssl": verify_ssl, "quiet": quiet, "json_wanted": False}
        call, answer = self._call(method, path, data, auth, **how)
        self._check_status(call, answer, status)
        if answer.target_url is None:
            self._refuse(call, answer, "it is no redirect")
        return answer.target_url

    # GET, POST and DELETE.

    def assertGetReturnJson(
        self, path: str, status: int = 200, auth: str | None = None, verify_ssl: bool = True
    ) -> Any:
        """As :meth:`assertCallReturnJson`."""
        return self.assertCallReturnJson("GET", path, None, auth, status, verify_ssl=verify_ssl)

    def assertDeleteReturnJson(self, path: str, status: int = 200, auth: str | None = None) -> Any:
        """As :meth:`assertCallReturnJson`."""
        return self.assertCallReturnJson("DELETE", path, None, auth, status)

    def assertPostReturnJson(
        self, path: str, data: object, status: int = 200, auth: str | None = None, verify_ssl: bool = True
    ) -> Any:
        """As :meth:`assertCallReturnJson`."""
        return self.assertCallReturnJson("POST", path, data, auth, status, verify_ssl=verify_ssl)

    def assertGetReturnDict(
        self, path: str, kv: Mapping[str, Any], status: int = 200, auth: str | None = None, verify_ssl: bool = True
    ) -> Any:
        """As :meth:`assertCallReturnDict`."""
        return self.assertCallReturnDict("GET", path, kv, None, auth, status, verify_ssl)

    def assertPostReturnDict(
        self,
        path: str,
        data: object,
        kv: Mapping[str, Any],
        status: int = 200,
        auth: str | None = None,
        verify_ssl: bool = True,
    ) -> Any:
        """As :meth:`assertCallReturnDict`."""
        return self.assertCallReturnDict("POST", path, kv, data, auth, status, verify_ssl)

    def assertGetReturnOk(self, path: str, auth: str | None = None) -> None:
        """As :meth:`assertCallReturnOk`."""
        self.assertCallReturnOk("GET", path, None, auth)

    def assertPostReturnOk(self, path: str, data: object, auth: str | None = None) -> None:
        """As :meth:`assertCallReturnOk`."""
        self.assertCallReturnOk("POST", path, data, auth)

    def assertGetReturnError(
        self, path: str, status: int, error: str, auth: str | None = None, verify_ssl: bool = True
    ) -> Any:
        """As :meth:`assertCallReturnError`."""
        return self._error_of(*self._call("GET", path, None, auth, verify_ssl=verify_ssl), status, error)

    def assertPostReturnError(
        self, path: str, data: object, status: int, error: str, auth: str | None = None, verify_ssl: bool = True
    ) -> Any:
        """As :meth:`assertCallReturnError`."""
        return self._error_of(*self._call("POST", path, data, auth, verify_ssl=verify_ssl), status, error)

    # What PyMacaron's services have.

    def assertIsVersion(self, j: Any) -> None:
        """It is the body of ``/version``: ``name`` and ``version``, and as strings ``container`` and ``pym_env``."""
        if not isinstance(j, dict):
            self.fail(f"a version is a JSON object, not {j!r}")
        for key in ("name", "version"):
            if key not in j:
                self.fail(f"the version has no {key!r}: {j!r}")
        for key in ("name", "version", "container", "pym_env"):
            if not isinstance(j.get(key, ""), str):
                self.fail(f"the {key!r} of the version is {j[key]!r}, which is no string")

    def assertHasPing(self) -> None:
        """``GET /ping`` answers ``{}``."""
        self.assertGetReturnOk("ping")

    def assertHasVersion(self, verify_ssl: bool = True) -> Any:
        """``GET /version`` answers a version, which is given back."""
        found = self.assertGetReturnJson("version", verify_ssl=verify_ssl)
        self.assertIsVersion(found)
        return found

    def assertHasAuthVersion(self, verify_ssl: bool = True) -> Any:
        """``GET /auth/version`` refuses what is no token and answers a version to ``token``."""
        missing, invalid = "AUTHORIZATION_HEADER_MISSING", "TOKEN_INVALID"
        self.assertGetReturnError("auth/version", 401, missing, verify_ssl=verify_ssl)
        for header in NO_TOKENS:
            try:
                self.assertGetReturnError("auth/version", 401, invalid if header else missing, header, verify_ssl)
            except AssertionError as failure:
                raise self.failureException(f"with 'Authorization: {header}': {failure}") from None
        if not self.token:
            self.fail("there is no token to call auth/version with: run pymtest --gen-token, or set PYM_JWT_TOKEN")
        found = self.assertGetReturnJson("auth/version", 200, f"Bearer {self.token}", verify_ssl)
        self.assertIsVersion(found)
        return found

    def assertEventually(self, callable: Callable[[], ValueT], timeout: float = 10, interval: float = 0.1) -> ValueT:
        """The value of a function, called until it does not raise: for what a background task does.

        It is called every ``interval`` seconds, for ``timeout`` seconds; then the last failure is the test's.
        """
        deadline, tries, silent = time.monotonic() + timeout, 0, self._silent
        while True:
            tries += 1
            self._silent = True
            try:
                return callable()
            except unittest.SkipTest:
                raise
            except Exception as failure:
                left = deadline - time.monotonic()
                if left <= 0:
                    sentence = f"still failing after {timeout:g} seconds and {tries} tries: {failure}"
                    raise self.failureException(sentence) from failure
            finally:
                self._silent = silent
            time.sleep(min(interval, left))

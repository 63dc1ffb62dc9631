"""Somebody who is logged in: what the tests of the account API begin with."""

from typing import Any

from pymacaron_testing import PyMacaronTestCase

PROFILE = {
    "name": "Ada",
    "born": "1815-12-10T09:00:00.123456+01:00",
    "height": 1.65,
    "savings": "1234567890123456789.05",
    "languages": ["en", "fr"],
    "address": {"street": "St James's Square", "city": "London", "floor": None},
    "settings": {"theme": "dark", "zoom": 1.25, "tabs": [1, 2, {"pinned": True}], "note": ""},
}


class AccountTestCase(PyMacaronTestCase):
    """``user`` is logged in, and has no profile yet."""

    user = "ada"

    def setUp(self) -> None:
        super().setUp()
        self.auth = self.log_in(self.user)
        self.assertCallReturnJson("DELETE", "account/profile", auth=self.auth, allow_error=True)

    def log_in(self, user: str) -> str:
        """The ``Authorization`` header of somebody."""
        session = self.assertPostReturnJson("account/login", {"user": user, "password": "macaron"})
        return f"Bearer {session['token']}"

    def save(self, status: int = 200, **values: Any) -> Any:
        return self.assertCallReturnJson("PUT", "account/profile", {**PROFILE, **values}, auth=self.auth, status=status)

    def profile(self) -> Any:
        return self.assertGetReturnJson("account/profile", auth=self.auth)

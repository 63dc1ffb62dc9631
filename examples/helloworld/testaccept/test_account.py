"""The account API over HTTP: who calls, and what is kept of them."""

from accounts import PROFILE, AccountTestCase


class LoggingIn(AccountTestCase):
    def test_a_wrong_password_gives_no_token(self):
        for user, password in (("ada", "croissant"), ("nobody", "macaron")):
            credentials = {"user": user, "password": password}
            self.assertPostReturnError("account/login", credentials, 401, "WRONG_PASSWORD")

    def test_a_profile_is_nobody_elses_business(self):
        self.assertGetReturnError("account/profile", 401, "AUTHORIZATION_HEADER_MISSING")
        for wrong in ("Bearer 1234567890", f"{self.auth}x", self.auth.replace("Bearer ", "Token ")):
            self.assertGetReturnError("account/profile", 401, "TOKEN_INVALID", auth=wrong)

    def test_two_users_have_two_profiles(self):
        self.save(name="Ada")
        grace = self.log_in("grace")
        self.assertCallReturnJson("DELETE", "account/profile", auth=grace, allow_error=True)
        self.assertGetReturnError("account/profile", 404, "ITEM_NOT_FOUND", auth=grace)
        self.assertGetReturnDict("account/profile", {"name": "Ada", "user": "ada"}, auth=self.auth)


class KeepingProfiles(AccountTestCase):
    def test_a_profile_comes_back_exactly_as_it_was_saved(self):
        saved = self.save()
        assert {name: saved[name] for name in PROFILE} == PROFILE
        assert (saved["user"], saved["saved_by"], saved["revision"]) == ("ada", "ada", 1)
        assert self.profile() == saved

    def test_what_is_left_out_is_not_there(self):
        saved = self.assertCallReturnJson("PUT", "account/profile", {"name": "Ada"}, auth=self.auth)
        assert set(self.profile()) == set(saved)
        assert set(saved) == {"user", "name", "revision", "saved", "saved_by", "saved_in"}

    def test_a_change_over_a_revision_that_was_not_read_is_a_conflict(self):
        self.save()
        changed = self.save(revision=1, name="Augusta")
        assert (changed["revision"], changed["name"]) == (2, "Augusta")
        assert self.save(status=409, revision=1, name="Nobody")["error"] == "CONFLICT"
        assert self.profile()["name"] == "Augusta"

    def test_a_profile_that_is_forgotten_is_gone(self):
        self.save()
        self.assertCallReturnOk("DELETE", "account/profile", auth=self.auth)
        self.assertGetReturnError("account/profile", 404, "ITEM_NOT_FOUND", auth=self.auth)

    def test_a_profile_that_does_not_fit_is_refused_before_anything_is_saved(self):
        refused = self.save(status=400, height=-1, born="yesterday", savings="much")
        rules = {fault["pointer"]: fault["rule"] for fault in refused["errors"]}
        assert rules == {"/height": "exclusiveMinimum", "/born": "format", "/savings": "format"}
        self.assertGetReturnError("account/profile", 404, "ITEM_NOT_FOUND", auth=self.auth)

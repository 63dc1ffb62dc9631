"""What is done in the background, over HTTP: a task writes as the user who called, and a failure is reported."""

from accounts import PROFILE, AccountTestCase


class BackgroundTasks(AccountTestCase):
    def test_a_task_saves_the_profile_as_the_same_user_in_the_same_call(self):
        deferred = self.assertPostReturnJson("account/profile/later", PROFILE, status=202, auth=self.auth)
        saved = self.assertEventually(self.profile, timeout=30)
        assert {name: saved[name] for name in PROFILE} == PROFILE
        assert (saved["user"], saved["saved_by"]) == ("ada", "ada")
        assert saved["saved_in"] == deferred["call"]

    def test_a_task_that_is_not_done_yet_has_saved_nothing(self):
        self.assertPostReturnJson("account/profile/later?seconds=1", PROFILE, status=202, auth=self.auth)
        self.assertGetReturnError("account/profile", 404, "ITEM_NOT_FOUND", auth=self.auth)
        self.assertEventually(self.profile, timeout=30)

    def test_a_task_for_nobody_is_not_taken(self):
        self.assertPostReturnError("account/profile/later", PROFILE, 401, "AUTHORIZATION_HEADER_MISSING")


class Failing(AccountTestCase):
    user = "grace"

    def failures(self):
        return self.assertGetReturnJson("account/failures", auth=self.auth)["failures"]

    def test_a_call_that_fails_is_reported_with_the_id_that_its_caller_got(self):
        answer = self.assertPostReturnError("account/fail", {}, 500, "SERVER_ERROR", auth=self.auth)
        assert "coffee" not in str(answer)

        def reported():  # beside the call, which does not wait for it
            found = [each for each in self.failures() if each["error_id"] == answer["error_id"]]
            assert len(found) == 1
            return found[0]

        failure = self.assertEventually(reported, timeout=30)
        assert "the coffee machine is empty" in failure["error"]
        assert (failure["user"], failure["title"]) == ("grace", "SERVER_ERROR: POST /account/fail")

    def test_a_task_that_fails_is_reported_once_for_the_user_who_called(self):
        task = self.assertPostReturnJson("account/fail/later", {}, status=202, auth=self.auth)["task"]

        def reported():
            found = [each for each in self.failures() if task in each["title"]]
            assert len(found) == 1
            return found[0]

        failure = self.assertEventually(reported, timeout=30)
        assert "the tea is cold" in failure["error"]
        assert failure["user"] == "grace"

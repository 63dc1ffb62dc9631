"""What every service answers, and the greetings that need nobody to log in."""

from pymacaron_testing import PyMacaronTestCase


class Service(PyMacaronTestCase):
    def test_it_is_there(self):
        self.assertHasPing()

    def test_it_says_which_it_is(self):
        self.assertHasVersion()
        self.assertGetReturnDict("version", {"name": "helloworld"})

    def test_it_says_so_behind_a_token_too(self):
        session = self.assertPostReturnJson("account/login", {"user": "ada", "password": "macaron"})
        self.token = session["token"]
        self.assertHasAuthVersion()

    def test_it_is_ready_with_all_it_needs(self):
        ready = self.assertGetReturnDict("health/ready", {"status": "ready"})
        assert ready["checks"] == ["auth", "async", "dynamodb"]

    def test_it_greets(self):
        self.assertGetReturnDict("hello?name=Ada&language=fr", {"text": "Bonjour, Ada!"})
        self.assertGetReturnError("hello?language=tlh", 400, "INVALID_PARAMETER")

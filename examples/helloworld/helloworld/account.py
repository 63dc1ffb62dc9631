"""Functions for the operations of ``apis/account.yaml``: who calls is known before any of them runs."""

from apis.account_models import Credentials, Deferred, Failures, NewProfile, Profile, Session
from pymacaron_async import TaskRef
from pymacaron_auth import current_user, generate_token, get_userid
from pymacaron_core import add_error, current_call

from helloworld import profiles, tasks, users
from helloworld.failures import failures_of

WrongPassword = add_error("WrongPassword", code="WRONG_PASSWORD", status=401)

SESSION_SECONDS = 3600


def log_in(credentials: Credentials) -> Session:
    if not users.knows(credentials.user, credentials.password):
        raise WrongPassword("nobody has that name and password", user_message="Was it ada, with the password macaron?")
    return Session(token=generate_token(credentials.user, expire_in=SESSION_SECONDS), expires_in=SESSION_SECONDS)


def get_profile() -> Profile:
    return Profile.load_from_db(current_user().sub)


def save_profile(new: NewProfile) -> Profile:
    return profiles.save(get_userid(), new)


def forget_profile() -> dict[str, object]:
    Profile.load_from_db(get_userid()).delete_from_db()
    return {}


def save_profile_later(new: NewProfile, seconds: float) -> Deferred:
    return deferred(tasks.save_profile(new, seconds))


def fail_now() -> None:
    raise RuntimeError("the coffee machine is empty")


def fail_later() -> Deferred:
    return deferred(tasks.fail())


def list_failures() -> Failures:
    return Failures(failures=failures_of(get_userid()))


def deferred(task: TaskRef) -> Deferred:
    call = current_call()
    return Deferred(task=task.id, call=call.request_id if call else "")

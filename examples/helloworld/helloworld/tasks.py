"""What is done in the background: a worker runs these, as the user whose call asked for them."""

import time

from apis.account_models import NewProfile
from pymacaron_async import asynctask
from pymacaron_auth import get_userid

from helloworld import profiles


@asynctask()
def save_profile(new: NewProfile, seconds: float) -> None:
    time.sleep(seconds)
    profiles.save(get_userid(), new)


@asynctask()
def fail() -> None:
    raise RuntimeError("the tea is cold")

"""How a profile is saved, by a call or by a task: only over the revision its owner had read."""

from apis.account_models import NewProfile, Profile
from pymacaron_auth import get_userid
from pymacaron_core import Conflict, current_call, timenow


def save(user: str, new: NewProfile) -> Profile:
    """Save somebody's profile. Raises ``Conflict`` when it is at another revision than the new one says."""
    kept = (
        Profile.load_from_db(user) if Profile.exists(user) else Profile(user=user, name="", revision=0, saved=timenow())
    )
    if kept.revision != (new.revision or 0):
        raise Conflict(f"the profile of {user} is at revision {kept.revision}, not {new.revision or 0}")
    for name in ("name", "born", "height", "savings", "languages", "address", "settings"):
        setattr(kept, name, getattr(new, name))
    call = current_call()
    kept.revision += 1
    kept.saved, kept.saved_by, kept.saved_in = timenow(), get_userid(), call.request_id if call else None
    kept.save_to_db()
    return kept

"""Where failures are reported: kept by user, so that everybody sees what failed while they called."""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from pymacaron_core import apipool, timenow

log = logging.getLogger(__name__)

NOBODY = "nobody"


def report_failure(title: str, data: Mapping[str, Any], exception: BaseException | None) -> None:
    """The service's error reporter: called for failures of calls and of tasks alike."""
    response, user, call = (data.get(name) or {} for name in ("response", "user", "request"))
    failure = apipool.account.Failure(
        user=user.get("id") or NOBODY,
        id=f"{timenow():%Y%m%d%H%M%S%f}-{secrets.token_hex(4)}",
        title=title,
        error=repr(exception) if exception else None,
        error_id=data.get("error_id"),
        call=call.get("id"),
        at=timenow(),
    )
    failure.save_to_db()
    log.info("reported %s of %s: %s", failure.id, failure.user, response.get("error_code", title))


def failures_of(user: str) -> list[Any]:
    """What failed while somebody called, the oldest first."""
    return list(apipool.account.Failure.query(user).items)

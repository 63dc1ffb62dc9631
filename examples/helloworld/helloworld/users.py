"""Who can log in. A real service would keep its users elsewhere; it would keep passwords like this."""

import hashlib
import hmac

SALT = b"helloworld"
USERS = {  # scrypt of "macaron"
    "ada": "79c683f656a1ffd4d57effa2de26ad8aeda82a957b61fe8f6f1b000e3cd17abc",
    "grace": "e4e7727c955a4f8f1773c06d1db47611a2dbe2e2aedd1a49ec9a992557f1717e",
}


def knows(user: str, password: str) -> bool:
    """Whether somebody has that name and password; it takes as long for unknown names as for known ones."""
    kept = USERS.get(user, "")
    return hmac.compare_digest(hashed(user, password), kept)


def hashed(user: str, password: str) -> str:
    return hashlib.scrypt(password.encode(), salt=SALT + user.encode(), n=2**13, r=8, p=1, dklen=32).hex()

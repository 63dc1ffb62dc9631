"""What a verified token says: whose it is, for whom, until when, and how far it reaches (RFC 7519)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

REGISTERED = ("iss", "sub", "aud", "exp", "iat")
"""The claims that have a field of their own; no ``data`` replaces them."""


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one token. Times are seconds since 1970. No log line and no ``repr`` holds the token itself."""

    sub: str
    """The user's id."""

    issuer: str
    """Who made the token (``iss``)."""

    audience: tuple[str, ...]
    """The services it is meant for (``aud``)."""

    issued_at: int
    """``iat``"""

    expires_at: int
    """``exp``"""

    data: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """All other claims."""

    token: str | None = None
    """The token; None where the identity came without one, as to a task."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", MappingProxyType(dict(self.data)))

    @property
    def user_id(self) -> str:
        """The user's id: ``sub`` by the name of 2.x."""
        return self.sub

    @property
    def scopes(self) -> tuple[str, ...]:
        """How far the token reaches: ``scope`` (RFC 8693, section 4.2), else ``scp``; words in a text, or a list."""
        told = self.data.get("scope", self.data.get("scp"))
        words = told.split() if isinstance(told, str) else told if isinstance(told, list | tuple) else ()
        return tuple(dict.fromkeys(word for word in words if isinstance(word, str)))

    def payload(self) -> dict[str, Any]:
        """The claims as a token carries them."""
        audience: str | list[str] = self.audience[0] if len(self.audience) == 1 else list(self.audience)
        times = {"iat": self.issued_at, "exp": self.expires_at}
        return {**self.data, "iss": self.issuer, "sub": self.sub, "aud": audience, **times}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any], token: str | None = None) -> Claims:
        """The claims in a payload that was checked. Nothing is checked here."""
        audience = payload["aud"]
        return cls(
            sub=payload["sub"],
            issuer=payload["iss"],
            audience=(audience,) if isinstance(audience, str) else tuple(audience),
            issued_at=int(payload["iat"]),
            expires_at=int(payload["exp"]),
            data={name: value for name, value in payload.items() if name not in REGISTERED},
            token=token,
        )

    def __repr__(self) -> str:
        token = "[REDACTED]" if self.token else None
        return f"Claims(sub={self.sub!r}, issuer={self.issuer!r}, data={sorted(self.data)}, token={token})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Claims.from_payload, (self.payload(), self.token)

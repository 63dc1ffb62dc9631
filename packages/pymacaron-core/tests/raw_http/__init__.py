"""Raw HTTP against a real server: the attacks as data, what carries them over the wire, and the service they meet."""

from raw_http.attack import Attack
from raw_http.framing import framing
from raw_http.heads import heads
from raw_http.payloads import payloads

__all__ = ["ATTACKS", "Attack"]

ATTACKS = (*framing(), *heads(), *payloads())

"""The judge: what is wrong with what came back to an attack."""

from __future__ import annotations

from contextlib import closing

from raw_http.attack import REFUSED, Attack
from raw_http.wire import PATIENCE, Malformed, Wire, heard

LAST = b"GET /beside/last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
LAST_BODY = b'{"beside":"last"}'
SMUGGLED_BODY = b'{"beside":"smuggled"}'
MOMENT = 2.0
"""Seconds after which the last request is sent even where nothing was answered: it may be what the server waits for."""
SHORT = 0.3
"""Seconds that an attack which never ends is given."""


def faults(port: int, attack: Attack, patience: float = PATIENCE) -> list[str]:
    """Carry out an attack, and say what is wrong with what came of it."""
    with closing(Wire(port)) as wire:
        try:
            return _carried_out(wire, attack, patience)
        except Malformed as error:
            return [f"not HTTP: {error}"]


def _carried_out(wire: Wire, attack: Attack, patience: float) -> list[str]:
    least = 1 if attack.statuses & REFUSED else attack.most

    def is_enough(data: bytes) -> bool:
        return len(heard(data, False, attack.methods).final) >= least

    wire.exchange(attack.data, is_enough, min(patience, MOMENT if attack.is_whole else SHORT))
    if attack.is_whole and not wire.is_closed:
        wire.exchange(LAST, lambda data: False, patience)
    came = heard(wire.data, wire.is_closed, attack.methods)
    wrong = [] if wire.is_closed or not attack.is_whole else ["it hangs"]
    statuses = [reply.status for reply in came.final]
    bodies = [reply.body for reply in came.final]
    if SMUGGLED_BODY in bodies:
        wrong.append("a hidden request was answered")
    if bodies[-1:] == [LAST_BODY]:
        del statuses[-1]
    if len(statuses) > attack.most:
        wrong.append("there are more replies than requests")
    if attack.is_whole and not statuses and not attack.statuses & REFUSED:
        wrong.append("there is no reply")
    if any(reply.status == 101 for reply in came.replies) or not attack.statuses.issuperset(statuses):
        wrong.append("a status that is none for it")
    if attack.statuses.isdisjoint(REFUSED) and len(statuses) < attack.most:
        wrong.append("there are fewer replies than requests")
    return [f"{each}: {statuses} {wire.data[-200:]!r}" for each in wrong]

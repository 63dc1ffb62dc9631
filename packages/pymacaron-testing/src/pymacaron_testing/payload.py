"""What a call carries: test data as the bytes of a body."""

from __future__ import annotations

import json


def body_of(data: object) -> tuple[bytes | None, bool]:
    """The body of a call, and whether it was made JSON here.

    None is no body, a string goes as it is (UTF-8), a dict becomes JSON, and so does a model: anything with
    ``__pym_protocol__``, by its ``to_json()``. Models inside a dict are sent too. Raises ``TypeError`` for anything
    else, ``ValueError`` for numbers that JSON does not have.
    """
    if data is None:
        return None, False
    if isinstance(data, str):
        return data.encode(), False
    if _is_model(data) or isinstance(data, dict):
        plain = data if isinstance(data, dict) else _of_model(data)
        return json.dumps(plain, default=_of_model, allow_nan=False).encode(), True
    raise TypeError(
        f"data must be a dict, a str, a model or None, not {type(data).__name__}: send other JSON as json.dumps(data)"
    )


def _is_model(value: object) -> bool:
    return hasattr(value, "__pym_protocol__") and not isinstance(value, type)


def _of_model(value: object) -> object:
    if _is_model(value):
        plain: object = value.to_json()  # type: ignore[attr-defined]
        return plain
    raise TypeError(f"a {type(value).__name__} inside data cannot be sent as JSON: turn it into text or numbers")

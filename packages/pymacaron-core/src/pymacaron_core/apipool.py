"""The models of the current application, as a module: what type checkers take :data:`pymacaron_core.apipool` for.

``apipool.pyi`` beside it tells them what a project's ``apis/apipool.pyi`` says, which ``pymacaron generate`` writes.
"""

from __future__ import annotations

from typing import Any

from pymacaron_core.application import apipool as _pool

get_api_names = _pool.get_api_names
get_model = _pool.get_model
load_swagger = _pool.load_swagger


def __getattr__(name: str) -> Any:
    return getattr(_pool, name)

"""Who takes part: one file a framework, each with ``make(kind)``, which gives the application of that kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

REFERENCE = "flask"
"""The contestant that all others are compared with."""


@dataclass(frozen=True)
class Contestant:
    """``name`` is what ``--only`` takes, ``makes`` the function of ``module`` that makes the application.

    ``interface`` is ``wsgi`` or ``asgi``; ``needs`` are the distributions without which it is left out.
    """

    name: str
    title: str
    module: str
    interface: str
    needs: tuple[str, ...]
    makes: str = "make"

    def application(self, kind: str) -> Any:
        """Its callable. Raises ``ImportError`` where a library is absent."""
        return getattr(import_module(f"contest.contestants.{self.module}"), self.makes)(kind)


CONTESTANTS = (
    Contestant("bare", "bare WSGI function with pydantic (the limit)", "bare", "wsgi", ("pydantic",)),
    Contestant("falcon", "Falcon", "falcon_pydantic", "wsgi", ("falcon",)),
    Contestant("pymacaron", "PyMacaron", "pymacaron_here", "wsgi", ("pymacaron-core",)),
    Contestant("litestar-msgspec", "Litestar, msgspec", "litestar_msgspec", "asgi", ("litestar", "msgspec")),
    Contestant("litestar-pydantic", "Litestar, pydantic", "litestar_pydantic", "asgi", ("litestar",)),
    Contestant("flask", "hand-written Flask", "flask_by_hand", "wsgi", ("flask",)),
    Contestant("fastapi-async", "FastAPI, async def", "fastapi_both", "asgi", ("fastapi",), "make_async"),
    Contestant("fastapi-def", "FastAPI, def", "fastapi_both", "asgi", ("fastapi",), "make_def"),
    Contestant("flask-usual", "usual Flask (get_json, jsonify)", "flask_usual", "wsgi", ("flask",)),
    Contestant("flask-openapi3", "flask-openapi3", "flask_openapi3_usual", "wsgi", ("flask-openapi3",)),
    Contestant("apiflask-pydantic", "APIFlask, pydantic", "apiflask_pydantic", "wsgi", ("apiflask",)),
    Contestant("apiflask-marshmallow", "APIFlask, marshmallow", "apiflask_marshmallow", "wsgi", ("apiflask",)),
    Contestant("flask-smorest", "flask-smorest", "smorest", "wsgi", ("flask-smorest",)),
    Contestant("connexion-async", "Connexion 3, async", "connexion_both", "asgi", ("connexion",), "make_async"),
    Contestant("connexion-flask", "Connexion 3, Flask app", "connexion_both", "asgi", ("connexion",), "make_flask"),
)
NAMED = {contestant.name: contestant for contestant in CONTESTANTS}


def chosen(names: Iterable[str]) -> tuple[Contestant, ...]:
    """The contestants of these names and the reference, in the table's order; all where none is named.

    Raises ``ValueError`` with the names that are there for one that is not.
    """
    wanted = set(names)
    unknown = sorted(wanted - NAMED.keys())
    if unknown:
        raise ValueError(f"no contestant is called {', '.join(unknown)}; there is {', '.join(NAMED)}")
    return tuple(each for each in CONTESTANTS if not wanted or each.name in wanted or each.name == REFERENCE)

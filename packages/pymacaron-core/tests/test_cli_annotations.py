"""Annotations that take one of a schema's two models for the other are told, and the right ones are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import pytest
from model_documents import specification_of
from pymacaron_core import API
from pymacaron_core.cli.annotations import misread
from pymacaron_core.cli.signatures import Signatures
from test_directions import SCHEMAS, operations


def told(root: Path, schema: str, make: Callable[[Any], Callable[..., Any]]) -> list[str]:
    """What is said of a function for the operation of a schema; ``make`` makes it of the models."""
    specification = specification_of(root, SCHEMAS, paths=operations(schema))
    functions: dict[str, Callable[..., Any]] = {}
    name = f"create{schema}"
    app = flask.Flask("shop", root_path=str(root))
    api = API(app, root=root, handlers={name: lambda body: functions[name](body)})
    api.load_apis()
    (loaded,) = (each for each in api.application.apis.values() if each.name == specification.name)
    (route,) = loaded.routes
    assert route.binding is not None
    function = make(loaded.catalog)
    object.__setattr__(route.binding, "function", function)
    object.__setattr__(route.binding, "name", "shop.api.create")
    return list(misread(loaded, route))


def annotated(body: Any, answer: Any = None) -> Callable[..., Any]:
    def create(body: Any) -> Any: ...

    create.__annotations__ = {"body": body, "return": answer}
    return create


def test_the_request_view_and_its_parents_fit(tmp_path: Path) -> None:
    assert told(tmp_path, "Admin", lambda m: annotated(m.AdminRequest, m.Admin)) == []
    assert told(tmp_path, "Admin", lambda m: annotated(m.AccountRequest | None, m.Account)) == []
    assert told(tmp_path, "Accounts", lambda m: annotated(list[m.AccountRequest], list[m.Account])) == []


@pytest.mark.parametrize("kind", [lambda m: m.Account, lambda m: m.Account | None])
def test_the_whole_object_in_place_of_its_view_is_told(tmp_path: Path, kind: Callable[[Any], Any]) -> None:
    (said,) = told(tmp_path, "Account", lambda m: annotated(kind(m)))
    assert said == (
        "shop.api.create() takes Account as body, and createAccount (POST /account) hands it AccountRequest: "
        "annotate it so, and make the whole object with Account.from_request(body, ...)"
    )


def test_lists_of_the_wrong_one_are_told(tmp_path: Path) -> None:
    (said,) = told(tmp_path, "Accounts", lambda m: annotated(list[m.Account]))
    assert "hands it AccountRequest" in said


def test_an_answer_that_is_the_request_is_told(tmp_path: Path) -> None:
    (said,) = told(tmp_path, "Account", lambda m: annotated(m.AccountRequest, m.AccountRequest))
    assert "make it with Account.from_request(body, ...)" in said


def test_another_model_is_told_and_what_is_no_model_is_not(tmp_path: Path) -> None:
    (said,) = told(tmp_path, "Account", lambda m: annotated(m.Plain))
    assert said.endswith("hands it AccountRequest")
    assert told(tmp_path, "Account", lambda m: annotated(dict)) == []
    assert told(tmp_path, "Account", lambda m: annotated("NotThere")) == []
    assert told(tmp_path, "Plain", lambda m: annotated(m.Plain, m.Plain)) == []


def test_stubs_are_written_with_the_view(tmp_path: Path) -> None:
    specification = specification_of(tmp_path, SCHEMAS, paths=operations("Account"))
    stub = Signatures(specification, "apis.shop_models").stub(specification.operations[0], "create_account")
    assert stub.text.startswith("def create_account(body: AccountRequest) -> Account:")
    assert {("apis.shop_models", "Account"), ("apis.shop_models", "AccountRequest")} <= stub.imports

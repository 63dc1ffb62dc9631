"""Names to functions: the rules in their order, signatures that fit, and what is told when they do not."""

import sys
import types

import pytest
from pymacaron_core.errors import BindingError
from pymacaron_core.resolver import Candidates, bind, current_name, unwritten
from pymacaron_core.spec.operation import Body, MediaType, Operation, Parameter, Place, Schema

TEXT = Schema({"type": ("string",)})


@pytest.fixture
def module(monkeypatch):
    """A module ``shopping.api`` with a few functions."""
    package, api = types.ModuleType("shopping"), types.ModuleType("shopping.api")
    package.__path__ = []
    package.api = api
    monkeypatch.setitem(sys.modules, "shopping", package)
    monkeypatch.setitem(sys.modules, "shopping.api", api)
    exec(
        "def create_order(body): return 'snake'\n"
        "def createThing(body): return 'camel'\n"
        "def find(limit=20, tag=None): return (limit, tag)\n"
        "def loud(function): return lambda *a, **k: function(*a, **k).upper()\n"
        "number = 7\n",
        vars(api),
    )
    return api


def operation(id=None, *, names=(), body=False, spread=None, **extensions):
    return Operation(
        "POST",
        "/orders",
        id,
        parameters=tuple(Parameter(n, "query", TEXT, argument=n) for n in names),
        body=Body((MediaType("application/json", TEXT),)) if body else spread,
        extensions={name.replace("_", "-"): value for name, value in extensions.items()},
        place=Place("apis/shop.yaml", "/paths/~1orders/post"),
    )


def looked_for(**given):
    return Candidates(given, "shopping.api")


def test_a_function_handed_over_comes_first(module):
    binding = bind(operation("createOrder", body=True), looked_for(createOrder=lambda body: "given"))
    assert (binding.function(None), binding.rule) == ("given", "handed to the API")


def test_a_function_is_handed_over_by_route_where_there_is_no_id(module):
    assert bind(operation(), Candidates({"POST /orders": lambda: "given"}, "shopping.api")).function() == "given"


def test_x_bind_server_names_a_function(module):
    binding = bind(operation("anything", body=True, x_bind_server="shopping.api.create_order"), looked_for())
    assert (binding.function(None), binding.rule) == ("snake", "x-bind-server")


def test_a_dotted_operation_id_names_a_function(module):
    binding = bind(operation("shopping.api.create_order", body=True), looked_for())
    assert (binding.function(None), binding.rule) == ("snake", "operationId")


def test_a_dotted_operation_id_that_is_just_a_name_is_looked_for_in_the_handlers(module):
    module.orders_list = lambda: "listed"
    binding = bind(operation("orders.list"), looked_for())
    assert (binding.function(), binding.rule) == ("listed", "operationId in handlers")
    assert bind(operation("orders.gone"), looked_for()) is None


def test_a_router_controller_is_a_module(module):
    tagged = operation("create_order", body=True, **{"x-openapi-router-controller": "shopping.api"})
    assert bind(tagged, Candidates({}, "nowhere")).rule == "x-openapi-router-controller"


@pytest.mark.parametrize(
    ("id", "said"), [("createOrder", "snake"), ("create_order", "snake"), ("createThing", "camel")]
)
def test_a_plain_operation_id_is_found_in_the_handlers_as_it_is_or_in_snake_case(module, id, said):
    assert bind(operation(id, body=True), looked_for()).function(None) == said


def test_what_is_not_written_yet_is_none_and_told_with_the_nearest_name(module):
    missing = operation("createOrders", body=True)
    assert bind(missing, looked_for()) is None
    told = unwritten(missing, looked_for())
    assert "apis/shop.yaml" in told and "did you mean create_order()?" in told and "generate --handlers" in told


def test_a_decorator_wraps_the_function(module):
    decorated = operation("createOrder", body=True, x_decorate_server="shopping.api.loud")
    assert bind(decorated, looked_for()).function(None) == "SNAKE"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("shopping.api.create_ordr", "shopping.api has no 'create_ordr'; did you mean 'create_order'?"),
        ("shoping.api.create_order", "there is no module 'shoping.api'"),
        ("create_order", "is not a name like module.function"),
        ("shopping.api.number", "shopping.api.number is no function, but of type int"),
        ("shopping.api; import os", "is not a name like module.function"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_with_its_place(module, name, told):
    with pytest.raises(BindingError) as caught:
        bind(operation("x", body=True, x_bind_server=name), looked_for())
    assert told in str(caught.value) and str(caught.value).startswith("apis/shop.yaml")


def test_a_module_that_fails_to_import_is_told_with_its_own_line(tmp_path, monkeypatch):
    (tmp_path / "broken_handlers.py").write_text("import os\n\nvalue = 1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BindingError, match=r"broken_handlers\.py:3: ZeroDivisionError"):
        bind(operation("x"), Candidates({}, "broken_handlers"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("import no_such_module_anywhere", r"ends_badly\.py:2: ModuleNotFoundError: No module named"),
        ("import json; json.loads('{')", r"ends_badly\.py:2: JSONDecodeError"),
        ("import sys; sys.exit(3)", r"ends_badly\.py:2: it ends the process"),
    ],
)
def test_a_failing_import_is_told_with_the_line_that_is_no_library_s(tmp_path, monkeypatch, line, told):
    (tmp_path / "ends_badly.py").write_text(f"\n{line}\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BindingError, match=told):
        bind(operation("x"), Candidates({}, "ends_badly"))


def test_a_module_with_broken_syntax_is_told_with_its_own_line(tmp_path, monkeypatch):
    (tmp_path / "unfinished.py").write_text("def f(:\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BindingError, match=r"unfinished\.py:1: .+ \(so unfinished cannot be imported\)$"):
        bind(operation("x"), Candidates({}, "unfinished"))


def test_an_argument_the_document_lacks_stops_the_start():
    with pytest.raises(BindingError, match=r"needs an argument 'limt'.*did you mean 'limit'\?"):
        bind(operation("x", names=["limit"]), Candidates({"x": lambda limt: None}, "m"))


def test_a_function_that_does_not_fit_is_told_with_its_line():
    with pytest.raises(BindingError, match=r"\(\) \(.*test_resolver\.py:\d+\) needs"):
        bind(operation("x"), Candidates({"x": lambda limt: None}, "m"))


def test_a_body_needs_a_positional_argument():
    with pytest.raises(BindingError, match="must take the body"):
        bind(operation("x", body=True), Candidates({"x": lambda: None}, "m"))


def test_a_function_may_take_fewer_keywords():
    binding = bind(operation("x", names=["limit", "tag"]), Candidates({"x": lambda tag: tag}, "m"))
    assert binding.dropped == ("limit",)
    assert binding.adapted()(limit=1, tag="a") == "a"


def test_a_function_keeps_its_own_default_where_nothing_came(module):
    binding = bind(operation("find", names=["limit", "tag"]), looked_for())
    assert binding.adapted()(limit=None, tag=None) == (20, None)
    assert binding.adapted()(limit=5, tag="a") == (5, "a")


def test_a_function_taking_anything_gets_everything():
    binding = bind(operation("x", names=["limit"]), Candidates({"x": lambda **k: k}, "m"))
    assert binding.adapted()(limit=None) == {"limit": None}


def test_the_fields_of_a_spread_form_are_keywords():
    form = Body((MediaType("multipart/form-data", TEXT),), spread=True, arguments={"Photo": "photo"})
    binding = bind(operation("x", spread=form), Candidates({"x": lambda photo: photo}, "m"))
    assert binding.adapted()(photo=1) == 1


def test_an_async_function_is_run_to_its_end():
    async def answer(limit):
        return limit

    assert bind(operation("x", names=["limit"]), Candidates({"x": answer}, "m")).adapted()(limit=7) == 7


def test_dotted_names_of_2x_are_mapped():
    assert current_name("pymacaron.auth.requires_auth") == "pymacaron_auth.requires_auth"
    for unchanged in ("shop.api.do", "pymacaron_async.asynctask", "pymacaron_dynamodb.PersistentSwaggerObject"):
        assert current_name(unchanged) == unchanged

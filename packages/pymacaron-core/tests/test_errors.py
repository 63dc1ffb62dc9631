"""The errors: their tree, their bodies' words, pickling, and add_error."""

import pickle

import pytest
from pymacaron_core import errors
from pymacaron_core.errors import (
    DocumentError,
    DocumentFault,
    InvalidParameter,
    PyMacaronException,
    RequestFault,
    StartError,
    add_error,
    is_error,
)

FAULT = RequestFault("query", "/limit", "maximum", "must be at most 100")


def test_ctrl_c_is_not_caught_by_our_base():
    assert issubclass(errors.PyMacaronError, Exception)
    assert not issubclass(KeyboardInterrupt, errors.PyMacaronError)


def test_the_tree_in_the_docstring_is_the_tree():
    for name, value in vars(errors).items():
        if isinstance(value, type) and issubclass(value, errors.PyMacaronError):
            assert name in errors.__doc__
            if issubclass(value, PyMacaronException):
                line = next(line for line in errors.__doc__.splitlines() if f"── {name} " in line)
                assert value.code in line or name == "PyMacaronException"


def test_a_bare_error_says_what_its_class_says():
    assert errors.NotFound().message == "There is nothing at this address."
    assert errors.NotFound("no order 7").message == "no order 7"


def test_faults_make_the_message():
    error = InvalidParameter(faults=[FAULT, RequestFault("body", "/name", "required", "is missing")])
    assert error.message == "query limit: must be at most 100; name: is missing"


def test_many_faults_are_counted_not_listed():
    assert InvalidParameter(faults=[FAULT] * 9).message.endswith("; and 4 more")


@pytest.mark.parametrize(
    "error",
    [
        InvalidParameter(faults=[FAULT]),
        errors.NotFound("no order 7", user_message="No such order", error_id="ab12"),
        PyMacaronException("teapot", status=418, code="TEAPOT"),
        DocumentError([DocumentFault("apis/shop.yaml", "/paths", "is missing", 3, 1)]),
        StartError("port in use"),
    ],
)
def test_errors_pickle(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and str(again) == str(error)
    for name in ("status", "code", "user_message", "error_id", "faults"):
        assert getattr(again, name, None) == getattr(error, name, None)


def test_add_error_makes_a_class_to_raise():
    error = add_error(name="OrderGone", code="ORDER_GONE", status=410)
    assert issubclass(error, PyMacaronException)
    assert (error.status, error.code, error().message) == (410, "ORDER_GONE", "Order gone.")


@pytest.mark.parametrize(("name", "status"), [("not a name", 400), ("Fine", 200), ("Fine", "400"), ("Fine", 700)])
def test_add_error_refuses_nonsense(name, status):
    with pytest.raises(ValueError, match="add_error"):
        add_error(name=name, code="X", status=status)


def test_is_error_knows_exceptions_and_error_models():
    class Error:
        @classmethod
        def get_property_names(cls):
            return ["status", "error", "error_description"]

    assert is_error(errors.NotFound()) and is_error(Error())
    assert not is_error({}) and not is_error(ValueError()) and not is_error(None)


def test_caught_remembers_the_cause():
    cause = ValueError("inner")
    assert errors.ServiceUnavailable("later").caught(cause).caught_exception is cause

"""Parameters by place and style, as OpenAPI's table of style values and RFC 6570 write them."""

import json

import pytest
from pymacaron_core.context import CallContext
from pymacaron_core.readers import reader
from pymacaron_core.receiving import from_wsgi
from pymacaron_core.spec.operation import MediaType, Parameter, Schema, Specification
from pymacaron_core.styles import Unreadable
from pymacaron_core.wire import shape_of

SPECIFICATION = Specification("shop")
NUMBER, TEXT = Schema({"type": ("integer",)}), Schema({"type": ("string",)})
LIST = Schema({"type": ("array",), "items": NUMBER})
OBJECT = Schema({"type": ("object",), "properties": {"R": NUMBER, "G": NUMBER, "T": TEXT}})


def read(schema, text, place="query", **options):
    """What a parameter called ``color`` is as JSON; ``text`` is the query, path value, header or cookies."""
    parameter = Parameter("color", place, schema, **options)
    environ = {
        "query": {"QUERY_STRING": text},
        "header": {"HTTP_COLOR": text},
        "cookie": {"HTTP_COOKIE": text},
    }.get(place, {})
    call = from_wsgi(environ, {"color": text} if place == "path" else {}, CallContext())
    found = reader(parameter, shape_of(schema, SPECIFICATION))(call)
    return None if found is None else json.loads(found)


@pytest.mark.parametrize(
    ("style", "explode", "schema", "text", "value"),
    [
        ("simple", False, NUMBER, "7", 7),
        ("simple", False, LIST, "1,2", [1, 2]),
        ("simple", False, LIST, "", []),
        ("simple", False, OBJECT, "R,1,G,2", {"R": 1, "G": 2}),
        ("simple", True, OBJECT, "R=1,G=2", {"R": 1, "G": 2}),
        ("label", False, NUMBER, ".7", 7),
        ("label", False, LIST, ".1,2", [1, 2]),
        ("label", True, LIST, ".1.2", [1, 2]),
        ("label", True, OBJECT, ".R=1.G=2", {"R": 1, "G": 2}),
        ("matrix", False, NUMBER, ";color=7", 7),
        ("matrix", False, TEXT, ";color=color=a", "color=a"),
        ("matrix", False, LIST, ";color=1,2", [1, 2]),
        ("matrix", True, LIST, ";color=1;color=2", [1, 2]),
        ("matrix", True, LIST, ";color=1", [1]),
        ("matrix", False, OBJECT, ";color=R,1,G,2", {"R": 1, "G": 2}),
        ("matrix", True, OBJECT, ";R=1;G=2", {"R": 1, "G": 2}),
    ],
)
def test_styles_of_the_path(style, explode, schema, text, value):
    assert read(schema, text, "path", style=style, explode=explode) == value


@pytest.mark.parametrize(
    ("style", "explode", "schema", "text", "value"),
    [
        ("form", True, NUMBER, "color=7", 7),
        ("form", True, NUMBER, "a=b", None),
        ("form", True, LIST, "color=1&color=2", [1, 2]),
        ("form", True, LIST, "color=1,2", ["1,2"]),
        ("form", False, LIST, "color=1,2", [1, 2]),
        ("form", False, LIST, "color=", []),
        ("form", False, LIST, "color=%31%2C2", ["1,2"]),
        ("form", True, OBJECT, "R=1&G=2&x=3", {"R": 1, "G": 2}),
        ("form", False, OBJECT, "color=R,1,G,2", {"R": 1, "G": 2}),
        ("spaceDelimited", False, LIST, "color=1%202", [1, 2]),
        ("spaceDelimited", False, LIST, "color=1+2", [1, 2]),
        ("pipeDelimited", False, LIST, "color=1|2", [1, 2]),
        ("pipeDelimited", False, LIST, "color=1%7C2", [1, 2]),
        ("tabDelimited", False, LIST, "color=1%092", [1, 2]),
        ("deepObject", True, OBJECT, "color[R]=1&color%5BT%5D=a+b", {"R": 1, "T": "a b"}),
        ("deepObject", True, OBJECT, "colors[R]=1", None),
    ],
)
def test_styles_of_the_query(style, explode, schema, text, value):
    assert read(schema, text, style=style, explode=explode) == value


def test_headers_and_cookies():
    assert read(LIST, "1, 2", "header", style="simple", explode=False) == [1, 2]
    assert read(OBJECT, "R=1,G=2", "header", style="simple", explode=True) == {"R": 1, "G": 2}
    assert read(NUMBER, "a=b; color=7", "cookie") == 7
    assert read(NUMBER, "", "cookie") is None


def test_a_parameter_with_content_is_a_document():
    options = {"content": MediaType("application/json", OBJECT)}
    assert read(OBJECT, "color=%7B%22R%22:1%7D", **options) == {"R": 1}
    assert read(OBJECT, "color=%7B", content=MediaType("text/plain")) == "{"
    for broken in ("color={", "color=NaN", "color=%ff"):
        with pytest.raises(Unreadable):
            read(OBJECT, broken, **options)


@pytest.mark.parametrize(
    ("style", "text"),
    [("label", "7"), ("matrix", "color=7"), ("matrix", ";size=7"), ("simple", "R,1,G")],
)
def test_a_text_that_is_not_of_its_style_is_told(style, text):
    schema = OBJECT if style == "simple" else NUMBER
    with pytest.raises(Unreadable, match="must"):
        read(schema, text, "path", style=style, explode=False)

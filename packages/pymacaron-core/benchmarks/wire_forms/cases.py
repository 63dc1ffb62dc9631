"""Every case: what is declared, what is sent, and what the function must get, or which fault must be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from wire_forms.values import (
    BOOLEAN,
    COLORS,
    INTEGER,
    KINDS,
    OBJECTS,
    STRING,
    array,
    obj,
)
from wire_forms.written import NAME, Uncarried, written

ABSENT = None
RFC_6570, STYLES_TABLE = "RFC 6570", "OpenAPI 3.1.1, Style Examples"
DELIMITED, COOKIES = "OpenAPI 3.1.1, Appendix E", "OpenAPI 3.1.1, Appendix D"
SWAGGER, OPEN = "Swagger 2.0, Parameter Object", "left open by OpenAPI"
STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
COMBINATIONS = [
    (place, style, explode) for place, styles in STYLES.items() for style in styles for explode in (False, True)
]


@dataclass(frozen=True)
class Case:
    """One case. ``wire`` is raw: a path segment, a query, a header's value, a Cookie header, or a form.

    ``fault`` is the pointer and the rule of the one fault to be told; where it is None the value must be read.
    """

    dialect: str
    place: str
    style: str
    explode: bool
    kind: str
    parameter: dict[str, Any] = field(hash=False)
    wire: str | None
    value: Any = ABSENT
    fault: tuple[str, str] | None = None
    source: str = RFC_6570

    @property
    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = self.parameter.get("schema", self.parameter)
        return found


def cases() -> list[Case]:
    """All of them, in the order of the table."""
    return [*_of_the_table(), *_written(), *_empty(), *_faults(), *_contents(), *_of_swagger(), *_faults_of_swagger()]


def _parameter(place: str, style: str, explode: bool, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": NAME,
        "in": place,
        "style": style,
        "explode": explode,
        "schema": schema,
        "required": place == "path",
        **more,
    }


def _case(
    place: str,
    style: str,
    explode: bool,
    kind: str,
    schema: dict[str, Any],
    wire: str | None,
    *,
    dialect: str = "3.1.0",
    more: dict[str, Any] | None = None,
    **rest: Any,
) -> Case:
    return Case(
        dialect, place, style, explode, kind, _parameter(place, style, explode, schema, **(more or {})), wire, **rest
    )


BLUE, LIST = "blue", ["blue", "black", "brown"]
TABLE = {
    ("path", "matrix", False): (";color", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"),
    ("path", "matrix", True): (";color", ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"),
    ("path", "label", False): (".", ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
    ("path", "label", True): (".", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
    ("path", "simple", False): (None, "blue", "blue,black,brown", "R,100,G,200,B,150"),
    ("path", "simple", True): (None, "blue", "blue,black,brown", "R=100,G=200,B=150"),
    ("header", "simple", False): ("", "blue", "blue,black,brown", "R,100,G,200,B,150"),
    ("header", "simple", True): ("", "blue", "blue,black,brown", "R=100,G=200,B=150"),
    ("query", "form", False): ("color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
    ("query", "form", True): ("color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
    ("cookie", "form", False): ("color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
    ("cookie", "form", True): ("color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
    ("query", "spaceDelimited", False): (None, None, "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"),
    ("query", "pipeDelimited", False): (None, None, "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"),
    ("query", "deepObject", True): (None, None, None, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
}
"""The Style Examples of OpenAPI 3.1.1: the columns "undefined" (an empty string here), "string", "array", "object"."""


def _of_the_table() -> Iterator[Case]:
    kinds = (
        ("string", STRING, ""),
        ("string", STRING, BLUE),
        ("array", array(STRING), LIST),
        ("object", OBJECTS[0].schema, COLORS),
    )
    for dialect in ("3.0.3", "3.1.0"):
        for (place, style, explode), texts in TABLE.items():
            for (kind, schema, value), wire in zip(kinds, texts, strict=True):
                if wire is not None:
                    yield _case(
                        place, style, explode, kind, schema, wire, dialect=dialect, value=value, source=STYLES_TABLE
                    )


def _written() -> Iterator[Case]:
    """Every kind of value in every combination, as RFC 6570 or the rules of OpenAPI write it."""
    for place, style, explode in COMBINATIONS:
        for kind in KINDS:
            for value in kind.values:
                try:
                    wire = written(style, explode, place, value)
                except Uncarried:
                    continue
                source = _source(place, style, explode, value)
                dialect = "3.0.3" if kind.plain else "3.1.0"
                yield _case(
                    place, style, explode, kind.name, kind.schema, wire, dialect=dialect, value=value, source=source
                )


def _source(place: str, style: str, explode: bool, value: Any) -> str:
    if style in ("spaceDelimited", "pipeDelimited", "deepObject"):
        is_open = explode == (style != "deepObject") or not isinstance(value, (list, dict))
        return OPEN if is_open else DELIMITED
    return COOKIES if place == "cookie" and explode and isinstance(value, (list, dict)) else RFC_6570


def _empty() -> Iterator[Case]:
    """What is absent, empty, a default, or unused."""
    texts, numbers, size = array(STRING), array(INTEGER), {"type": "integer", "default": 7}
    for place, style, explode in COMBINATIONS:
        if place == "path":
            continue
        deep = style == "deepObject"
        schema = OBJECTS[0].schema if deep else INTEGER
        yield _case(place, style, explode, "absent", schema, None, value=ABSENT)
        required = {"more": {"required": True}, "fault": ("/color", "required")}
        yield _case(place, style, explode, "absent", schema, None, source="OpenAPI, `required`", **required)
        if not deep:
            yield _case(place, style, explode, "default", size, None, value=7, source="OpenAPI, `default`")
            given = {"default": [1, 2], **numbers}
            yield _case(place, style, explode, "default", given, None, value=[1, 2], source="OpenAPI, `default`")
    for place, style, wire in (
        ("path", "label", "."),
        ("path", "matrix", ";color"),
        ("header", "simple", ""),
        ("query", "form", "color="),
        ("cookie", "form", "color="),
        ("query", "pipeDelimited", "color="),
        ("query", "spaceDelimited", "color="),
    ):
        yield _case(place, style, False, "empty array", texts, wire, value=[], source=STYLES_TABLE)
        yield _case(place, style, False, "empty object", OBJECTS[0].schema, wire, value={}, source=STYLES_TABLE)
        yield _case(place, style, False, "nothing where a number is", INTEGER, wire, fault=("/color", "type"))
    yield _case("path", "matrix", True, "empty array", texts, ";color", value=[], source=STYLES_TABLE)
    yield _case("path", "label", True, "empty array", texts, ".", value=[], source=STYLES_TABLE)
    yield _case("path", "matrix", True, "empty values", obj(R=STRING, G=STRING), ";R;G=1", value={"R": "", "G": "1"})
    yield _case("query", "form", True, "empty item", texts, "color=", value=[""])
    yield _case("query", "form", True, "empty items", texts, "color=&color=a&color=", value=["", "a", ""])
    yield _case("query", "form", False, "empty items", texts, "color=,a,", value=["", "a", ""])
    yield _case("query", "form", True, "name alone", STRING, "color", value="")
    empty = {"more": {"allowEmptyValue": True}, "source": "OpenAPI, `allowEmptyValue`"}
    for wire in ("color=", "color"):
        yield _case("query", "form", True, "empty allowed", INTEGER, wire, value=ABSENT, **empty)
        yield _case("query", "form", True, "empty allowed", BOOLEAN, wire, value=ABSENT, **empty)
        yield _case("query", "form", True, "empty allowed", size, wire, value=7, **empty)
        yield _case("query", "form", True, "empty allowed", STRING, wire, value="", **empty)
        yield _case(
            "query", "form", True, "empty allowed", {"type": "string", "enum": ["a"]}, wire, value=ABSENT, **empty
        )
        yield _case("query", "form", True, "empty allowed", numbers, wire, value=ABSENT, **empty)
        both = {"more": {"allowEmptyValue": True, "required": True}, "source": "OpenAPI, `allowEmptyValue`"}
        yield _case("query", "form", True, "empty allowed", INTEGER, wire, value=ABSENT, **both)
    yield _case("query", "form", True, "empty allowed", INTEGER, None, fault=("/color", "required"), **both)
    reserved = {"more": {"allowReserved": True}, "source": "OpenAPI, `allowReserved`"}
    for wire, value in (("color=http://a/b?c=d;e,f:g@h!$'()*", "http://a/b?c=d;e,f:g@h!$'()*"), ("color=a%2Bb", "a+b")):
        yield _case("query", "form", True, "reserved allowed", STRING, wire, value=value, **reserved)
    yield _case("query", "form", False, "reserved allowed", texts, "color=a/b,c%2Cd", value=["a/b", "c,d"], **reserved)


def _faults() -> Iterator[Case]:
    """Texts that are wrong in the style or the type: each with the one fault to be told."""
    opening = {
        "label": ".",
        "matrix": ";color=",
        "form": "color=",
        "spaceDelimited": "color=",
        "pipeDelimited": "color=",
    }
    for place, style, explode in COMBINATIONS:
        if style == "deepObject":
            continue
        start, spread = opening.get(style, ""), explode and place in ("query", "cookie")
        yield _case(place, style, explode, "no integer", INTEGER, f"{start}blue", fault=("/color", "type"))
        yield _case(place, style, explode, "no boolean", BOOLEAN, f"{start}1", fault=("/color", "type"))
        numbers = _joined(place, style, explode, ["1", "blue"])
        yield _case(place, style, explode, "item no integer", array(INTEGER), numbers, fault=("/color/1", "type"))
        yield _case(
            place,
            style,
            explode,
            "too many items",
            {**array(INTEGER), "maxItems": 1},
            _joined(place, style, explode, ["1", "2"]),
            fault=("/color", "maxItems"),
        )
        wrong = written(style, explode, place, {"R": "x"})
        yield _case(place, style, explode, "property no integer", OBJECTS[0].schema, wrong, fault=("/color/R", "type"))
        if not explode:
            odd = _joined(place, style, False, ["R", "1", "G"])
            yield _case(place, style, explode, "name without value", OBJECTS[0].schema, odd, fault=("/color", "style"))
        elif not spread and style != "matrix":
            yield _case(
                place, style, explode, "name without value", OBJECTS[0].schema, f"{start}R", fault=("/color", "style")
            )
        if place != "header":
            for what, escape in (
                ("half an escape", "%2"),
                ("no escape", "%zz"),
                ("no UTF-8", "%FF"),
                ("a surrogate", "%ED%A0%80"),
            ):
                yield _case(
                    place, style, explode, what, STRING, start + escape, fault=("/color", "encoding"), source="RFC 3986"
                )
                yield _case(
                    place,
                    style,
                    explode,
                    what,
                    array(STRING),
                    start + escape,
                    fault=("/color", "encoding"),
                    source="RFC 3986",
                )
        else:
            yield _case(
                place,
                style,
                explode,
                "control character",
                STRING,
                "a\x00b",
                fault=("/color", "encoding"),
                source="RFC 9110",
            )
    for explode in (False, True):
        for schema in (STRING, array(STRING), OBJECTS[0].schema):
            yield _case("path", "label", explode, "no dot", schema, "blue", fault=("/color", "style"))
            yield _case("path", "matrix", explode, "no semicolon", schema, "color=blue", fault=("/color", "style"))
        for wire in (";size=1", ";colors=1", ";colo=1"):
            yield _case("path", "matrix", explode, "another name", STRING, wire, fault=("/color", "style"))
            yield _case("path", "matrix", explode, "another name", array(STRING), wire, fault=("/color", "style"))
        for wire in (
            "color[]=1",
            "color[R=1",
            "color[R]x=1",
            "color[[R]]=1",
            "color[R]]=1",
            "color[=1",
            "color%5B%5D=1",
        ):
            yield _case(
                "query",
                "deepObject",
                explode,
                "wrong brackets",
                OBJECTS[0].schema,
                wire,
                fault=("/color", "style"),
                source=OPEN,
            )
        yield _case(
            "query",
            "deepObject",
            explode,
            "property no integer",
            OBJECTS[0].schema,
            "color[R]=x",
            fault=("/color/R", "type"),
            source=DELIMITED,
        )
        yield _case(
            "query",
            "deepObject",
            explode,
            "plain brackets",
            OBJECTS[0].schema,
            "color[R]=1&colors[G]=2",
            value={"R": 1},
            source=DELIMITED,
        )


def _joined(place: str, style: str, explode: bool, items: list[str]) -> str:
    return written(style, explode, place, items)


CONTENTS = (
    ("object", obj(R=INTEGER), {"R": 100}, '{"R":100}', "%7B%22R%22%3A100%7D"),
    ("array", array(INTEGER), [1, 2], "[1,2]", "%5B1%2C2%5D"),
    ("string", STRING, "a b", '"a b"', "%22a%20b%22"),
    ("number", {"type": "number"}, 1.5, "1.5", "1.5"),
)


def _contents() -> Iterator[Case]:
    """Parameters with ``content``: JSON, escaped where the place asks for it."""
    for place in STYLES:
        for kind, schema, value, plain, escaped in CONTENTS:
            yield _content(
                place, "application/json", kind, schema, plain if place == "header" else escaped, value=value
            )
        yield _content(
            place,
            "application/json",
            "no JSON",
            obj(R=INTEGER),
            "%7B" if place != "header" else "{",
            fault=("/color", "json"),
        )
        yield _content(place, "application/json", "NaN", {"type": "number"}, "NaN", fault=("/color", "json"))
        yield _content(
            place,
            "application/json",
            "wrong inside",
            obj(R=INTEGER),
            '{"R":"x"}' if place == "header" else "%7B%22R%22%3A%22x%22%7D",
            fault=("/color/R", "type"),
        )
        yield _content(
            place,
            "text/plain",
            "text",
            STRING,
            "a,b;c" if place == "header" else "a,b",
            value="a,b;c" if place == "header" else "a,b",
        )
        yield _content(place, "text/plain", "text", INTEGER, "7", value=7)


def _content(place: str, media_type: str, kind: str, schema: dict[str, Any], wire: str, **rest: Any) -> Case:
    parameter = {"name": NAME, "in": place, "required": place == "path", "content": {media_type: {"schema": schema}}}
    sent = f"{NAME}={wire}" if place in ("query", "cookie") else wire
    return Case("3.1.0", place, media_type, False, kind, parameter, sent, source="OpenAPI, `content`", **rest)


FORMATS = {"csv": ",", "ssv": "%20", "tsv": "%09", "pipes": "%7C"}


def _of_swagger() -> Iterator[Case]:
    """Every ``collectionFormat`` of 2.0 in every place, also of arrays within arrays."""
    for place in ("path", "query", "header", "formData"):
        for name, delimiter in FORMATS.items():
            for items, value in (
                (STRING, LIST),
                (INTEGER, [1, 2, 3]),
                (STRING, ["blue"]),
                ({"type": "number"}, [1.5, 2]),
                (BOOLEAN, [True, False]),
            ):
                texts = [str(v).lower() if isinstance(v, bool) else str(v) for v in value]
                yield _swagger(place, name, f"array of {items['type']}s", items, delimiter.join(texts), value=value)
            if place != "header" and name == "csv":
                yield _swagger(place, name, "escaped delimiter", STRING, "a%2Cb,c", value=["a,b", "c"])
            for inner, letter in FORMATS.items():
                if inner != name and place != "formData":
                    nested = {"type": "array", "items": INTEGER, "collectionFormat": inner}
                    text = delimiter.join((f"1{letter}2", "3"))
                    yield _swagger(place, name, f"array of {inner} arrays", nested, text, value=[[1, 2], [3]])
    for place in ("query", "formData"):
        yield _swagger(
            place, "multi", "array of strings", STRING, None, wires="color=blue&color=a,b", value=["blue", "a,b"]
        )
        yield _swagger(place, "multi", "array of integers", INTEGER, None, wires="color=1&color=2", value=[1, 2])
    yield _swagger(
        "query",
        "multi",
        "array of csv arrays",
        {"type": "array", "items": INTEGER},
        None,
        wires="color=1,2&color=3",
        value=[[1, 2], [3]],
    )


def _swagger(
    place: str, name: str, kind: str, items: dict[str, Any], text: str | None, wires: str = "", **rest: Any
) -> Case:
    parameter = {
        "name": NAME,
        "in": place,
        "type": "array",
        "items": items,
        "collectionFormat": name,
        "required": place == "path",
    }
    if text is not None:
        from_escapes = {"%20": " ", "%09": "\t", "%7C": "|"}
        if place == "header":
            for escape, letter in from_escapes.items():
                text = text.replace(escape, letter)
        wires = f"{NAME}={text}" if place in ("query", "formData") else text
    return Case("2.0", place, name, name == "multi", kind, parameter, wires, source=SWAGGER, **rest)


def _faults_of_swagger() -> Iterator[Case]:
    for place in ("path", "query", "header", "formData"):
        for name, delimiter in FORMATS.items():
            pointer = ("/color/1", "type")
            yield _swagger(place, name, "item no integer", INTEGER, f"1{delimiter}x", fault=pointer)
            other = "," if name != "csv" else "%7C"
            yield _swagger(place, name, "another delimiter", INTEGER, f"1{other}2", fault=("/color/0", "type"))

"""What breaks whom: pairs of documents with the worst that is told of them, in requests and in replies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pymacaron_core.changes.rules import SEVERITIES
from test_changes import INTEGER, OK, STRING, changes, content, document, header, in_reply, in_request, parameter, reply

pytestmark = pytest.mark.any_python  # hundreds of documents, and the same answer on each Python
NUMBER = {"type": "number"}


def obj(properties: dict[str, Any], required: list[str] | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": required} if required else {}), **more}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


PAIR = obj({"a": STRING, "b": INTEGER}, ["a"])
SAME: list[tuple[str, Any, Any, Any, Any]] = [
    ("inlined", ref("P"), PAIR, {"P": PAIR}, {"P": PAIR}),
    ("renamed", ref("P"), ref("Q"), {"P": PAIR}, {"Q": PAIR}),
    ("renamed not", {"type": "object", "not": ref("P")}, {"type": "object", "not": ref("Q")}, {"P": PAIR}, {"Q": PAIR}),
    ("inlined not", {"type": "object", "not": ref("P")}, {"type": "object", "not": PAIR}, {"P": PAIR}, {"P": PAIR}),
    (
        "renamed pp",
        {"type": "object", "patternProperties": {"^x": ref("P")}},
        {"type": "object", "patternProperties": {"^x": ref("Q")}},
        {"P": PAIR},
        {"Q": PAIR},
    ),
    (
        "contains rename",
        {"type": "array", "contains": ref("P")},
        {"type": "array", "contains": PAIR},
        {"P": PAIR},
        {"P": PAIR},
    ),
    ("allOf flat", {"allOf": [obj({"a": STRING}, ["a"]), obj({"b": INTEGER})]}, PAIR, {}, {}),
    (
        "allOf ref flat",
        {"allOf": [ref("A"), obj({"b": INTEGER})]},
        PAIR,
        {"A": obj({"a": STRING}, ["a"])},
        {"A": obj({"a": STRING}, ["a"])},
    ),
    ("nullable forms", {"type": ["string", "null"]}, {"oneOf": [STRING, {"type": "null"}]}, {}, {}),
    (
        "nullable anyOf ref",
        {"anyOf": [ref("P"), {"type": "null"}]},
        {"oneOf": [{"type": "null"}, ref("Q")]},
        {"P": PAIR},
        {"Q": PAIR},
    ),
    ("enum const", {"type": "string", "const": "a"}, {"type": "string", "enum": ["a"]}, {}, {}),
    ("enum order", {"enum": ["a", "b"]}, {"enum": ["b", "a"]}, {}, {}),
    ("enum types", {"enum": ["a", "b"]}, {"type": "string", "enum": ["a", "b"]}, {}, {}),
    ("enum 1 1.0", {"enum": [1]}, {"enum": [1.0]}, {}, {}),
    ("oneOf of types", {"oneOf": [STRING, INTEGER]}, {"type": ["string", "integer"]}, {}, {}),
    ("anyOf of types", {"anyOf": [STRING, INTEGER]}, {"type": ["string", "integer"]}, {}, {}),
    ("oneOf consts", {"oneOf": [{"const": "a"}, {"const": "b"}]}, {"enum": ["a", "b"]}, {}, {}),
    (
        "oneOf order",
        {"oneOf": [ref("P"), ref("Q")]},
        {"oneOf": [ref("Q"), ref("P")]},
        {"P": PAIR, "Q": obj({"z": STRING}, ["z"])},
        {"P": PAIR, "Q": obj({"z": STRING}, ["z"])},
    ),
    (
        "oneOf inlined",
        {"oneOf": [ref("P"), ref("Q")]},
        {"oneOf": [obj({"z": STRING}, ["z"]), PAIR]},
        {"P": PAIR, "Q": obj({"z": STRING}, ["z"])},
        {"P": PAIR, "Q": obj({"z": STRING}, ["z"])},
    ),
    (
        "oneOf renamed",
        {"oneOf": [ref("P"), ref("Q")]},
        {"oneOf": [ref("R"), ref("T")]},
        {"P": PAIR, "Q": obj({"z": STRING}, ["z"])},
        {"R": PAIR, "T": obj({"z": STRING}, ["z"])},
    ),
    (
        "anyOf vs oneOf disjoint",
        {"oneOf": [STRING, obj({"a": STRING})]},
        {"anyOf": [STRING, obj({"a": STRING})]},
        {},
        {},
    ),
    ("minLength 0", {"type": "string", "minLength": 0}, STRING, {}, {}),
    ("min 1 1.0", {"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 1.0}, {}, {}),
    ("addl true", obj({"a": STRING}, additionalProperties=True), obj({"a": STRING}), {}, {}),
    ("addl {}", obj({"a": STRING}, additionalProperties={}), obj({"a": STRING}), {}, {}),
    (
        "required order",
        obj({"a": STRING, "b": STRING}, ["a", "b"]),
        obj({"b": STRING, "a": STRING}, ["b", "a"]),
        {},
        {},
    ),
    ("items {}", {"type": "array", "items": {}}, {"type": "array"}, {}, {}),
    ("int enum on number", {"type": ["integer", "number"]}, {"type": "number"}, {}, {}),
    ("exclusive int", {"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}, {}, {}),
    (
        "desc",
        obj({"a": STRING}),
        obj({"a": {**STRING, "description": "x", "title": "q", "example": "z"}}, description="w"),
        {},
        {},
    ),
    (
        "desc in not",
        {"not": obj({"a": STRING})},
        {"not": obj({"a": {**STRING, "example": "x", "externalDocs": {"url": "http://x"}}})},
        {},
        {},
    ),
    ("x-ext", obj({"a": STRING}), obj({"a": {**STRING, "x-foo": 1}}, **{"x-bar": 2}), {}, {}),
    ("recursive renamed", ref("T"), ref("U"), {"T": obj({"k": ref("T")})}, {"U": obj({"k": ref("U")})}),
    ("recursive unrolled", ref("T"), obj({"k": ref("T")}), {"T": obj({"k": ref("T")})}, {"T": obj({"k": ref("T")})}),
    ("single enum values dup types", {"type": "boolean"}, {"type": "boolean", "enum": [True, False]}, {}, {}),
    (
        "allOf single wrap",
        obj({"p": ref("P")}),
        obj({"p": {"allOf": [ref("P")], "description": "x"}}),
        {"P": PAIR},
        {"P": PAIR},
    ),
    (
        "ref sibling desc",
        obj({"p": ref("P")}),
        obj({"p": {"$ref": "#/components/schemas/P", "description": "x"}}),
        {"P": PAIR},
        {"P": PAIR},
    ),
    (
        "names are text",
        {"type": "object", "propertyNames": {"maxLength": 3}},
        {"type": "object", "propertyNames": {"type": "string", "maxLength": 3}},
        {},
        {},
    ),
    ("nothing fits", {"allOf": [STRING, INTEGER]}, False, {}, {}),
]
VERDICTS: list[tuple[str, Any, Any, str, str, Any, Any]] = [
    ("type", STRING, INTEGER, "breaking", "breaking", {}, {}),
    ("int->num", INTEGER, NUMBER, "compatible", "breaking", {}, {}),
    ("num->int", NUMBER, INTEGER, "breaking", "compatible", {}, {}),
    ("required add", obj({"a": STRING}), obj({"a": STRING}, ["a"]), "breaking", "compatible", {}, {}),
    ("required undeclared", obj({}), obj({}, ["z"]), "breaking", "compatible", {}, {}),
    ("required removed undeclared", obj({}, ["z"]), obj({}), "compatible", "breaking", {}, {}),
    ("new required prop", obj({"a": STRING}), obj({"a": STRING, "b": STRING}, ["b"]), "breaking", "compatible", {}, {}),
    (
        "new required prop default",
        obj({"a": STRING}),
        obj({"a": STRING, "b": {**STRING, "default": "x"}}, ["b"]),
        "breaking",
        "compatible",
        {},
        {},
    ),
    (
        "new opt prop in closed",
        obj({"a": STRING}, additionalProperties=False),
        obj({"a": STRING, "b": STRING}, additionalProperties=False),
        "compatible",
        "compatible",
        {},
        {},
    ),
    (
        "prop dropped closed",
        obj({"a": STRING, "b": STRING}, additionalProperties=False),
        obj({"a": STRING}, additionalProperties=False),
        "breaking",
        "maybe",
        {},
        {},
    ),
    (
        "prop type enum add value",
        obj({"a": {"enum": ["x"]}}),
        obj({"a": {"enum": ["x", "y"]}}),
        "compatible",
        "breaking",
        {},
        {},
    ),
    (
        "addl schema typed",
        obj({}, additionalProperties=STRING),
        obj({}, additionalProperties=INTEGER),
        "breaking",
        "breaking",
        {},
        {},
    ),
    ("addl any->STRING", obj({}), obj({}, additionalProperties=STRING), "breaking", "compatible", {}, {}),
    ("items", {"type": "array", "items": STRING}, {"type": "array", "items": INTEGER}, "breaking", "breaking", {}, {}),
    (
        "items null",
        {"type": "array", "items": STRING},
        {"type": "array", "items": {"type": ["string", "null"]}},
        "compatible",
        "breaking",
        {},
        {},
    ),
    (
        "prefixItems",
        {"type": "array", "prefixItems": [STRING]},
        {"type": "array", "prefixItems": [INTEGER]},
        "breaking",
        "breaking",
        {},
        {},
    ),
    (
        "prefixItems add",
        {"type": "array"},
        {"type": "array", "prefixItems": [INTEGER]},
        "breaking",
        "compatible",
        {},
        {},
    ),
    (
        "pp change",
        {"type": "object", "patternProperties": {"^x": STRING}},
        {"type": "object", "patternProperties": {"^x": INTEGER}},
        "breaking",
        "breaking",
        {},
        {},
    ),
    (
        "oneOf add",
        {"oneOf": [STRING, INTEGER]},
        {"oneOf": [STRING, INTEGER, {"type": "boolean"}]},
        "compatible",
        "breaking",
        {},
        {},
    ),
    (
        "oneOf del",
        {"oneOf": [STRING, INTEGER, {"type": "boolean"}]},
        {"oneOf": [STRING, INTEGER]},
        "breaking",
        "compatible",
        {},
        {},
    ),
    (
        "one->oneOf",
        ref("P"),
        {"oneOf": [ref("P"), ref("Q")]},
        "compatible",
        "breaking",
        {"P": PAIR, "Q": obj({"z": INTEGER}, ["z"])},
        {"P": PAIR, "Q": obj({"z": INTEGER}, ["z"])},
    ),
    (
        "oneOf->one",
        {"oneOf": [ref("P"), ref("Q")]},
        ref("P"),
        "breaking",
        "compatible",
        {"P": PAIR, "Q": obj({"z": INTEGER}, ["z"])},
        {"P": PAIR, "Q": obj({"z": INTEGER}, ["z"])},
    ),
    (
        "branch inner",
        {"oneOf": [ref("P"), ref("Q")]},
        {"oneOf": [ref("P"), ref("Q")]},
        "breaking",
        "compatible",
        {"P": PAIR, "Q": obj({"z": INTEGER})},
        {"P": PAIR, "Q": obj({"z": INTEGER}, ["z"])},
    ),
    (
        "branch inner bounds",
        {"oneOf": [STRING, INTEGER]},
        {"oneOf": [{**STRING, "maxLength": 3}, INTEGER]},
        "breaking",
        "compatible",
        {},
        {},
    ),
    (
        "oneOf + props",
        {"oneOf": [ref("P"), ref("Q")], "properties": {"k": STRING}},
        {"oneOf": [ref("P"), ref("Q")], "properties": {"k": INTEGER}},
        "breaking",
        "breaking",
        {"P": PAIR, "Q": obj({"z": INTEGER}, ["z"])},
        {"P": PAIR, "Q": obj({"z": INTEGER}, ["z"])},
    ),
    (
        "oneOf added beside props",
        obj({"k": STRING}),
        {**obj({"k": STRING}), "oneOf": [{"required": ["k"]}, {"required": ["m"]}]},
        "breaking",
        "compatible",
        {},
        {},
    ),
    (
        "oneOf added and prop type",
        obj({"k": STRING}),
        {**obj({"k": INTEGER}), "oneOf": [{"required": ["k"]}, {"required": ["m"]}]},
        "breaking",
        "breaking",
        {},
        {},
    ),
    (
        "nullable on oneOf",
        {"oneOf": [STRING, INTEGER]},
        {"oneOf": [STRING, INTEGER, {"type": "null"}]},
        "compatible",
        "breaking",
        {},
        {},
    ),
    (
        "disc add",
        {"oneOf": [ref("P"), ref("Q")]},
        {"oneOf": [ref("P"), ref("Q")], "discriminator": {"propertyName": "a"}},
        "breaking",
        "compatible",
        {"P": PAIR, "Q": obj({"a": STRING, "z": INTEGER}, ["z", "a"])},
        {"P": PAIR, "Q": obj({"a": STRING, "z": INTEGER}, ["z", "a"])},
    ),
    (
        "disc del",
        {"oneOf": [ref("P"), ref("Q")], "discriminator": {"propertyName": "a"}},
        {"oneOf": [ref("P"), ref("Q")]},
        "compatible",
        "breaking",
        {"P": PAIR, "Q": obj({"a": STRING, "z": INTEGER}, ["z", "a"])},
        {"P": PAIR, "Q": obj({"a": STRING, "z": INTEGER}, ["z", "a"])},
    ),
    ("readOnly now", obj({"a": STRING}), obj({"a": {**STRING, "readOnly": True}}), "maybe", "none", {}, {}),
    (
        "writeOnly now",
        obj({"a": STRING}, ["a"]),
        obj({"a": {**STRING, "writeOnly": True}}, ["a"]),
        "none",
        "breaking",
        {},
        {},
    ),
    (
        "readOnly gone required",
        obj({"a": {**STRING, "readOnly": True}}, ["a"]),
        obj({"a": STRING}, ["a"]),
        "breaking",
        "none",
        {},
        {},
    ),
    ("pattern", {**STRING, "pattern": "^a"}, {**STRING, "pattern": "^b"}, "maybe", "maybe", {}, {}),
    (
        "enum null",
        {"type": ["string", "null"], "enum": ["a", None]},
        {"type": ["string", "null"], "enum": ["a"]},
        "breaking",
        "compatible",
        {},
        {},
    ),
    (
        "enum null add",
        {"type": ["string", "null"], "enum": ["a"]},
        {"type": ["string", "null"], "enum": ["a", None]},
        "compatible",
        "breaking",
        {},
        {},
    ),
    ("enum true/1", {"enum": [1]}, {"enum": [True]}, "breaking", "breaking", {}, {}),
    ("false schema", obj({"a": STRING}), obj({"a": False}), "breaking", "compatible", {}, {}),
    ("contentEncoding", STRING, {**STRING, "contentEncoding": "base64"}, "maybe", "maybe", {}, {}),
    (
        "dependentRequired",
        obj({"a": STRING}),
        obj({"a": STRING}, dependentRequired={"a": ["b"]}),
        "breaking",
        "compatible",
        {},
        {},
    ),
    ("uneval", obj({"a": STRING}), obj({"a": STRING}, unevaluatedProperties=False), "breaking", "compatible", {}, {}),
    ("not added", STRING, {**STRING, "not": {"const": "x"}}, "breaking", "compatible", {}, {}),
    (
        "minmax swap",
        {**INTEGER, "minimum": 1, "maximum": 5},
        {**INTEGER, "minimum": 2, "maximum": 9},
        "breaking",
        "breaking",
        {},
        {},
    ),
    ("number int32", {**INTEGER, "format": "int32"}, {**INTEGER, "format": "int64"}, "compatible", "breaking", {}, {}),
    ("unknown format", STRING, {**STRING, "format": "weird-thing"}, "compatible", "compatible", {}, {}),
    ("fmt uuid->string", {**STRING, "format": "uuid"}, STRING, "compatible", "breaking", {}, {}),
    ("added branch overlaps", STRING, {"oneOf": [STRING, {"const": "a"}]}, "maybe", "compatible", {}, {}),
    ("branch overlaps no more", {"oneOf": [STRING, {"const": "a"}]}, STRING, "compatible", "maybe", {}, {}),
    (
        "values within bounds",
        {"enum": ["a", "b"]},
        {"type": "string", "maxLength": 1},
        "compatible",
        "breaking",
        {},
        {},
    ),
    ("values beyond bounds", {"enum": [1, 20]}, {"type": "integer", "maximum": 9}, "breaking", "breaking", {}, {}),
    ("values that fitted", {"type": "integer", "maximum": 9}, {"enum": [1, 2]}, "breaking", "compatible", {}, {}),
    ("values that fit none", {"const": "a"}, {"const": "a", "minLength": 2}, "breaking", "compatible", {}, {}),
    (
        "null beside wider",
        {"type": ["string", "null"]},
        {"type": ["string", "integer"]},
        "breaking",
        "breaking",
        {},
        {},
    ),
    (
        "choice with and without a discriminator that says nothing new",
        {"oneOf": [ref("P"), ref("Q")]},
        {"oneOf": [ref("P"), ref("Q")], "discriminator": {"propertyName": "k"}},
        "none",
        "none",
        *({name: obj({"k": {"const": name}}, ["k"]) for name in "PQ"},) * 2,
    ),
    (
        "named schema behind a value renamed",
        {"oneOf": [ref("P"), ref("Q")], "discriminator": {"propertyName": "k", "mapping": {"p": "P", "q": "Q"}}},
        {"oneOf": [ref("R"), ref("Q")], "discriminator": {"propertyName": "k", "mapping": {"p": "R", "q": "Q"}}},
        "none",
        "none",
        {name: obj({"k": STRING, name: STRING}, ["k"]) for name in "PQ"},
        {name: obj({"k": STRING, other: STRING}, ["k"]) for name, other in ("RP", "QQ")},
    ),
    (
        "one more branch beside a single one",
        {"oneOf": [ref("P")], "discriminator": {"propertyName": "k"}},
        {"oneOf": [ref("P"), ref("Q")], "discriminator": {"propertyName": "k"}},
        "compatible",
        "breaking",
        *({name: obj({"k": STRING, name: STRING}, ["k"]) for name in "PQ"},) * 2,
    ),
    (
        "mapping by names written out",
        {"oneOf": [ref("P"), ref("Q")], "discriminator": {"propertyName": "k"}},
        {"oneOf": [ref("P"), ref("Q")], "discriminator": {"propertyName": "k", "mapping": {"P": "P", "Q": "Q"}}},
        "none",
        "none",
        *({name: obj({"k": STRING, name: STRING}, ["k"]) for name in "PQ"},) * 2,
    ),
    (
        "branch gone that another takes in but does not declare",
        {"oneOf": [obj({"meow": STRING}), obj({"bark": STRING})]},
        {"oneOf": [obj({"bark": STRING})]},
        "breaking",
        "compatible",
        {},
        {},
    ),
    (
        "branch that another takes in changed",
        {"anyOf": [obj({"a": STRING}), obj({"a": STRING, "c": STRING})]},
        {"anyOf": [obj({"a": STRING}), obj({"a": STRING, "c": INTEGER})]},
        "breaking",
        "breaking",
        {},
        {},
    ),
    (
        "whole number to any",
        {**INTEGER, "format": "int32"},
        {**NUMBER, "format": "double"},
        "compatible",
        "breaking",
        {},
        {},
    ),
    (
        "one of two patterns",
        {"allOf": [{**STRING, "pattern": "a"}, {"pattern": "b"}]},
        {**STRING, "pattern": "b"},
        "maybe",
        "maybe",
        {},
        {},
    ),
    (
        "default beside a reference",
        {"$ref": "#/components/schemas/P", "default": "a"},
        {"$ref": "#/components/schemas/P", "default": "b"},
        "maybe",
        "none",
        {"P": {**STRING, "default": "b"}},
        {"P": {**STRING, "default": "b"}},
    ),
    (
        "mapping to another schema",
        {"oneOf": [ref("P"), ref("Q")], "discriminator": {"propertyName": "k", "mapping": {"p": "P", "q": "Q"}}},
        {"oneOf": [ref("P"), ref("Q")], "discriminator": {"propertyName": "k", "mapping": {"p": "Q", "q": "P"}}},
        "breaking",
        "breaking",
        *({name: obj({"k": STRING, name: STRING}, ["k"]) for name in "PQ"},) * 2,
    ),
    (
        "type said beside branches",
        {"oneOf": [PAIR, obj({"z": STRING}, ["z"])]},
        {"type": "object", "oneOf": [PAIR, obj({"z": STRING}, ["z"])]},
        "none",
        "none",
        {},
        {},
    ),
    (
        "bounds beside branches of one side",
        {"anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}], "maximum": 9},
        {"type": "integer", "minimum": 1, "maximum": 5},
        "breaking",
        "compatible",
        {},
        {},
    ),
    (
        "choices in two parts",
        {
            "allOf": [
                {"anyOf": [obj({"a": STRING}, ["a"]), obj({"b": STRING}, ["b"])]},
                {"anyOf": [obj({"c": STRING}, ["c"]), obj({"d": STRING}, ["d"])]},
            ]
        },
        {
            "allOf": [
                {"anyOf": [obj({"a": STRING}, ["a"]), obj({"b": STRING}, ["b"])]},
                {"anyOf": [obj({"c": STRING}, ["c"]), obj({"d": INTEGER}, ["d"])]},
            ]
        },
        "breaking",
        "breaking",
        {},
        {},
    ),
]
OPERATIONS: list[tuple[str, Any, Any, str]] = [
    (
        "path templ rename",
        document({"parameters": [{"name": "id", "in": "path", "required": True, "schema": STRING}]}, "/a/{id}"),
        document({"parameters": [{"name": "pid", "in": "path", "required": True, "schema": STRING}]}, "/a/{pid}"),
        "maybe",
    ),
    (
        "param array style",
        parameter(schema={"type": "array", "items": STRING}),
        parameter(schema={"type": "array", "items": STRING}, explode=False),
        "breaking",
    ),
    (
        "param explicit defaults",
        parameter(schema={"type": "array", "items": STRING}),
        parameter(schema={"type": "array", "items": STRING}, explode=True, style="form", required=False),
        "none",
    ),
    ("param scalar to array", parameter(), parameter(schema={"type": "array", "items": STRING}), "breaking"),
    (
        "param moved to header",
        parameter(),
        document({"parameters": [{"name": "p", "in": "header", "schema": STRING}]}),
        "maybe",
    ),
    (
        "req param moved to header",
        parameter(required=True),
        document({"parameters": [{"name": "p", "in": "header", "schema": STRING, "required": True}]}),
        "breaking",
    ),
    (
        "param path level",
        document({"parameters": [{"name": "p", "in": "query", "schema": STRING}]}),
        {"paths": {"/a": {"parameters": [{"name": "p", "in": "query", "schema": STRING}], "post": {"responses": OK}}}},
        "none",
    ),
    (
        "param content",
        parameter(),
        document({"parameters": [{"name": "p", "in": "query", "content": {"application/json": {"schema": STRING}}}]}),
        "breaking",
    ),
    (
        "200 to 2XX",
        reply("200", **content(STRING)),
        {"paths": {"/a": {"post": {"responses": {"2XX": {"description": "x", **content(STRING)}}}}}},
        "maybe",
    ),
    ("200 body gone", reply("200", **content(STRING)), reply("200"), "breaking"),
    ("200 body new", reply("200"), reply("200", **content(STRING)), "compatible"),
    (
        "media type case",
        reply("200", content={"application/json": {"schema": STRING}}),
        reply("200", content={"Application/JSON": {"schema": STRING}}),
        "none",
    ),
    (
        "media type param",
        reply("200", content={"application/json": {"schema": STRING}}),
        reply("200", content={"application/json; charset=utf-8": {"schema": STRING}}),
        "none",
    ),
    (
        "media range widening req",
        document({"requestBody": {"content": {"application/json": {"schema": STRING}}}}),
        document({"requestBody": {"content": {"*/*": {"schema": STRING}}}}),
        "compatible",
    ),
    ("trailing slash", document({}, "/a"), document({}, "/a/"), "breaking"),
    (
        "method removed",
        {"paths": {"/a": {"post": {"responses": OK}, "get": {"responses": OK}}}},
        {"paths": {"/a": {"post": {"responses": OK}}}},
        "breaking",
    ),
    ("default to explicit err", reply("default"), reply("404"), "maybe"),
    (
        "server path",
        {"servers": [{"url": "http://x/v1"}], **document({})},
        {"servers": [{"url": "http://x/v2"}], **document({})},
        "breaking",
    ),
    (
        "server path moved into paths",
        {"servers": [{"url": "http://x/v1"}], **document({}, "/a")},
        {"servers": [{"url": "http://x"}], **document({}, "/v1/a")},
        "none",
    ),
    (
        "server trailing slash",
        {"servers": [{"url": "http://x/v1"}], **document({})},
        {"servers": [{"url": "http://x/v1/"}], **document({})},
        "none",
    ),
    ("header reply case", header(), reply("200", headers={"x-next": {"schema": STRING}}), "none"),
    ("header reply type", header(schema=STRING), header(schema=INTEGER), "breaking"),
    (
        "reply header style",
        header(schema={"type": "object"}),
        header(schema={"type": "object"}, explode=True),
        "breaking",
    ),
    ("reply header optional", header(required=True), header(), "breaking"),
    (
        "scheme renamed",
        *(
            {
                "components": {"securitySchemes": {name: {"type": "apiKey", "in": "header", "name": "K"}}},
                **document({"security": [{name: []}]}),
            }
            for name in "ab"
        ),
        "none",
    ),
    ("own server", document({"servers": [{"url": "http://a"}]}), document({"servers": [{"url": "http://b"}]}), "maybe"),
    ("number to text", parameter(schema=INTEGER), parameter(), "compatible"),
    ("number to short text", parameter(schema=INTEGER), parameter(schema={**STRING, "maxLength": 3}), "breaking"),
    (
        "reply range of media types narrowed",
        *(reply("200", content={name: {"schema": STRING}}) for name in ("text/*", "text/css")),
        "compatible",
    ),
    (
        "request range of media types narrowed",
        *(document({"requestBody": {"content": {name: {}}}}) for name in ("text/*", "text/css")),
        "breaking",
    ),
    (
        "schema behind a range",
        *(
            document({"requestBody": {"content": {name: {"schema": schema}}}})
            for name, schema in (("text/css", STRING), ("*/*", INTEGER))
        ),
        "breaking",
    ),
    ("error by its range", *(reply(status, **content(STRING)) for status in ("404", "4XX")), "maybe"),
    (
        "success by its range otherwise",
        *(
            {"paths": {"/a": {"post": {"responses": {status: {"description": "x", **content(schema)}}}}}}
            for status, schema in (("200", STRING), ("2XX", INTEGER))
        ),
        "breaking",
    ),
    (
        "components path item ref",
        document({}),
        {
            "paths": {"/a": {"$ref": "#/components/pathItems/A"}},
            "components": {"pathItems": {"A": {"post": {"responses": OK}}}},
        },
        "none",
    ),
]

FAMILY = {"discriminator": {"propertyName": "k"}, **obj({"k": STRING}, ["k"])}


def child(**properties: Any) -> dict[str, Any]:
    return {"allOf": [ref("Pet"), obj(properties)]}


def worst(folder: Path, old: Any, new: Any) -> str:
    """The worst severity that is told; none, where nothing is."""
    told = {change.severity for change in changes(folder, old, new)}
    return next((severity for severity in SEVERITIES if severity in told), "none")


@pytest.mark.parametrize(("name", "old", "new", "named", "renamed"), SAME, ids=[each[0] for each in SAME])
def test_what_means_the_same_is_no_change_in_either_direction(
    name: str, old: Any, new: Any, named: Any, renamed: Any, tmp_path: Path
) -> None:
    for holder in (in_request, in_reply):
        one, other = holder(old, **named), holder(new, **renamed)
        assert changes(tmp_path, one, other) == []
        assert changes(tmp_path, other, one) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "request_", "reply_", "named", "renamed"), VERDICTS, ids=[each[0] for each in VERDICTS]
)
def test_a_change_of_a_schema_breaks_those_it_must(
    name: str, old: Any, new: Any, request_: str, reply_: str, named: Any, renamed: Any, tmp_path: Path
) -> None:
    assert worst(tmp_path, in_request(old, **named), in_request(new, **renamed)) == request_
    assert worst(tmp_path, in_reply(old, **named), in_reply(new, **renamed)) == reply_


@pytest.mark.parametrize(("name", "old", "new", "verdict"), OPERATIONS, ids=[each[0] for each in OPERATIONS])
def test_a_change_of_an_operation_breaks_those_it_must(
    name: str, old: Any, new: Any, verdict: str, tmp_path: Path
) -> None:
    assert worst(tmp_path, old, new) == verdict


@pytest.mark.parametrize(
    ("changed", "request_", "reply_"),
    [
        ({"Cat": child(c=INTEGER)}, "breaking", "breaking"),
        ({"Cow": child()}, "compatible", "breaking"),
        ({"Cat": obj({})}, "breaking", "compatible"),
        ({"Pet": obj({"k": STRING}, ["k"])}, "compatible", "breaking"),
        ({"Pet": {**FAMILY, "required": ["k", "z"]}}, "breaking", "compatible"),
    ],
    ids=["child changed", "child added", "child gone", "discriminator gone", "parent changed"],
)
def test_the_children_of_a_parent_with_a_discriminator_are_compared(
    changed: Any, request_: str, reply_: str, tmp_path: Path
) -> None:
    named = {"Pet": FAMILY, "Cat": child(c=STRING), "Dog": child(d=STRING)}
    for holder, verdict in ((in_request, request_), (in_reply, reply_)):
        old, new = holder(ref("Pet"), **named), holder(ref("Pet"), **named | changed)
        assert worst(tmp_path, old, new) == verdict


def test_a_change_of_a_parent_is_told_once_and_not_for_each_child(tmp_path: Path) -> None:
    named = {"Pet": FAMILY, "Cat": child(c=STRING), "Dog": child(d=STRING)}
    changed = named | {"Pet": {**FAMILY, "properties": {"k": {"type": "string", "maxLength": 9}}}}
    (change,) = changes(tmp_path, in_reply(ref("Pet"), **named), in_reply(ref("Pet"), **changed))
    assert change.message == "Pet.k has at most 9 characters now"

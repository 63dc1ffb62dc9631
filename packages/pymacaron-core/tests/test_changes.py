"""Comparing two documents: each rule, each direction, and what is no change at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymacaron_core.changes import RULES, Change, compare
from pymacaron_core.spec.operation import Specification
from pymacaron_core.spec.reading import read_whole

OK = {"200": {"description": "ok"}}
STRING, INTEGER = {"type": "string"}, {"type": "integer"}


def specification(folder: Path, document: Mapping[str, Any], name: str) -> Specification:
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, **document}))
    return read_whole(path, root=folder, name="api").specification


def changes(folder: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    return compare(specification(folder, old, "old"), specification(folder, new, "new"))


def document(operation: Mapping[str, Any], path: str = "/a", **more: Any) -> dict[str, Any]:
    return {"paths": {path: {"post": {"responses": OK, **operation}}}, **more}


def content(schema: Any, name: str = "application/json") -> dict[str, Any]:
    return {"content": {name: {"schema": schema}}}


def in_request(schema: Any, **schemas: Any) -> dict[str, Any]:
    return document({"requestBody": content(schema)}, components={"schemas": schemas})


def in_reply(schema: Any, **schemas: Any) -> dict[str, Any]:
    responses = {"200": {"description": "ok", **content(schema)}}
    return document({"responses": responses}, components={"schemas": schemas})


def parameter(**more: Any) -> dict[str, Any]:
    return document({"parameters": [{"name": "p", "in": "query", "schema": STRING, **more}]})


def reply(status: str, **more: Any) -> dict[str, Any]:
    return document({"responses": {**OK, status: {"description": "it", **more}}})


def header(**more: Any) -> dict[str, Any]:
    return reply("200", headers={"X-Next": {"schema": STRING, **more}})


def secured(security: Any, scheme: str = "header") -> dict[str, Any]:
    schemes = {"k": {"type": "apiKey", "in": scheme, "name": "K"}, "o": {"type": "oauth2", "flows": {}}}
    return document({"security": security}, components={"securitySchemes": schemes})


def fields(encoding: Any) -> dict[str, Any]:
    form = {"schema": {"type": "object", "properties": {"a": {"type": "array"}}}, "encoding": encoding}
    return document({"requestBody": {"content": {"multipart/form-data": form}}})


def webhooks(**found: Any) -> dict[str, Any]:
    return document({}, webhooks={name: {"post": {"responses": OK}} for name in found})


def called_back(**parameter: Any) -> dict[str, Any]:
    parameters = [{"in": "query", "schema": STRING, **parameter}] if parameter else []
    return {"c": {"{$request.body#/u}": {"post": {"parameters": parameters, "responses": OK}}}}


OPERATIONS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("operation-removed", {"paths": {**document({})["paths"], **document({}, "/b")["paths"]}}, document({})),
    ("operation-added", document({}), {"paths": {**document({})["paths"], **document({}, "/b")["paths"]}}),
    ("operation-deprecated", document({}), document({"deprecated": True})),
    ("operation-id-changed", document({"operationId": "a"}), document({"operationId": "b"})),
    ("base-path-changed", document({}, servers=[{"url": "/v1"}]), document({}, servers=[{"url": "/v2"}])),
    (
        "server-removed",
        document({}, servers=[{"url": "http://a"}, {"url": "http://b"}]),
        document({}, servers=[{"url": "http://a"}]),
    ),
    (
        "server-added",
        document({}, servers=[{"url": "http://a"}]),
        document({}, servers=[{"url": "http://a"}, {"url": "http://b"}]),
    ),
    ("parameter-added", document({}), parameter()),
    ("parameter-required-added", document({}), parameter(required=True)),
    ("parameter-removed", parameter(), document({})),
    ("parameter-became-required", parameter(), parameter(required=True)),
    ("parameter-became-optional", parameter(required=True), parameter()),
    ("parameter-deprecated", parameter(), parameter(deprecated=True)),
    (
        "parameter-style-changed",
        parameter(schema={"type": "array"}),
        parameter(schema={"type": "array"}, explode=False),
    ),
    (
        "path-parameter-renamed",
        document({"parameters": [{"name": "a", "in": "path", "required": True, "schema": STRING}]}, "/{a}"),
        document({"parameters": [{"name": "b", "in": "path", "required": True, "schema": STRING}]}, "/{b}"),
    ),
    ("body-added", document({}), document({"requestBody": content(STRING)})),
    ("body-required-added", document({}), document({"requestBody": {"required": True, **content(STRING)}})),
    ("body-removed", document({"requestBody": content(STRING)}), document({})),
    (
        "body-became-required",
        document({"requestBody": content(STRING)}),
        document({"requestBody": {"required": True, **content(STRING)}}),
    ),
    (
        "body-became-optional",
        document({"requestBody": {"required": True, **content(STRING)}}),
        document({"requestBody": content(STRING)}),
    ),
    (
        "media-type-removed",
        document({"requestBody": {"content": {"text/plain": {}, "text/css": {}}}}),
        document({"requestBody": {"content": {"text/css": {}}}}),
    ),
    (
        "media-type-added",
        document({"requestBody": {"content": {"text/css": {}}}}),
        document({"requestBody": {"content": {"text/plain": {}, "text/css": {}}}}),
    ),
    ("reply-body-removed", reply("200", **content(STRING)), reply("200")),
    ("reply-body-added", reply("200"), reply("200", **content(STRING))),
    ("reply-status-narrowed", reply("4XX"), reply("404")),
    ("encoding-changed", fields({}), fields({"a": {"style": "pipeDelimited", "explode": False}})),
    ("reply-status-removed", reply("201"), document({})),
    ("reply-status-added", document({}), reply("201")),
    ("reply-error-removed", reply("404"), document({})),
    ("reply-error-added", document({}), reply("default")),
    ("reply-header-added", document({}), header()),
    ("reply-header-removed", header(required=True), document({})),
    ("reply-header-dropped", header(), document({})),
    ("reply-header-became-optional", header(required=True), header()),
    ("reply-header-became-required", header(), header(required=True)),
    ("security-tightened", secured([]), secured([{"k": []}])),
    ("security-tightened", secured([{"o": ["a"]}]), secured([{"o": ["a", "b"]}])),
    ("security-tightened", secured([{"k": []}, {"o": []}]), secured([{"o": []}])),
    ("security-loosened", secured([{"o": ["a", "b"]}]), secured([{"o": ["a"]}])),
    ("security-loosened", secured([{"k": []}]), secured([{"k": []}, {}])),
    ("security-scheme-changed", secured([{"k": []}]), secured([{"k": []}], "query")),
    ("webhook-removed", webhooks(a=1, b=1), webhooks(a=1)),
    ("webhook-added", webhooks(a=1), webhooks(a=1, b=1)),
    ("callback-added", document({}), document({"callbacks": called_back()})),
    ("callback-removed", document({"callbacks": called_back()}), document({})),
    (
        "parameter-required-added",
        document({"callbacks": called_back()}),
        document({"callbacks": called_back(name="p", required=True)}),
    ),
]

SHORT = {"type": "string", "maxLength": 9}
CAT = {"type": "object", "required": ["kind"], "properties": {"kind": STRING}}


def record(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def union(name: str, **mapping: str) -> dict[str, Any]:
    mapped = {key: f"#/components/schemas/{target}" for key, target in mapping.items()}
    return {"discriminator": {"propertyName": name, "mapping": mapped}, "properties": {"a": STRING}}


SCHEMAS: list[tuple[tuple[str, ...], Any, Any]] = [
    (("type-changed",), STRING, INTEGER),
    (("type-narrowed",), {"type": "number"}, INTEGER),
    (("type-widened",), INTEGER, {"type": ["integer", "string"]}),
    (("type-narrowed",), {}, STRING),
    (("type-narrowed",), {}, False),
    (("nullable-removed",), {"type": ["string", "null"]}, STRING),
    (("nullable-added",), STRING, {"anyOf": [STRING, {"type": "null"}]}),
    (("enum-added",), STRING, {"type": "string", "enum": ["a"]}),
    (("enum-removed",), {"type": "string", "enum": ["a"]}, STRING),
    (("enum-value-removed",), {"enum": ["a", "b"]}, {"enum": ["a"]}),
    (("enum-value-added",), {"const": "a"}, {"enum": ["a", "b"]}),
    (("enum-value-removed", "enum-value-added"), {"enum": [1, 2]}, {"enum": [1, True]}),
    (("format-added",), STRING, {"type": "string", "format": "date"}),
    (("format-removed",), {"type": "string", "format": "date"}, STRING),
    (("format-changed",), {"type": "string", "format": "uuid"}, {"type": "string", "format": "date"}),
    (("format-widened",), {"type": "integer", "format": "int32"}, {"type": "integer", "format": "int64"}),
    (("format-narrowed",), {"type": "number", "format": "double"}, {"type": "number", "format": "float"}),
    (("bounds-tightened",), INTEGER, {"type": "integer", "minimum": 1}),
    (("bounds-tightened",), {"type": "integer", "minimum": 1}, {"type": "integer", "exclusiveMinimum": 1}),
    (("bounds-loosened",), {"type": "integer", "maximum": 5}, {"type": "integer", "maximum": 6}),
    (("bounds-loosened",), {"type": "string", "minLength": 2}, {"type": "string", "minLength": 1}),
    (("bounds-tightened",), {"type": "string", "maxLength": 3}, {"type": "string", "maxLength": 2}),
    (("bounds-tightened",), {"type": "array"}, {"type": "array", "uniqueItems": True}),
    (("bounds-loosened",), {"type": "array", "maxItems": 1}, {"type": "array"}),
    (("bounds-tightened",), {"multipleOf": 5}, {"multipleOf": 10}),
    (("bounds-loosened",), {"multipleOf": 0.1}, {"multipleOf": 0.01}),
    (("bounds-tightened", "bounds-loosened"), {"multipleOf": 2}, {"multipleOf": 3}),
    (("pattern-added",), STRING, {"type": "string", "pattern": "a"}),
    (("pattern-removed",), {"type": "string", "pattern": "a"}, STRING),
    (("pattern-changed",), {"type": "string", "pattern": "a"}, {"type": "string", "pattern": "b"}),
    (("condition-added",), {}, {"not": {"const": 1}}),
    (("condition-removed",), {"not": {"const": 1}}, {}),
    (("condition-changed",), {"not": {"const": 1}}, {"not": {"const": 2}}),
    (("format-noted",), {"type": "string", "format": "password"}, STRING),
    (("text-content-changed",), STRING, {"type": "string", "contentEncoding": "base64"}),
    (("nullable-removed",), {"type": ["string", "null"], "enum": ["a", None]}, {"enum": ["a"]}),
    (("nullable-added",), {"type": ["string", "null"], "enum": ["a"]}, {"enum": ["a", None]}),
    (("required-removed",), {"type": "object", "required": ["a"]}, {"type": "object"}),
    (("property-added",), record(), record(a=STRING)),
    (("property-deprecated",), record(a=STRING), record(a={"type": "string", "deprecated": True})),
    (("property-added", "required-added"), record(), {**record(a=STRING), "required": ["a"]}),
    (("required-added",), record(a=STRING), {**record(a=STRING), "required": ["a"]}),
    (("required-removed",), {**record(a=STRING), "required": ["a"]}, record(a=STRING)),
    (("additional-properties-refused",), record(), {**record(), "additionalProperties": False}),
    (("additional-properties-allowed",), {**record(), "additionalProperties": False}, record()),
    (("type-narrowed",), record(), {**record(), "additionalProperties": STRING}),
    (("type-widened",), {**record(), "additionalProperties": STRING}, record()),
    (("type-changed",), {"type": "array", "items": STRING}, {"type": "array", "items": INTEGER}),
    (("type-narrowed",), {"type": "array"}, {"type": "array", "items": INTEGER}),
    (("type-changed",), {"prefixItems": [STRING]}, {"prefixItems": [INTEGER]}),
    (("type-changed",), record(a=record(b=[STRING][0])), record(a=record(b=INTEGER))),
    (("type-widened",), {"oneOf": [STRING, INTEGER]}, {"oneOf": [STRING, {"type": "array"}, INTEGER]}),
    (("type-narrowed",), {"anyOf": [STRING, INTEGER]}, STRING),
    (("branch-added",), {"oneOf": [SHORT, INTEGER]}, {"oneOf": [SHORT, {"type": "array"}, INTEGER]}),
    (("branch-removed",), {"anyOf": [SHORT, INTEGER]}, SHORT),
    (("branches-regrouped",), {"anyOf": [SHORT, STRING]}, STRING),
    (("branches-exclusive",), {"anyOf": [SHORT, STRING]}, {"oneOf": [SHORT, STRING]}),
    (("branches-inclusive",), {"oneOf": [SHORT, STRING]}, {"anyOf": [SHORT, STRING]}),
    (
        ("branch-added",),
        {"$ref": "#/components/schemas/Cat"},
        {"oneOf": [{"$ref": "#/components/schemas/Dog"}, {"$ref": "#/components/schemas/Cat"}]},
    ),
    (("discriminator-added",), {"properties": {"a": STRING}}, union("a", x="Cat")),
    (("discriminator-removed",), union("a", x="Cat"), {"properties": {"a": STRING}}),
    (("discriminator-mapping-changed",), union("a", x="Cat"), union("a", x="Dog")),
    (("discriminator-changed",), union("a", x="Cat"), union("b", x="Cat")),
    (("enum-value-added",), union("a", x="Cat"), union("a", x="Cat", y="Dog")),
    (("enum-value-removed",), union("a", x="Cat", y="Dog"), union("a", x="Cat")),
]
BY_DIRECTION = {
    "request": [
        (("default-changed",), STRING, {"type": "string", "default": "a"}),
        (("property-removed",), record(a=STRING), record()),
        (("property-removed",), record(a=STRING), record(a={"type": "string", "readOnly": True})),
        (
            ("property-refused", "additional-properties-refused"),
            record(a=STRING),
            {**record(), "additionalProperties": False},
        ),
        (
            ("property-added", "required-added"),
            {**record(a={"type": "string", "readOnly": True}), "required": ["a"]},
            {**record(a=STRING), "required": ["a"]},
        ),
        ((), record(a={"type": "string", "readOnly": True}), record(a={"type": "integer", "readOnly": True})),
        (
            (),
            record(a={"type": "string", "readOnly": True}),
            {**record(a={"type": "string", "readOnly": True}), "required": ["a"]},
        ),
    ],
    "reply": [
        ((), STRING, {"type": "string", "default": "a"}),
        (("property-removed",), record(a=STRING), record()),
        (("required-property-removed",), {**record(a=STRING), "required": ["a"]}, record()),
        ((), record(a={"type": "string", "writeOnly": True}), record()),
    ],
}
NO_CHANGES: list[tuple[Any, Any]] = [
    (STRING, {"type": "string", "title": "T", "description": "D", "examples": ["a"]}),
    ({"allOf": [record(a=STRING), {"required": ["a"]}]}, {**record(a=STRING), "required": ["a"]}),
    ({"$ref": "#/components/schemas/Cat"}, CAT),
    ({"oneOf": [STRING, INTEGER]}, {"oneOf": [INTEGER, STRING]}),
    ({"anyOf": [STRING, {"type": "null"}]}, {"type": ["null", "string"]}),
    ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
    ({"minimum": 1, "exclusiveMinimum": 1}, {"exclusiveMinimum": 1}),
    ({"type": "string", "minLength": 0}, STRING),
    ({"type": "array", "items": {}}, {"type": "array"}),
    ({"not": {"$ref": "#/components/schemas/Cat"}}, {"not": CAT}),
    ({"contains": {"$ref": "#/components/schemas/Cat"}}, {"contains": {**CAT, "example": {}, "x-a": 1}}),
    ({"enum": ["a", "b"]}, {"type": "string", "enum": ["a", "b"]}),
    ({"enum": [1]}, {"enum": [1.0]}),
    ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}),
    ({**record(a=STRING), "additionalProperties": True}, record(a=STRING)),
]
NAMED = {"Cat": CAT, "Dog": record(bark=STRING)}


@pytest.mark.parametrize(("rule", "old", "new"), OPERATIONS)
def test_a_change_of_an_operation_has_its_rule(rule: str, old: Any, new: Any, tmp_path: Path) -> None:
    assert [change.rule for change in changes(tmp_path, old, new)] == [rule]
    assert changes(tmp_path, old, old) == []


@pytest.mark.parametrize("direction", ["request", "reply"])
@pytest.mark.parametrize(("rules", "old", "new"), SCHEMAS)
def test_a_change_of_a_schema_has_its_rule_in_both_directions(
    rules: tuple[str, ...], old: Any, new: Any, direction: str, tmp_path: Path
) -> None:
    holder = in_request if direction == "request" else in_reply
    found = changes(tmp_path, holder(old, **NAMED), holder(new, **NAMED))
    assert sorted(change.rule for change in found) == sorted(rules)
    assert {change.direction for change in found} == {direction}
    assert {change.operations for change in found} == {("POST /a",)}


@pytest.mark.parametrize("direction", BY_DIRECTION)
def test_some_changes_count_in_one_direction_only(direction: str, tmp_path: Path) -> None:
    holder = in_request if direction == "request" else in_reply
    for rules, old, new in BY_DIRECTION[direction]:
        found = changes(tmp_path, holder(old), holder(new))
        assert sorted(change.rule for change in found) == sorted(rules), (old, new)


@pytest.mark.parametrize(("old", "new"), NO_CHANGES)
def test_what_means_the_same_is_no_change(old: Any, new: Any, tmp_path: Path) -> None:
    for one, other in ((old, new), (new, old)):
        assert changes(tmp_path, in_request(one, **NAMED), in_request(other, **NAMED)) == []
        assert changes(tmp_path, in_reply(one, **NAMED), in_reply(other, **NAMED)) == []


def test_a_server_is_the_same_with_a_slash_at_its_end(tmp_path: Path) -> None:
    old, new = ({**document({}), "servers": [{"url": url}]} for url in ("http://a/v1", "http://a/v1/"))
    assert changes(tmp_path, old, new) == []


def test_every_rule_has_a_case() -> None:
    tried = {rule for rule, _, _ in OPERATIONS}
    tried |= {rule for rules, _, _ in [*SCHEMAS, *BY_DIRECTION["request"], *BY_DIRECTION["reply"]] for rule in rules}
    assert tried == set(RULES)


def test_a_request_must_not_shrink_and_a_reply_must_not_grow(tmp_path: Path) -> None:
    narrow, wide = {"type": "string", "enum": ["a"]}, {"type": "string", "enum": ["a", "b"]}
    cases = {
        ("request", "narrowed"): (in_request(wide), in_request(narrow), "breaking"),
        ("request", "widened"): (in_request(narrow), in_request(wide), "compatible"),
        ("reply", "narrowed"): (in_reply(wide), in_reply(narrow), "compatible"),
        ("reply", "widened"): (in_reply(narrow), in_reply(wide), "breaking"),
    }
    for old, new, severity in cases.values():
        assert [change.severity for change in changes(tmp_path, old, new)] == [severity]


def test_a_webhook_is_called_by_the_service_so_its_request_must_not_grow(tmp_path: Path) -> None:
    def hook(schema: Any) -> dict[str, Any]:
        return document({}, webhooks={"w": {"post": {"requestBody": content(schema), "responses": OK}}})

    (change,) = changes(tmp_path, hook(record()), hook({**record(a=STRING), "properties": {}, "required": ["a"]}))
    assert (change.rule, change.direction, change.severity) == ("required-added", "reply", "compatible")


@pytest.mark.parametrize(
    ("old", "new", "severity"),
    [
        ({}, {"requestBody": {"required": True, **content(STRING)}}, "compatible"),
        ({"requestBody": {"required": True, **content(STRING)}}, {"requestBody": content(STRING)}, "breaking"),
        ({}, {"parameters": [{"name": "p", "in": "query", "required": True, "schema": STRING}]}, "compatible"),
        ({}, {"responses": {"200": {"description": "ok", **content(STRING)}}}, "breaking"),
        ({}, {"responses": {**OK, "201": {"description": "ok"}}}, "compatible"),
    ],
)
def test_who_is_called_back_reads_what_is_sent_and_must_answer_what_is_wanted(
    old: Any, new: Any, severity: str, tmp_path: Path
) -> None:
    one, other = (
        document({"callbacks": {"c": {"{$request.body#/u}": {"post": {"responses": OK, **each}}}}})
        for each in (old, new)
    )
    assert [change.severity for change in changes(tmp_path, one, other)] == [severity]


def test_a_change_of_a_named_schema_is_told_once_with_all_operations_that_use_it(tmp_path: Path) -> None:
    def shop(price: Any) -> dict[str, Any]:
        order = {"type": "object", "properties": {"price": price, "next": {"$ref": "#/components/schemas/Order"}}}
        body = content({"type": "array", "items": {"$ref": "#/components/schemas/Order"}})
        paths = {
            f"/{name}": {"post": {"requestBody": body, "responses": {"200": {"description": "ok", **body}}}}
            for name in "ab"
        }
        return {"paths": paths, "components": {"schemas": {"Order": order}}}

    found = changes(tmp_path, shop(STRING), shop(INTEGER))
    assert [(change.direction, change.message, change.operations) for change in found] == [
        ("request", "Order.price is integer now, was string", ("POST /a", "POST /b")),
        ("reply", "Order.price is integer now, was string", ("POST /a", "POST /b")),
    ]
    assert found[0].old is not None
    assert found[0].new is not None
    assert (found[0].old.file, found[0].old.pointer) == ("old.json", "/components/schemas/Order/properties/price/type")
    assert found[0].new.file == "new.json"


def test_schemas_that_hold_themselves_through_all_of_end(tmp_path: Path) -> None:
    def circle(kind: Any) -> dict[str, Any]:
        ref = {"$ref": "#/components/schemas/X"}
        half = {"type": "object", "properties": {"child": ref, "value": kind}}
        return in_reply(
            ref, X={"allOf": [{"$ref": "#/components/schemas/P"}, {"$ref": "#/components/schemas/Q"}]}, P=half, Q=half
        )

    assert {change.rule for change in changes(tmp_path, circle(STRING), circle(INTEGER))} == {"type-changed"}


SCHEMA = st.recursive(
    st.sampled_from(
        [STRING, INTEGER, {"enum": ["a", 1]}, {"$ref": "#/components/schemas/A"}, {"type": ["string", "null"]}, {}]
    ),
    lambda inner: (
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3).map(lambda found: record(**found))
        | inner.map(lambda found: {"type": "array", "items": found})
        | st.lists(inner, min_size=1, max_size=3).map(lambda found: {"anyOf": found})
        | inner.map(lambda found: record(only=found))
    ),
    max_leaves=6,
)


@given(SCHEMA, SCHEMA)
@settings(max_examples=60, deadline=None)
@pytest.mark.any_python
@pytest.mark.unmeasured
def test_nothing_changes_from_a_document_to_itself_and_what_narrows_one_way_widens_the_other(
    tmp_path_factory: pytest.TempPathFactory, one: Any, other: Any
) -> None:
    folder = tmp_path_factory.mktemp("any")
    first, second = in_request(one, A=record(a=STRING)), in_request(other, A=record(a=STRING))
    assert changes(folder, first, first) == []
    assert bool(changes(folder, first, second)) == bool(changes(folder, second, first))

from __future__ import annotations

import math

import pytest
from pymacaron_deploy.config.yaml12 import MAX_VALUES, Document, YamlFault


def read(text: str) -> object:
    return Document(text.encode()).value


def fault(text: str | bytes) -> tuple[str, int, int]:
    with pytest.raises(YamlFault) as raised:
        Document(text.encode() if isinstance(text, str) else text)
    return raised.value.message, raised.value.line, raised.value.column


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("'null'", "null"),
        ("True", True),
        ("yes", "yes"),
        ("off", "off"),
        ("1:20", "1:20"),
        ("2024-01-31", "2024-01-31"),
        ("012", 12),
        ("0o14", 12),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("-1.5e3", -1500.0),
        (".5", 0.5),
        ("!!str 12", "12"),
        ("!!int '12'", 12),
        ("!!float 1", 1.0),
        ("1: [a, {b: c}]", {"1": ["a", {"b": "c"}]}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}", {"a": {"k": 1, "l": 2}, "b": {"k": 3, "l": 2}}),
        ("a: {<<: [{k: 1}, {k: 2, l: 3}]}", {"a": {"k": 1, "l": 3}}),
        ("'<<': 1", {"<<": 1}),
    ],
)
def test_a_value_is_what_yaml_12_says(text: str, value: object):
    assert read(text) == value
    assert type(read(text)) is type(value)


def test_infinity_and_no_number_are_numbers():
    assert read("-.inf") == -math.inf
    assert math.isnan(read(".nan"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2", ("the key 'a' is there twice: remove one of the two", 2, 1)),
        ("a: {<<: {}, <<: {}}", ("the key '<<' is there twice: remove one of the two", 1, 13)),
        ("a: !thing 1", ("the tag '!thing' means nothing here: remove it", 1, 4)),
        ("a: !!set {}", ("the tag '!!set' means nothing here: remove it", 1, 4)),
        ("a: !!int x", ("'x' is no int, as its tag says", 1, 4)),
        ("a: {<<: 1}", ("'<<' takes a mapping, or a list of mappings", 1, 9)),
        ("{a: 1}: b", ("a key must be plain text, not a list or mapping (is a value missing its quotes?)", 1, 1)),
        ("a: &x [*x]", ("an alias stands inside of what it means", 1, 4)),
        ("a\n---\nb", ("there is a second document in this file: keep one, and remove the '---' line", 2, 1)),
        ("a:\n\tb: 1", ("a tab is used to indent this line: YAML wants spaces", 2, 1)),
        (b"a: \xff", ("this is not UTF-8 text: save the file as UTF-8", 1, 1)),
        ("[" * 300 + "]" * 300, ("this is nested deeper than 200 levels", 1, 202)),
        ("[" * 90000, ("this is nested deeper than 200 levels", 1, 1)),
        ("a: *b", ("this is not YAML: found undefined alias 'b'", 1, 4)),
        ("a: \x01", ("this is not YAML: special characters are not allowed", 1, 1)),
    ],
)
def test_what_is_no_yaml_is_told_with_its_place(text: str | bytes, told: tuple[str, int, int]):
    assert fault(text) == told


def test_aliases_cannot_blow_up():
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert fault("\n".join(lines))[0] == f"this file stands for more than {MAX_VALUES} values"


def test_places_are_found_by_pointers():
    document = Document(b"a:\n  - x\n  - b/c: 1\n")
    assert document.locate("/a/1/b~1c") == (3, 10)
    assert document.locate("/a/1/b~1c", key=True) == (3, 5)
    assert document.locate("/a/7/x") == (2, 3)
    assert document.locate("") == (1, 1)
    assert Document(b"").locate("/a") == (1, 1)


def test_utf_16_with_its_mark_is_read():
    assert Document("ä: 1".encode("utf-16")).value == {"ä": 1}

"""YAML 1.2 and JSON are read as written, and what cannot be read is told in a sentence."""

from __future__ import annotations

import math
import pickle
from typing import Any

import pytest
import yaml
from pymacaron_core.yaml12 import Positions, YamlFault, events, locate, parse, places


@pytest.fixture(params=["libyaml", "pure Python"], autouse=True)
def both_readers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure Python":
        monkeypatch.setattr(events, "_Loader", yaml.SafeLoader)


def fault_of(text: str | bytes, file: str = "") -> YamlFault:
    with pytest.raises(YamlFault) as caught:
        parse(text, file)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("1:20", "1:20"),
        ("2020-01-01", "2020-01-01"),
        ("012", 12),
        ("0o17", 15),
        ("0o14", 12),
        ("0b1", "0b1"),
        ("12e03", 12000.0),
        ("+12", 12),
        ("Off", "Off"),
        ("y", "y"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("=", "="),
        ("0x1F", 31),
        ("-3", -3),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("1.2.3", "1.2.3"),
        ("-", [None]),
        ("True", True),
        ("false", False),
        ("~", None),
        ("", None),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("!!float 3", 3.0),
        ("! 12", "12"),
        ("# only a comment", None),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_values_follow_the_core_schema_of_yaml_1_2(text: str, value: Any) -> None:
    assert parse(text) == value
    assert type(parse(text)) is type(value)


def test_not_a_number_is_read() -> None:
    assert math.isnan(parse(".NaN"))


def test_keys_are_strings_as_they_are_written() -> None:
    assert parse("200: a\ntrue: b\n~: c\n012: d\n0x1F: e") == {
        "200": "a",
        "true": "b",
        "~": "c",
        "012": "d",
        "0x1F": "e",
    }


def test_json_is_yaml() -> None:
    assert parse('{"a": [1, 2.5, null, "\\ud83d\\ude00"], "b": {"c": true}}') == {
        "a": [1, 2.5, None, "😀"],
        "b": {"c": True},
    }


def test_bytes_may_carry_a_byte_order_mark() -> None:
    assert parse(b"\xef\xbb\xbfa: 1") == parse("a: 1".encode("utf-16")) == {"a": 1}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-32", "utf-8"])
def test_the_encoding_is_seen_in_the_first_bytes(encoding: str) -> None:
    assert parse("a: é\nb: 漢".encode(encoding)) == {"a": "é", "b": "漢"}


def test_an_alias_is_the_same_value() -> None:
    value = parse("a: &x {b: [1]}\nc: *x\n? &k key\n: 1\nd: {*k : 2}")
    assert value["c"] is value["a"]
    assert value["d"] == {"key": 2}


def test_merge_keys_fill_in_what_the_mapping_does_not_say() -> None:
    assert parse("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*b, *a], x: 3}")["c"] == {"x": 3, "y": 2, "z": 2}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3", 3, "the key 'a' is there twice"),
        ('{"a": 1,\n "a": 2}', 2, "the key 'a' is there twice"),
        ("200: a\n'200': b", 2, "the key '200' is there twice"),
        ("a:\n\tb: 1", 2, "a tab is used to indent"),
        ("a: {b: 1", 0, "not closed|',' or a closing bracket"),
        ("a: 'x\n", 0, "ends too early"),
        ("a: b: c", 1, "no key can stand before this ':'"),
        ("a: @x", 1, "a value cannot begin with '@'"),
        ("<!DOCTYPE html>\n<html>", 1, "HTML"),
        ("[1]: 2", 1, "a key must be plain text"),
        ("x: {{ name }}", 1, "a key must be plain text"),
        ("a: !python/object:os.system 1", 1, "tag '!python/object:os.system'"),
        ("a: !!python/name:os.system {}", 1, "the tag '!!python/name:os.system' means nothing"),
        ("a: !!int x", 1, "'x' is no int"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("b: *x", 1, r"the alias '\*x' has no anchor"),
        ("a: &a [*a]", 1, "inside of what it means"),
        ("a: 1\n<<: 2", 2, "'<<' takes a mapping"),
        ("a: 1\nb: \x01", 2, "not allowed"),
        ('{"a": "\\ud800"}', 1, "half a character"),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, line: int, words: str) -> None:
    fault = fault_of(text)
    assert line in (0, fault.line)
    assert fault.column > 0
    with pytest.raises(YamlFault, match=words):
        raise fault


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('{"a": 1,\n "b" 2}', (2, 6), "a `:` is missing"),
        ('{"a": 1\n "b": 2}', (2, 2), "a `,` is missing"),
        ('{"a": [1, 2,\n ]}', (1, 12), "no `,` stands before the closing `]`"),
        ('{"a": 1, }', (1, 8), "no `,` stands before the closing `}`"),
        ("{'a': 1}", (1, 2), "double quotes"),
        ("{\"a\": 'b'}", (1, 7), "double quotes"),
        ("{a: 1}", (1, 2), "`a` is put in double quotes"),
        ("{$id: 1}", (1, 2), "`$id` is put in double quotes"),
        ('{"a": True}', (1, 7), "`True` is written `true`"),
        ('{"a": 1, // b\n "c": 2}', (1, 10), "it has no comments"),
        ('{"a": 1 /* b */}', (1, 9), "it has no comments"),
        ('{"b": "NaN", "a": NaN}', (1, 19), "there is no number `NaN`"),
        ('{"a": -Infinity}', (1, 7), "there is no number `-Infinity`"),
        ('{"a": 012}', (1, 8), "a number is written as"),
        ('{"a": .5}', (1, 7), "a number is written as"),
        ('{"a": }', (1, 7), "a value is missing here"),
        ('{"a": 1}}', (1, 9), "the document ended before this"),
        ('{"a": "b\nc"}', (1, 9), "a text is on one line"),
        (r'{"a": "\d"}', (1, 8), "is no escape"),
    ],
)
def test_a_json_file_that_is_none_is_told_in_the_words_of_json(text: str, place: tuple[int, int], words: str) -> None:
    fault = fault_of(text, "shop.json")
    assert (fault.line, fault.column) == place
    assert str(fault).startswith("this is not valid JSON: ")
    assert words in str(fault)


def test_a_json_file_that_is_cut_off_says_what_is_open() -> None:
    assert str(fault_of('{"a": [\n {"b": "}"}', "a.json")) == "the file ends too early: the `[` at 1:7 is not closed"


def test_looking_for_what_is_no_json_takes_no_time_with_a_text_that_never_ends() -> None:
    assert "nested deeper" in str(fault_of("[" * 100_000 + '"' + '\\"' * 100_000 + "\\", "a.json"))


def test_a_binary_file_is_named_so() -> None:
    assert "binary" in str(fault_of(b"\x89PNG\r\n\0\0"))
    assert "binary" in str(fault_of("a: \0"))


def test_text_in_another_encoding_is_named_with_its_place() -> None:
    fault = fault_of("a: 1\nb: é".encode("latin-1"))
    assert (fault.line, fault.column) == (2, 4)
    assert "save the file as UTF-8" in str(fault)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[" * 300 + "]" * 300, "- " * 5000 + "a", '{"a":' * 300 + "1" + "}" * 300]
)
def test_deep_nesting_is_refused(text: str) -> None:
    assert "nested deeper than 200 levels" in str(fault_of(text))


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert "the aliases of this file stand for more than" in str(fault_of("\n".join(lines)))


def test_one_very_long_line_is_read() -> None:
    assert parse("a: " + "x" * 1_000_000) == {"a": "x" * 1_000_000}


PLACED = """\
a: {b: 1, 'c d': [x, {e: 2}]}
list:
- one
- two: {deep: [1, [2, 3]]}
  ? complex
  : value
shared: &s {k: v}
again: *s
merged: {<<: *s, own: 1}
~/x: 1
last: end
"""


@pytest.mark.parametrize(
    "pointers",
    [
        ["", "/a/b", "/a/c d/1/e", "/list/1/two/deep/1/0", "/list/1/complex", "/~0~1x", "/last"],
        ["/shared/k", "/again", "/nothing", "/a/nothing/at/all", "/list/7", "/list/x", "/a/b/c"],
        ["/again/k", "/merged/own"],
        ["/merged/k"],
    ],
)
def test_places_are_found_without_building_what_is_around_them(pointers: list[str]) -> None:
    positions = Positions(PLACED)
    assert places(PLACED, pointers) == {pointer: positions.locate(pointer, key=True) for pointer in pointers}


def test_places_of_broken_text_reach_up_to_the_break() -> None:
    assert places("a: 1\nb:\n  c: [1\nd", ["/a", "/b/c", "/d"]) == {"/a": (1, 1), "/b/c": (3, 3), "/d": (1, 1)}


def test_values_and_keys_are_found_by_pointer() -> None:
    text = "a:\n  b/c: [1, {d: 2}]\n"
    assert locate(text, "/a/b~1c/1/d") == (2, 16)
    assert locate(text, "/a/b~1c/1/d", key=True) == (2, 13)
    assert locate(text, "/a/b~1c", key=True) == (2, 3)
    assert locate(text, "") == (1, 1)


def test_a_pointer_to_what_is_missing_finds_the_nearest_parent() -> None:
    text = "a:\n  b: [1, 2]\n"
    assert locate(text, "/a/b/7/x") == (2, 6)
    assert locate(text, "/a/nothing") == (2, 3)
    assert locate(text, "/nothing") == (1, 1)


def test_what_a_merge_brings_is_found_where_it_is_merged_or_inside_of_it() -> None:
    text = "a: &a\n  b: {c: 1}\nd:\n  <<: *a\ne: {<<: {f: 1}}\ng: {h: 1}"
    assert locate(text, "/d/b/c") == (2, 10)
    assert locate(text, "/d/b") == (4, 3)
    assert locate(text, "/e/f") == (5, 4)
    assert locate(text, "/g/f") == (6, 4)
    assert locate("[1]", "/" + "9" * 5000) == (1, 1)


def test_positions_of_broken_text_reach_up_to_the_break() -> None:
    assert Positions("a:\n  b: 1\nc: {").locate("/a/b") == (2, 6)
    assert Positions(b"\0").locate("/a") == (1, 1)


def test_positions_are_found_in_json_with_escapes() -> None:
    assert locate('{"a": "\\ud83d\\ude00", "b": 1}', "/b") == (1, 28)


def test_a_fault_survives_pickling() -> None:
    fault = pickle.loads(pickle.dumps(YamlFault("no", 3, 4)))
    assert (str(fault), fault.line, fault.column) == ("no", 3, 4)


@pytest.mark.parametrize("end", [1, 4, 9, 12, 13, 22, 28])
def test_json_that_is_cut_off_ends_too_early(end: int) -> None:
    text = '{"a": [1, {"b": "c"}, true ]}'
    assert str(fault_of(text[:end], "a.json")).startswith("the file ends too early: ")


@pytest.mark.parametrize(
    ("text", "begins"),
    [("a: {'b':", "1:4"), ("a:\n  b: {c: [1,\n", "2:10"), ("a: {b: {c: 1},\n", "1:4"), ("a: {b: 'c\n", "1:8")],
)
def test_what_is_not_closed_where_a_file_ends_is_told_by_where_it_begins(text: str, begins: str) -> None:
    assert str(fault_of(text)) == f"the file ends too early: what begins at {begins} is not closed"

"""What the caller's side writes, the server's side reads back equal: every style, place and type, and forms.

``pytest --hypothesis-profile=many tests/test_sending.py`` tries some hundred times as many values as a plain run does.
"""

import io
import json
import sys
from datetime import date
from decimal import Decimal
from urllib.parse import unquote_to_bytes

import flask
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymacaron_core import API, Unsendable
from pymacaron_core.fields import form_writer
from pymacaron_core.models.upload import Upload
from pymacaron_core.sending import Sent, head_writer, is_same
from pymacaron_core.spec import read
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

MANY = settings.default.max_examples  # 100, where no profile of ours is asked for
FEW = settings(
    max_examples=MANY if MANY > 100 else 12,
    derandomize=MANY <= 100,
    database=None,
)
INTEGER, STRING, NUMBER, BOOLEAN = ({"type": name} for name in ("integer", "string", "number", "boolean"))
TEXTS = (
    st.text(max_size=8) | st.text(",;.|=&+%/ \"'[]{}#?\t\\:~é", max_size=6) | st.sampled_from(["1", "true", "null", ""])
)
INTEGERS, NUMBERS = st.integers(), st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9)
SCALARS = {
    "string": (STRING, TEXTS),
    "integer": (INTEGER, INTEGERS),
    "number": (NUMBER, NUMBERS),
    "boolean": (BOOLEAN, st.booleans()),
}
KINDS = {
    **SCALARS,
    "either": ({"type": ["integer", "string", "boolean"]}, INTEGERS | TEXTS | st.booleans()),
    **{
        f"{name}s": ({"type": "array", "items": schema}, st.lists(values, max_size=4))
        for name, (schema, values) in SCALARS.items()
    },
    "one or more": (
        {"anyOf": [INTEGER, {"type": "array", "items": INTEGER}]},
        INTEGERS | st.lists(INTEGERS, max_size=3),
    ),
    "object": (
        {"type": "object", "properties": {"R": INTEGER, "G": STRING, "B": BOOLEAN}},
        st.fixed_dictionaries({}, optional={"R": INTEGERS, "G": TEXTS, "B": st.booleans()}),
    ),
    "names": ({"type": "object", "additionalProperties": STRING}, st.dictionaries(TEXTS, TEXTS, max_size=3)),
    "deep": (
        {
            "type": "object",
            "properties": {
                "R": INTEGER,
                "inner": {"type": "object", "properties": {"G": {"type": "array", "items": STRING}}},
            },
        },
        st.fixed_dictionaries(
            {"R": INTEGERS}, optional={"inner": st.fixed_dictionaries({"G": st.lists(TEXTS, min_size=1, max_size=3)})}
        ),
    ),
}
STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
COMBINATIONS = [
    *((place, style, explode) for place, styles in STYLES.items() for style in styles for explode in (False, True)),
    *((place, "content", False) for place in STYLES),
    ("query", "reserved", False),
    ("query", "reserved", True),
]


def declared(place, style, explode, schema, name="color"):
    found = {"name": name, "in": place, "required": place == "path"}
    if style == "content":
        return {**found, "content": {"application/json": {"schema": schema}}}
    if style == "reserved":
        return {**found, "allowReserved": True, "explode": explode, "schema": schema}
    return {**found, "style": style, "explode": explode, "schema": schema}


def operation(name, parameters, **more):
    answer = {"description": "what was read", "content": {"application/json": {"schema": {}}}}
    return {"operationId": name, "parameters": parameters, "responses": {"200": answer}, **more}


FORM = {
    "type": "object",
    "properties": {
        "name": STRING,
        "age": INTEGER,
        "sizes": {"type": "array", "items": NUMBER},
        "tags": {"type": "array", "items": STRING},
        "words": {"type": "array", "items": STRING},
        "address": {"type": "object", "properties": {"street": STRING, "floors": {"type": "array", "items": INTEGER}}},
        "points": {"type": "array", "items": {"type": "object", "properties": {"x": NUMBER}}},
        "either": {"type": ["integer", "string"]},
        "joined": KINDS["object"][0],
        "spread": {"type": "object", "properties": {"w": INTEGER, "h": STRING}},
        "deep": KINDS["object"][0],
        "photo": {"type": "string", "format": "binary"},
        "photos": {"type": "array", "items": {"type": "string", "format": "binary"}},
    },
}
ENCODING = {
    "tags": {"style": "pipeDelimited", "explode": False},
    "words": {"style": "form", "explode": False},
    "joined": {"style": "form", "explode": False},
    "spread": {"style": "form", "explode": True},
    "deep": {"style": "deepObject", "explode": True},
}
MEDIA = ("application/x-www-form-urlencoded", "multipart/form-data")
FORM_VALUES = st.fixed_dictionaries(
    {},
    optional={
        "name": TEXTS,
        "age": INTEGERS,
        "sizes": st.lists(NUMBERS, max_size=3),
        "tags": st.lists(TEXTS, max_size=3),
        "words": st.lists(TEXTS, max_size=3),
        "address": st.fixed_dictionaries({"street": TEXTS}, optional={"floors": st.lists(st.integers(-9, 9))}),
        "points": st.lists(st.fixed_dictionaries({"x": NUMBERS}), max_size=2),
        "either": INTEGERS | TEXTS,
        "joined": KINDS["object"][1],
        "spread": st.fixed_dictionaries({}, optional={"w": INTEGERS, "h": TEXTS}),
        "deep": KINDS["object"][1],
    },
)


def document():
    paths = {}
    for number, (place, style, explode) in enumerate(COMBINATIONS):
        for kind, (schema, _) in KINDS.items():
            path = f"/p{number}/{kind.replace(' ', '_')}" + ("/{color}" if place == "path" else "")
            paths[path] = {
                "get": operation(name_of(place, style, explode, kind), [declared(place, style, explode, schema)])
            }
    several = [
        declared("path", "simple", False, INTEGER, "shelf"),
        declared("path", "label", True, KINDS["strings"][0], "ids"),
        declared("query", "form", True, KINDS["names"][0], "filter"),
        declared("query", "deepObject", True, KINDS["deep"][0], "deep"),
        declared("query", "form", False, KINDS["strings"][0], "tags"),
        declared("query", "form", True, KINDS["integers"][0], "a[]"),
        declared("query", "form", True, STRING, "q"),
        declared("header", "simple", True, KINDS["object"][0], "X-Color"),
        declared("cookie", "form", True, KINDS["integers"][0], "sizes"),
        declared("cookie", "form", False, STRING, "session"),
    ]
    paths["/several/{shelf}/x{ids}"] = {"get": operation("several", several)}
    content = {media: {"schema": FORM, "encoding": ENCODING} for media in MEDIA}
    paths["/form"] = {"post": operation("form", [], requestBody={"content": content})}
    return {"openapi": "3.1.0", "info": {"title": "Round", "version": "1"}, "paths": paths}


def name_of(place, style, explode, kind):
    return f"{place}_{style}_{explode}_{kind.replace(' ', '_')}"


def plain(value):
    if isinstance(value, Upload):
        return value.read().decode()
    if hasattr(value, "to_json"):
        return {name: plain(getattr(value, attribute)) for attribute, name in names_of(value)}
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def names_of(model):
    fields = type(model).model_fields
    return [(attribute, fields[attribute].alias or attribute) for attribute in model.model_fields_set]


class Service:
    def __init__(self, root):
        (root / "apis").mkdir()
        (root / "apis" / "round.json").write_text(json.dumps(document()))
        specification, _ = read(root / "apis" / "round.json", root=root)
        self.operations = {each.id: each for each in specification.operations}
        self.specification = specification
        self.writers = {name: head_writer(each, specification) for name, each in self.operations.items()}
        self.app = flask.Flask("round", root_path=str(root))
        handlers = dict.fromkeys(self.operations, lambda **values: plain(values)) | {"form": plain}
        API(self.app, root=root, handlers=handlers).load_apis().finish()

    def send(self, name, sent, body=b"", content_type="", raw=True):
        environ = {
            "REQUEST_METHOD": self.operations[name].method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(sent.path).decode("latin-1"),
            "QUERY_STRING": sent.query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": content_type,
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            **({"RAW_URI": f"{sent.path}?{sent.query}"} if raw else {}),
            **{"HTTP_" + key.upper().replace("-", "_"): text for key, text in sent.headers},
        }
        status = []
        chunks = self.app(environ, lambda line, headers, exc_info=None: status.append(line))
        answer = json.loads(b"".join(chunks))
        chunks.close()
        assert status[0].startswith("200"), (sent, answer)
        return answer


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return Service(tmp_path_factory.mktemp("round"))


@pytest.mark.any_python  # seconds on each Python, for the same answer; what every style carries is tried on all
@pytest.mark.parametrize(("place", "style", "explode"), COMBINATIONS)
def test_what_is_written_is_read_back(service, place, style, explode):
    @FEW
    @given(st.data())
    def round_trip(data):
        kind = data.draw(st.sampled_from(sorted(KINDS)))
        value, name = data.draw(KINDS[kind][1]), name_of(place, style, explode, kind)
        try:
            sent = service.writers[name]({"color": value})
        except Unsendable:
            return
        answer = service.send(name, sent)["color"]
        assert is_same(value, answer), (kind, sent)
        if "%" not in sent.path:
            assert is_same(value, service.send(name, sent, raw=False)["color"])

    round_trip()


SEVERAL = {
    "shelf": INTEGERS,
    "ids": st.lists(TEXTS, min_size=1, max_size=3),
    "filter": KINDS["names"][1],
    "deep": KINDS["deep"][1],
    "tags": KINDS["strings"][1],
    "a": KINDS["integers"][1],
    "q": TEXTS,
    "x_color": KINDS["object"][1],
    "sizes": KINDS["integers"][1],
    "session": TEXTS,
}


@FEW
@given(st.data())
def test_several_parameters_do_not_mix(service, data):
    arguments = {p.argument for p in service.operations["several"].parameters}
    drawn = {name: data.draw(values) for name, values in SEVERAL.items() if name in arguments}
    assert drawn.keys() == arguments
    values = {name: value for name, value in drawn.items() if name in ("shelf", "ids") or data.draw(st.booleans())}
    try:
        sent = service.writers["several"](values)
    except Unsendable:
        return
    answer = {name: value for name, value in service.send("several", sent).items() if value is not None}
    assert is_same(values, answer), sent


SIMPLE = {
    "string": "blue",
    "integer": 7,
    "number": 1.5,
    "boolean": True,
    "either": 7,
    "strings": ["blue", "black"],
    "integers": [1, 2],
    "booleans": [True, False],
    "one or more": [1, 2],
    "object": {"R": 100, "G": "a", "B": False},
    "names": {"x": "1", "y": "b"},
}


@pytest.mark.parametrize(("place", "style", "explode"), COMBINATIONS)
def test_what_every_style_carries_is_never_refused(service, place, style, explode):
    for kind, value in SIMPLE.items():
        name = name_of(place, style, explode, kind)
        if style == "deepObject" and not isinstance(value, dict):
            with pytest.raises(Unsendable):
                service.writers[name]({"color": value})
        else:
            assert is_same(value, service.send(name, service.writers[name]({"color": value}))["color"])


@pytest.mark.parametrize("place", ["query", "cookie", "path"])
@FEW
@given(text=st.text(min_size=1), number=INTEGERS)
def test_any_text_and_any_number_can_be_sent_where_escapes_are(service, place, text, number):
    style = {"path": "simple"}.get(place, "form")
    for kind, value in (("string", text), ("integer", number)):
        name = name_of(place, style, False, kind)
        try:
            sent = service.writers[name]({"color": value})
        except Unsendable:
            assert "/" in text or text in (".", "..")
            assert place == "path"
        else:
            assert is_same(value, service.send(name, sent)["color"])


@pytest.mark.parametrize(
    ("operation", "value", "message"),
    [
        ("query_form_True_integers", [], "is empty, which cannot be told from absent here"),
        ("query_form_False_strings", [""], "cannot be carried by its style: it would be read as another value"),
        ("query_form_False_object", {"R": [1]}, "cannot be written: arrays and objects cannot stand in each other"),
        ("query_form_False_integers", [[1], [2]], "cannot be written: arrays and objects cannot stand in each other"),
        ("query_spaceDelimited_False_strings", ["a b", "c"], "cannot be carried by its style"),
        ("path_label_True_numbers", [1.5, 2.5], "cannot be carried by its style"),
        ("path_simple_False_string", "a/b", "neither empty nor dots alone, and has no slash"),
        ("path_simple_False_string", "..", "neither empty nor dots alone, and has no slash"),
        ("path_simple_False_strings", [], "neither empty nor dots alone, and has no slash"),
        ("header_simple_False_strings", ["a,b", "c"], "cannot be carried by its style"),
        ("header_simple_False_string", "a\r\nX-Evil: 1", "has what no header can hold"),
        ("header_simple_False_string", " a", "has what no header can hold"),
        ("header_simple_False_string", "\u20ac", "has what no header can hold"),
        ("cookie_form_True_names", {"": "c"}, "has a name that no cookie can have"),
        ("query_form_True_string", "\ud800", "has a letter that is none"),
        ("query_form_True_number", float("nan"), "cannot be written"),
        ("query_form_True_integer", 10**5_000, "cannot be written"),
        ("query_form_True_either", "7", "it would be read as another value"),
        ("query_deepObject_True_object", "blue", "cannot be carried by its style"),
        ("path_simple_False_integer", None, "is required"),
        ("query_form_True_integer", object(), "is no value that can be written: object"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else type(value).__name__,
)
def test_what_cannot_be_sent_is_told(service, operation, value, message):
    with pytest.raises(Unsendable, match=message) as told:
        service.writers[operation]({"color": value})
    assert str(told.value).startswith(service.operations[operation].label)


def test_an_argument_that_the_operation_has_not_is_told(service):
    with pytest.raises(Unsendable, match="has no parameter 'colour'"):
        service.writers["query_form_True_integer"]({"colour": 1})


def test_values_of_python_are_written_as_json_has_them(service):
    def query(kind, value):
        return service.writers[f"query_form_True_{kind}"]({"color": value}).query

    assert query("string", date(2026, 1, 31)) == "color=2026-01-31"
    assert query("number", Decimal("1.50")) == "color=1.50"
    assert query("string", b"\xff\xfe") == "color=%2F%2F4%3D"
    assert query("integers", (1, 2)) == "color=1&color=2"
    assert query("object", {"R": 1, "G": None}) == "R=1"


def write_form(service, media, values):
    operation = service.operations["form"]
    (content,) = [each for each in operation.body.content if each.name == media]
    return form_writer(operation, content, service.specification)(values)


def send_form(service, media, fields):
    if media == MEDIA[0]:
        return service.send("form", NOWHERE, fields.urlencoded(), media)
    files = [
        (name, FileStorage(each.stream, each.filename, content_type=each.content_type)) for name, each in fields.files
    ]
    boundary, body = encode_multipart(MultiDict([*fields.texts, *files]))
    return service.send("form", NOWHERE, body, f"{media}; boundary={boundary}")


NOWHERE = Sent("/form", "", ())


@pytest.mark.parametrize("media", MEDIA)
@FEW
@given(values=FORM_VALUES)
def test_a_form_that_is_written_is_read_back(service, media, values):
    try:
        fields = write_form(service, media, values)
    except Unsendable:
        empty = [] in values.values() or {} in values.values()
        assert empty or {"either", "tags", "words", "joined"} & values.keys()
        return
    received = values if values or media == MEDIA[1] else None  # an empty body counts as absent
    assert is_same(received, send_form(service, media, fields)), fields


def test_files_are_sent_beside_fields(service):
    files = [Upload(f"{name}.txt", "text/plain", io.BytesIO(name.encode())) for name in "abc"]
    fields = write_form(service, MEDIA[1], {"name": "Ann", "photo": files[0], "photos": files[1:]})
    assert send_form(service, MEDIA[1], fields) == {"name": "Ann", "photo": "a", "photos": ["b", "c"]}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sizes": []}, "is empty, which a form cannot tell from absent"),
        ({"tags": ["a|b", "c"]}, "would be read as another value"),
        ({"either": "7"}, "would be read as another value"),
        ({"name": "\ud800"}, "has a letter that is none"),
        ({"sizes": [float("inf")]}, "cannot be written"),
    ],
)
def test_a_form_that_cannot_be_written_is_told(service, values, message):
    for media in MEDIA:
        with pytest.raises(Unsendable, match=message):
            write_form(service, media, values)

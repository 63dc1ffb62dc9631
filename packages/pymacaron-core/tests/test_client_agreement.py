"""The client and the server agree: what one side says of an operation, the other side understands as the same.

Every operation of the Petstore, in both dialects, and of the example's documents is called over a real connection with
values made by chance of its own schemas; the function on the other side must get the caller's values, and the caller
what the function returned. ``pytest --hypothesis-profile=many`` tries some hundred times as many.
"""

import base64
import contextlib
import datetime as dt
import io
import json
from pathlib import Path

import pytest
from client_services import made, served
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from petstore import store
from pydantic_core import to_jsonable_python
from pymacaron_core import Client, Upload, spec
from pymacaron_core.client.names import named
from pymacaron_core.errors import Unsendable
from pymacaron_core.protocol import is_model
from pymacaron_core.spec.operation import Schema

EXAMPLES = Path(__file__).parents[3] / "examples" / "helloworld" / "apis"
PETSTORE = Path(store.__file__).parent
DOCUMENTS = [*(PETSTORE / f"{name}.yaml" for name in ("swagger", "openapi")), *sorted(EXAMPLES.glob("*.yaml"))]
MANY = settings.default.max_examples
FEW = settings(
    max_examples=MANY if MANY > 100 else 15,
    derandomize=MANY <= 100,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
MOMENTS = st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2100, 1, 1)).map(lambda moment: moment.isoformat() + "Z")
FORMATS = {
    "date-time": MOMENTS,
    "date": st.dates().map(str),
    "decimal": st.decimals(-1000, 1000, places=2).map(str),
    "uuid": st.uuids().map(str),
    "email": st.emails(domains=st.just("example.com")),
    "byte": st.binary(max_size=20).map(lambda data: base64.b64encode(data).decode()),
}


def values_of(schema, named_schemas, way, depth=0):
    """JSON values of a schema, as they travel one way: ``readOnly`` in replies alone, ``writeOnly`` in requests."""
    words = merged(schema, named_schemas)
    if "const" in words or "enum" in words:
        return st.sampled_from([words["const"]] if "const" in words else list(words["enum"]))
    for key in ("oneOf", "anyOf"):
        if key in words:
            return st.one_of([values_of(each, named_schemas, way, depth) for each in words[key]])
    kinds = words.get("type") or (("object",) if "properties" in words else ("string",))
    return st.one_of([of_kind(kind, words, named_schemas, way, depth) for kind in kinds])


def merged(schema, named_schemas):
    """The keywords of a schema with those of all that it is made of."""
    words = {}
    for part in [*([named_schemas[schema.ref]] if schema.ref else []), *schema.get("allOf", ())]:
        inner = merged(part, named_schemas)
        words = {
            **words,
            **inner,
            "properties": {**words.get("properties", {}), **inner.get("properties", {})},
            "required": (*words.get("required", ()), *inner.get("required", ())),
        }
    own = {key: value for key, value in schema.keywords.items() if key != "allOf"}
    both = {**words, **own}
    for key, empty in (("properties", {}), ("required", ())):
        if key in words and key in own:
            both[key] = {**words[key], **own[key]} if key == "properties" else (*words[key], *own[key])
        elif both.get(key, 1) == empty:
            del both[key]
    return both


def of_kind(kind, words, named_schemas, way, depth):
    if kind == "null":
        return st.none()
    if kind == "boolean":
        return st.booleans()
    if kind in ("integer", "number"):
        least, most = words.get("minimum", -(2**31)), words.get("maximum", 2**31 - 1)
        least, most = words.get("exclusiveMinimum", least - 1) + 1, words.get("exclusiveMaximum", most + 1) - 1
        integers = st.integers(int(least), int(most))
        return (
            integers
            if kind == "integer"
            else integers | integers.map(lambda n: n / 4).filter(lambda n: least <= n <= most)
        )
    if kind == "array":
        items = values_of(words.get("items", Schema({"type": ("string",)})), named_schemas, way, depth + 1)
        unique = (lambda value: json.dumps(value, sort_keys=True)) if words.get("uniqueItems") else None
        most = min(words.get("maxItems", 3), 3) if depth < 3 else words.get("minItems", 0)
        return st.lists(items, min_size=words.get("minItems", 0), max_size=most, unique_by=unique)
    if kind == "object":
        return objects(words, named_schemas, way, depth)
    if words.get("format") in FORMATS:
        return FORMATS[words["format"]]
    if "pattern" in words:
        return st.from_regex(words["pattern"], fullmatch=True).filter(str.isprintable)
    least = words.get("minLength", 0)
    return st.text(
        st.characters(exclude_categories=["Cs", "Cc"]),
        min_size=least,
        max_size=min(words.get("maxLength", 12), least + 12),
    )


def objects(words, named_schemas, way, depth):
    hidden = "readOnly" if way == "request" else "writeOnly"
    inner = {
        name: values_of(each, named_schemas, way, depth + 1)
        for name, each in words.get("properties", {}).items()
        if not merged(each, named_schemas).get(hidden) and not merged(each, named_schemas).get("x-pymacaron-received")
    }
    required = {name: each for name, each in inner.items() if name in words.get("required", ())}
    optional = {name: each for name, each in inner.items() if name not in required} if depth < 3 else {}
    more = words.get("additionalProperties")
    if isinstance(more, Schema) and not inner and not more.refuses_all:
        return st.dictionaries(TEXTS, values_of(more, named_schemas, way, depth + 1), max_size=3)
    return st.fixed_dictionaries(required, optional=optional)


def plain(value):
    """A value as JSON has it, moments alike however they are written."""
    if is_model(value) and any(isinstance(each, Upload) for each in vars(value).values()):
        value = {name: each for name, each in vars(value).items() if name in value.model_fields_set}
    if is_model(value):
        value = value.to_json()
    if isinstance(value, Upload):
        return value.filename, value.read()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, str):
        try:
            return dt.datetime.fromisoformat(value.replace("Z", "+00:00")) if "T" in value and ":" in value else value
        except ValueError:
            return value
    value = to_jsonable_python(value)
    return plain(value) if isinstance(value, str) else value


def operations():
    for path in DOCUMENTS:
        specification, _ = spec.read(path, root=path.parent, name=path.stem)
        for operation in specification.operations:
            yield pytest.param(path, named(operation), id=f"{path.stem}-{named(operation)}")


class Both:
    """A document, called and served."""

    def __init__(self, path, root):
        specification, _ = spec.read(path, root=path.parent, name=path.stem)
        self.got, self.returned = None, None
        text = path.read_text()
        functions = {o.id: self.function_of(o) for o in specification.operations}
        guards = {name: lambda call, credential: credential.value for name in specification.security_schemes}
        # Functions and parents of the example's own are not here.
        absent = ("x-bind-server", "x-persist", "x-parent")
        bare = "\n".join(line for line in text.splitlines() if not any(word in line for word in absent))
        self.made = lambda: made(root, bare, functions, path.stem, guards=guards)
        credentials = {
            name: ("a", "b") if s.scheme == "basic" else "token" for name, s in specification.security_schemes.items()
        }
        self.client = lambda url: Client.load(path, url, credentials=credentials)

    def function_of(self, operation):
        def function(*body, **values):
            self.got = [plain(each) for each in body], {name: plain(each) for name, each in values.items()}
            return self.returned

        return function


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    known = {}
    with contextlib.ExitStack() as stack:

        def of(path):
            if path not in known:
                both = Both(path, tmp_path_factory.mktemp(path.stem))
                url = stack.enter_context(served(both.made()))
                known[path] = both, both.client(url)
            return known[path]

        yield of


@pytest.mark.parametrize(("path", "name"), [*operations()])
def test_both_sides_agree(services, path, name):
    both, client = services(path)
    method = getattr(client, name)
    operation = method.operation
    schemas = client.models.specification.schemas
    values = {p.argument: values_of(p.schema, schemas, "request") for p in operation.parameters}
    required = {p.argument: values[p.argument] for p in operation.parameters if p.required}
    arguments = st.fixed_dictionaries(required, optional={k: v for k, v in values.items() if k not in required})
    media = operation.body.content[0] if operation.body else None
    bodies = st.none()
    if media is not None and media.schema is not None:
        bodies = bodies_of(media, operation, schemas)
    elif media is not None:
        bodies = st.binary(min_size=1, max_size=50)
    success = operation.success
    content = success.content[0] if success and success.content else None
    replies = values_of(content.schema, schemas, "reply") if content and content.schema else st.none()
    told = {}
    if content and "image/" in content.name:
        replies, told = st.binary(min_size=1, max_size=50), {"Content-Type": "image/png"}
    calls = 0

    @FEW
    @given(arguments=arguments, body=bodies, reply=replies)
    def agree(arguments, body, reply):
        nonlocal calls
        status = int(success.status) if success and success.status.isdecimal() else 200
        both.returned = (reply, status, told) if success else None
        given_values = dict(arguments)
        fields = {}
        if operation.body and operation.body.spread:
            fields = {operation.body.arguments[key]: value for key, value in (body or {}).items()}
            sent = None
        else:
            sent = {k: fresh(v) for k, v in body.items()} if isinstance(body, dict) else body
        try:
            found = method(sent, **given_values, **{key: fresh(value) for key, value in fields.items()})
        except Unsendable as error:
            assume("empty" not in str(error) and "path" not in str(error) and "header" not in str(error))
            raise
        calls += 1
        positional, keywords = both.got
        if positional and body is not None:
            assert positional[0] == received(body)
        for key, value in {**given_values, **fields}.items():
            assert keywords[key] == received(value), key
        assert plain(found) == plain(reply)

    agree()
    assert calls >= 1


def bodies_of(media, operation, schemas):
    if "form" in media.name:
        return values_of_form(media, schemas)
    if merged(media.schema, schemas).get("format") == "binary":
        return st.binary(min_size=1, max_size=50)
    return values_of(media.schema, schemas, "request")


def values_of_form(media, schemas):
    words = merged(media.schema, schemas)
    inner = {}
    for name, each in words.get("properties", {}).items():
        told = merged(each, schemas)
        is_file = told.get("format") == "binary" or "file" in told.get("type", ()) or told.get("contentMediaType")
        files = st.binary(min_size=1, max_size=50).map(lambda data: ("a.bin", data))
        inner[name] = (
            files if is_file else values_of(each, schemas, "request", 2).filter(lambda value: value not in ([], ""))
        )
    required = {name: each for name, each in inner.items() if name in words.get("required", ())}
    return st.fixed_dictionaries(required, optional={k: v for k, v in inner.items() if k not in required}).filter(bool)


def fresh(value):
    """A value to be sent: a file is opened anew."""
    if isinstance(value, tuple):
        return Upload(value[0], "application/octet-stream", io.BytesIO(value[1]))
    return value


def received(value):
    if isinstance(value, tuple):
        return value
    if isinstance(value, dict):
        return {key: received(each) for key, each in value.items() if each is not None}
    return plain(value)

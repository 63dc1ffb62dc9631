"""The vocabulary: what a document says, in words that know no dialect.

Every room after ``spec/`` reads these frozen values and nothing else. Schemas are JSON Schema 2020-12: the dialects'
own spellings (``nullable``, ``exclusiveMinimum: true``, ``collectionFormat``, ``in: formData``) are gone by now.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple

from pymacaron_core.spec.letters import known, lowered

EMPTY: Mapping[str, Any] = MappingProxyType({})
_VARIABLE = re.compile(r"\{([^{}]+)\}")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
"""The media types of forms."""

METHODS = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE")


def _empty() -> Mapping[str, Any]:
    """``EMPTY`` as a field's default: before Python 3.12 it has no hash, and dataclasses refuse it as a plain one."""
    return EMPTY


class Place(NamedTuple):
    """Where in the documents something stands: a file (relative to the project) and a JSON pointer (RFC 6901)."""

    file: str = ""
    pointer: str = ""

    def __truediv__(self, key: object) -> Place:
        return Place(self.file, f"{self.pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Discriminator:
    """Which property names the branch of a ``oneOf``/``anyOf``, and which value means which named schema."""

    property_name: str
    mapping: Mapping[str, str] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """One JSON Schema (2020-12). Where ``ref`` is set, it is the named schema ``Specification.schemas[ref]``, and
    ``keywords`` holds what stands beside the reference.

    In ``keywords``, ``type`` is a tuple of names; what JSON Schema says holds a schema holds a :class:`Schema`
    (``items``, ``additionalProperties``, ``not``, ...), a tuple of them (``allOf``, ``prefixItems``, ...) or a
    mapping to them (``properties``, ``patternProperties``, ...); ``discriminator`` a :class:`Discriminator`.
    ``True`` is a schema without keywords; ``False`` has ``refuses_all`` set. Keys that start with ``x-`` are carried.
    """

    keywords: Mapping[str, Any] = field(default_factory=_empty)
    ref: str | None = None
    place: Place = NOWHERE
    refuses_all: bool = False

    @property
    def types(self) -> tuple[str, ...]:
        types: tuple[str, ...] = self.keywords.get("type", ())
        return types

    def get(self, name: str, default: Any = None) -> Any:
        return self.keywords.get(name, default)

    def properties(self) -> Mapping[str, Schema]:
        found: Mapping[str, Schema] = self.keywords.get("properties", EMPTY)
        return found


@dataclass(frozen=True, slots=True)
class ServerVariable:
    """What may stand for a variable of a server's address; ``values`` is empty where anything may."""

    default: str = ""
    values: tuple[str, ...] = ()
    description: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True)
class Server:
    """Where an API is served: ``url`` has variables in braces; ``address`` is the URL with their defaults."""

    url: str
    description: str = ""
    variables: Mapping[str, ServerVariable] = field(default_factory=_empty)
    extensions: Mapping[str, Any] = field(default_factory=_empty)
    name: str = ""

    @property
    def address(self) -> str:
        return _VARIABLE.sub(lambda match: self._default(match[1]), self.url)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Variables of the address that have no default."""
        return tuple(name for name in dict.fromkeys(_VARIABLE.findall(self.url)) if not self._default(name))

    def _default(self, name: str) -> str:
        return self.variables[name].default if name in self.variables else ""


@dataclass(frozen=True, slots=True)
class Example:
    """One example under its name. ``has_value`` is false where its value is elsewhere (``external_value``, an address
    that is never fetched) or given as text alone: then ``value`` says nothing."""

    value: Any = None
    has_value: bool = False
    summary: str = ""
    description: str = ""
    external_value: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_empty)
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Encoding:
    """How one part of a form is written."""

    content_type: str | None = None
    style: str | None = None
    explode: bool | None = None
    headers: Mapping[str, Parameter] = field(default_factory=_empty)
    allow_reserved: bool | None = None
    extensions: Mapping[str, Any] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True)
class MediaType:
    """One media type of a body, reply or parameter: ``name`` is lower case, without parameters, ranges allowed.

    ``examples`` are the values of all its examples, ``named_examples`` those that have a name, with all that they say.
    """

    name: str
    schema: Schema | None = None
    examples: tuple[Any, ...] = ()
    encoding: Mapping[str, Encoding] = field(default_factory=_empty)
    place: Place = NOWHERE
    named_examples: Mapping[str, Example] = field(default_factory=_empty)
    extensions: Mapping[str, Any] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: ``place_in`` is ``path``, ``query``, ``header`` or ``cookie``, ``argument`` the keyword by which
    the endpoint's function takes it; its examples are as those of a :class:`MediaType`. ``inner_styles`` are those of
    arrays in its array, level by level (2.0 only)."""

    name: str
    place_in: str
    schema: Schema
    required: bool = False
    style: str = "form"
    explode: bool = True
    allow_reserved: bool = False
    allow_empty: bool = False
    content: MediaType | None = None
    description: str = ""
    deprecated: bool = False
    examples: tuple[Any, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=_empty)
    argument: str = ""
    place: Place = NOWHERE
    named_examples: Mapping[str, Example] = field(default_factory=_empty)
    inner_styles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request. ``spread``: its properties are handed to the function as keywords (2.0 ``formData``)."""

    content: tuple[MediaType, ...]
    required: bool = False
    description: str = ""
    spread: bool = False
    arguments: Mapping[str, str] = field(default_factory=_empty)
    place: Place = NOWHERE
    extensions: Mapping[str, Any] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True)
class Reply:
    """One declared reply: ``status`` is ``200``, ``4XX`` or ``default``."""

    status: str
    description: str = ""
    content: tuple[MediaType, ...] = ()
    headers: tuple[Parameter, ...] = ()
    links: Mapping[str, Any] = field(default_factory=_empty)
    place: Place = NOWHERE
    extensions: Mapping[str, Any] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """One security scheme: ``type`` is ``apiKey``, ``http``, ``oauth2``, ``openIdConnect`` or ``mutualTLS``.

    For ``apiKey``, ``place_in`` and ``parameter`` say where the key is; for ``http``, ``scheme`` is ``basic``, ...
    """

    name: str
    type: str
    scheme: str = ""
    place_in: str = ""
    parameter: str = ""
    bearer_format: str = ""
    flows: Mapping[str, Any] = field(default_factory=_empty)
    openid_url: str = ""
    description: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_empty)
    place: Place = NOWHERE
    deprecated: bool = False
    metadata_url: str = ""


Requirement = Mapping[str, tuple[str, ...]]
"""Schemes that must all pass (AND), each with the scopes it must have. Empty: no identity is needed."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a path says for all its operations; its parameters and extensions are in each of these already."""

    summary: str = ""
    description: str = ""
    servers: tuple[Server, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: what is at one path under one method. ``security`` lists alternatives (OR); empty: open.

    ``servers`` are addresses, with the defaults of their variables, of the servers written for this operation or its
    path, and ``server_templates`` the same as written; none where those of the document serve it
    (:meth:`Specification.servers_of`). ``shared`` is what its path says. ``callbacks`` are operations of others, which
    are called and not served: their paths are expressions.
    """

    method: str
    path: str
    id: str | None = None
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    replies: tuple[Reply, ...] = ()
    security: tuple[Requirement, ...] = ()
    tags: tuple[str, ...] = ()
    summary: str = ""
    description: str = ""
    deprecated: bool = False
    servers: tuple[str, ...] = ()
    server_templates: tuple[Server, ...] = ()
    external_docs: Mapping[str, Any] = field(default_factory=_empty)
    callbacks: Mapping[str, tuple[Operation, ...]] = field(default_factory=_empty)
    extensions: Mapping[str, Any] = field(default_factory=_empty)
    place: Place = NOWHERE
    shared: Shared = Shared()

    @property
    def label(self) -> str:
        """How messages name the operation: ``createOrder (POST /orders)``, or ``POST /orders``."""
        route = f"{self.method} {self.path}"
        return f"{self.id} ({route})" if self.id else route

    @property
    def success(self) -> Reply | None:
        """The reply meant when the function just returns a value: the first 2XX, else ``default``."""
        first = [reply for reply in self.replies if reply.status.startswith("2")]
        return first[0] if first else next((r for r in self.replies if r.status == "default"), None)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the service decides where a document leaves it open (the options ``undeclared`` and ``read_only``).

    ``undeclared`` is ``drop``, ``keep`` or ``refuse``, ``read_only`` (what only replies have, in a request) is
    ``ignore`` or ``refuse``.
    """

    undeclared: str = "drop"
    read_only: str = "ignore"


@dataclass(frozen=True, slots=True)
class Specification:
    """One API: everything its document says. ``digest`` is a hash of all its files, ``dialect`` ``2.0``, ``3.0``, ...

    ``schemas`` names every schema a reference can lead to; the document's own come first and keep their names.
    ``servers`` are addresses with the defaults of their variables, ``server_templates`` as they are written.
    ``unserved`` are the operations left out because of faults: their names alone.
    ``document`` is the document as published: one mapping in the author's dialect, without references to other files.
    ``assumed`` is where ``properties`` without a ``type`` was read as an object.
    """

    name: str
    title: str = ""
    version: str = ""
    description: str = ""
    dialect: str = ""
    base_path: str = ""
    operations: tuple[Operation, ...] = ()
    schemas: Mapping[str, Schema] = field(default_factory=_empty)
    security_schemes: Mapping[str, SecurityScheme] = field(default_factory=_empty)
    servers: tuple[str, ...] = ()
    server_templates: tuple[Server, ...] = ()
    info: Mapping[str, Any] = field(default_factory=_empty)
    external_docs: Mapping[str, Any] = field(default_factory=_empty)
    tags: tuple[Mapping[str, Any], ...] = ()
    webhooks: tuple[Operation, ...] = ()
    unserved: tuple[Operation, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=_empty)
    file: str = ""
    files: tuple[str, ...] = ()
    digest: str = ""
    policy: Policy = Policy()
    document: Mapping[str, Any] = field(default_factory=_empty, repr=False)
    assumed: tuple[Place, ...] = field(default=(), repr=False, compare=False)

    def servers_of(self, operation: Operation) -> tuple[Server, ...]:
        """Which servers serve an operation: its own, else those of its path, else the document's."""
        return operation.server_templates or self.server_templates

    def resolve(self, schema: Schema) -> Schema:
        """Follow references until a schema that is none (a reference with keywords beside it stays as it is)."""
        seen: set[str] = set()
        while schema.ref is not None and not schema.keywords and schema.ref not in seen:
            seen.add(schema.ref)
            schema = self.schemas[schema.ref]
        return schema


def identifier(name: str) -> str:
    """A name as a snake_case Python identifier: ``X-Request-ID`` -> ``x_request_id``, ``class`` -> ``class_``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", known(name))
    plain = lowered(re.sub(r"\W+", "_", words).strip("_")) or "value"
    if not plain.isidentifier():
        plain = f"n{plain}" if plain[0].isdigit() else "value"
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def with_arguments(parameters: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """Give each parameter its keyword: its name as an identifier; names that clash are suffixed by their place."""
    parameters = tuple(parameters)
    wanted = [identifier(p.name) for p in parameters]
    count = Counter(wanted)
    numbers: dict[str, int] = {}
    named: list[Parameter] = []
    taken: set[str] = set()
    for parameter, argument in zip(parameters, wanted, strict=True):
        if count[argument] > 1 and parameter.place_in != "path":
            argument = f"{argument}_{parameter.place_in}"
        unique, number = argument, numbers.get(argument, 2)
        while unique in taken:
            unique, number = f"{argument}_{number}", number + 1
        numbers[argument] = number
        taken.add(unique)
        named.append(replace(parameter, argument=unique))
    return tuple(named)

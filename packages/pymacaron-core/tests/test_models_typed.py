"""What is generated of wide documents is what type checkers ask for: mypy and pyright, each at its strictest."""

from __future__ import annotations

from pathlib import Path

import pytest
from model_documents import specification_of
from pymacaron_core import spec
from pymacaron_core.models import module_source
from pymacaron_core.spec.operation import Specification
from test_directions import SCHEMAS
from test_models_pool import pyright
from test_models_source import mypy

pytestmark = pytest.mark.any_python  # processes and large documents: minutes on each Python, for the same answer

PETSTORE = Path(__file__).parent / "petstore"
REF = "#/components/schemas"
TORTURE = (
    SCHEMAS
    + """
Kind: {type: string, enum: [book, toy], default: toy}
Level: {enum: [1, 2.5, true, null, low]}
Fixed: {const: 3}
Wrong: {type: integer, enum: ['1']}
Wrongs: {type: object, properties: {a: {$ref: '#/Wrong'}, b: {type: string, enum: [1]}}}
Day: {type: string, format: date, default: '2026-01-31'}
Tree: {type: object, properties: {kids: {type: array, items: {$ref: '#/Tree'}}}}
Deep: {type: array, items: {$ref: '#/Deep'}}
Json: {type: [object, array, string, number, boolean, 'null'], additionalProperties: {$ref: '#/Json'}}
Node: {oneOf: [{type: string}, {type: object, additionalProperties: {$ref: '#/Node'}}, {type: 'null'}]}
Sum: {oneOf: [{type: number}, {type: integer}, {type: array, items: {$ref: '#/Sum'}}]}
Mixed: {anyOf: [{$ref: '#/Branch'}, {type: array, items: {$ref: '#/Mixed'}, uniqueItems: true}], not: {const: []}}
Branch: {type: object, properties: {sum: {$ref: '#/Sum'}, node: {$ref: '#/Node'}, all: {$ref: '#/Mixed', default: []}}}
Filter: {type: object, additionalProperties: {oneOf: [{$ref: '#/Filter'}, {$ref: '#/Branch'}]}, minProperties: 1}
Zoo:
  type: object
  properties:
    pets:
      type: array
      items:
        allOf:
        - {$ref: '#/Pet'}
        - {type: object, properties: {cage: {type: integer}}}
Cat: {type: object, required: [is], properties: {is: {type: string}, lives: {type: integer, default: 9}}}
Dog: {type: object, required: [is], properties: {is: {type: string}, born: {$ref: '#/Day'}}}
Pet:
  oneOf: [{$ref: '#/Cat'}, {$ref: '#/Dog'}]
  discriminator: {propertyName: is, mapping: {meow: '#/Cat'}}
Animal:
  type: object
  required: [is]
  discriminator: {propertyName: is}
  properties: {is: {type: string}, id: {type: integer, readOnly: true}}
Bird: {allOf: [{$ref: '#/Animal'}, {type: object, properties: {wings: {type: integer, minimum: 0}}}]}
Either: {anyOf: [{type: integer}, {type: array, items: {type: string, pattern: '^(?=a)b$'}}, {$ref: '#/Cat'}]}
Pair: {type: array, prefixItems: [{type: integer}, {$ref: '#/Day'}], minItems: 2, maxItems: 2}
Row: {type: array, prefixItems: [{type: number}, {type: [number, 'null']}], items: {type: number, minimum: 0}}
Shut: {type: array, prefixItems: [{const: a}, {const: null}], minItems: 2, unevaluatedItems: false}
Open: {type: object, properties: {a: {type: string}}, additionalProperties: {type: integer}}
Closed: {type: object, properties: {a: {type: string}}, additionalProperties: false}
Seen: {type: object, properties: {a: {const: 1}, b: {const: null}}, unevaluatedProperties: false}
Names: {type: object, patternProperties: {'^x-': {type: integer}}, additionalProperties: false}
Nothing: false
Anything: true
list: {type: object, properties: {list: {type: array, items: {$ref: '#/list'}}, str: {type: string}}}
class: {type: object, properties: {class: {type: string}, from: {type: string}, self: {type: string}}}
object: {type: object, properties: {model_config: {type: string}, to_json: {type: string}, dict: {type: string}}}
Optional: {type: object, properties: {Any: {type: string}, Literal: {type: string}, dt: {type: string}}}
'3D model': {type: object, properties: {'3d': {type: number}, a-b: {type: string}, a_b: {type: string}}}
Größe: {type: object, properties: {höhe: {type: number, exclusiveMinimum: 0}, 名前: {type: string}}}
Rules:
  type: object
  minProperties: 1
  dependentRequired: {a: [b]}
  if: {properties: {a: {const: 1}}}
  then: {required: [c]}
  not: {required: [z]}
  properties: {a: {type: integer}, b: {type: string}, c: {type: array, contains: {const: 3}, uniqueItems: true}}
Values:
  type: object
  description: Every kind of value, "quoted" and with a back\\slash.
  properties:
    date: {type: string, format: date, default: '2026-01-31'}
    moment: {type: [string, 'null'], format: date-time}
    time: {type: string, format: time, default: '12:00:00Z'}
    clock: {type: string, format: time-local, default: '12:00:00'}
    local: {type: string, format: date-time-local, default: '2026-01-31T12:00:00'}
    wait: {type: string, format: duration, default: PT90S}
    uuid: {type: string, format: uuid, default: 00000000-0000-4000-8000-000000000000}
    price: {type: string, format: decimal, default: '1.10'}
    data: {type: string, format: byte, default: aGk=}
    email: {type: string, format: email}
    number: {type: integer, format: int32, minimum: 1, default: 3}
    share: {type: number, multipleOf: 0.1, default: 1}
    kind: {$ref: '#/Kind'}
    tags: {type: array, items: {type: string}, uniqueItems: true, default: []}
    pet: {$ref: '#/Pet', default: {is: meow}}
    cats: {type: array, items: {$ref: '#/Cat'}, default: [{is: meow}]}
    by_name: {type: object, additionalProperties: {$ref: '#/Cat'}, default: {tom: {is: meow}}}
    either: {$ref: '#/Either', default: [ab]}
    inline: {type: object, required: [x], properties: {x: {type: number}, y: {type: number, default: 0.5}}}
    Cat: {type: string}
    Kind: {type: string, deprecated: true}
""".replace("$ref: '#/", f"$ref: '{REF}/").replace("meow: '#/", f"meow: '{REF}/")
)
PATHS = "\n".join(
    f"/{number}: {{post: {{operationId: do{number}, "
    f"requestBody: {{content: {{application/json: {{schema: {{$ref: '{REF}/{name}'}}}}}}}}, "
    f"responses: {{'204': {{description: done}}}}}}}}"
    for number, name in enumerate(("Accounts", "Admin", "Bird", "Tree"))
)


def documents(root: Path) -> list[Specification]:
    """The specifications of the document with everything in it, in the newest dialect, and of both Petstores."""
    wide = specification_of(root, TORTURE, paths=PATHS, version="3.1.0", name="wide")
    stores = [spec.read(PETSTORE / f"{name}.yaml", root=PETSTORE)[0] for name in ("swagger", "openapi")]
    return [wide, *stores]


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("typed")
    found = []
    for specification in documents(root):
        path = root / f"{specification.name}_models.py"
        path.write_text(module_source(specification), encoding="utf-8")
        found.append(path)
    return found


@pytest.mark.any_python
def test_mypy_has_nothing_to_say(modules: list[Path]) -> None:
    assert mypy(*modules) == ""


@pytest.mark.any_python
def test_the_whole_object_of_a_request_is_typed(modules: list[Path]) -> None:
    user = modules[0].parent / "user.py"
    user.write_text(
        "from wide_models import Account, AccountRequest\n\n"
        "def open_account(body: AccountRequest) -> Account:\n"
        "    name: str = body.name\n"
        "    return Account.from_request(body, id=len(name))\n"
    )
    assert mypy(user) == ""
    user.write_text(
        "from wide_models import AccountRequest\n\ndef look(body: AccountRequest) -> int:\n    return body.id\n"
    )
    assert 'has no attribute "id"' in mypy(user)


@pytest.mark.node
def test_pyright_has_nothing_to_say(modules: list[Path]) -> None:
    assert pyright(modules[0].parent, *(path.name for path in modules)) == ""


def test_the_modules_are_the_same_each_time(modules: list[Path], tmp_path: Path) -> None:
    for path, specification in zip(modules, documents(tmp_path), strict=True):
        assert path.read_text(encoding="utf-8") == module_source(specification)

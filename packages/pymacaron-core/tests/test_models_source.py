import ast
import os
import subprocess
import sys
from pathlib import Path

import pymacaron_core
import pytest
from model_documents import SHOP, specification_of
from pymacaron_core.models import module_source
from pymacaron_core.models.layout import docstring
from pymacaron_core.models.stamp import stamped

ORDER = '''class Order(Model):
    """What somebody wants."""

    model_config = ConfigDict(json_schema_extra={"x-table": "orders"})

    id: Int64
    kind: Kind
    note: str | None = Field(default=None, max_length=20)
    """Free text."""
    date: Maybe[dt.date] = None
    created: Maybe[AwareDatetime] = None
    json_: Maybe[str] = Field(default=None, validation_alias="json", serialization_alias="json")
    class_: Maybe[str] = Field(default=None, validation_alias="class", serialization_alias="class")
    x_ref_no: Maybe[str] = Field(default=None, validation_alias="x-ref no", serialization_alias="x-ref no")
    status: Literal["new", "sent"] = "new"
    secret: Maybe[Base64] = None
    owner: Maybe[OrderOwner] = None
    items: Maybe[Annotated[list[Item], Field(max_length=3), UniqueItems()]] = None
    labels: Maybe[dict[str, int]] = None
'''


def test_the_source_reads_as_an_engineer_would_have_typed_it(tmp_path: Path) -> None:
    source = module_source(specification_of(tmp_path, SHOP))
    assert ORDER in source
    assert 'Kind: TypeAlias = Literal["book", "toy"]\n"""What we sell."""' in source
    assert "class BigOrder(Order):\n    size: float = Field(gt=0)\n" in source
    assert "Orders: TypeAlias = list[Order]" in source


@pytest.mark.parametrize(
    "told", ['"', 'x""', 'a"""', 'a""""', "back\\", 'both\\"', 'one\ntwo"""', '"""', '" "" """ x', "a\x00\u202eb"]
)
def test_any_description_is_a_docstring(told: str) -> None:
    (definition,) = ast.parse("\n".join(["class Order:", *docstring(told, "    ")])).body
    assert isinstance(definition, ast.ClassDef) and ast.get_docstring(definition) == told


def test_the_source_is_the_same_every_time(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert module_source(specification_of(tmp_path / "a", SHOP)) == module_source(
        specification_of(tmp_path / "b", SHOP)
    )


@pytest.mark.any_python
def test_the_source_and_its_users_are_typed(tmp_path: Path) -> None:
    """Types are strict and complete, for the module and for those who use it."""
    words = ", ".join(f"a_rather_long_word_{number}" for number in range(9))
    schemas = (
        SHOP
        + f"Long: {{type: object, properties: {{word: {{type: string, enum: [{words}]}}}}}}\n"
        + "Defaults: {type: object, properties: {a: {type: string, format: date, default: '2026-01-31'},"
        + " b: {type: array, items: {type: string}, default: [x]}, c: {type: number, default: 1},"
        + " list: {type: array, items: {type: string}}, str: {type: string},"
        + " Kind: {$ref: '#/components/schemas/Kind'}}}\n"
    )
    specification = specification_of(tmp_path, schemas)
    path = tmp_path / "shop_models.py"
    path.write_text(stamped(specification, module_source(specification)), encoding="utf-8")
    user = tmp_path / "user.py"
    user.write_text(
        "from shop_models import Defaults, Order\n\n"
        'order = Order(id=1, kind="book", class_="c", x_ref_no="r")\n'
        "note: str | None = order.note\n"
        "defaults = Defaults(list=['a'], str='b')\n"
        "items: list[str] | None = defaults.list\n"
    )
    assert mypy(path, user) == ""
    user.write_text("from shop_models import Order\n\nOrder(id='1', kind='car', nmae=1)\n")
    told = mypy(user)
    assert '"id"' in told and '"kind"' in told and '"nmae"' in told
    assert max(len(line) for line in path.read_text(encoding="utf-8").splitlines()) <= 120


def mypy(*files: Path) -> str:
    """What mypy says of the files; empty when nothing."""
    above = Path(pymacaron_core.__file__).parents[1]
    path = {} if above.name == "site-packages" else {"MYPYPATH": str(above)}
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", *map(str, files)]
    done = subprocess.run(
        command, cwd=files[0].parent, env=os.environ | path, capture_output=True, text=True, timeout=300
    )
    return done.stdout + done.stderr if done.returncode else ""

"""What type checkers see of a persistent model: its own class, everywhere."""

import subprocess
import sys

from documents import SHOP
from pymacaron_core import spec
from pymacaron_core.models.source import module_source

PROGRAM = """
from apis.shop_models import Book, Reading
from pymacaron_dynamodb import load, query

book = Book.load_from_db(1)
reveal_type(book)
reveal_type(Reading.query("ada", limit=3).items[0].page)
reveal_type(load(Book, 1))
reveal_type(query(Book, 1).cursor)
book.save_to_db()
book.save_to_db(overwrite="now")
"""


def test_mypy_knows_the_models_by_their_class(tmp_path):
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "__init__.py").touch()
    (tmp_path / "apis" / "shop.yaml").write_text(SHOP)
    specification, _ = spec.read(tmp_path / "apis" / "shop.yaml", root=tmp_path, name="shop")
    (tmp_path / "apis" / "shop_models.py").write_text(module_source(specification))
    (tmp_path / "use.py").write_text(PROGRAM)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "use.py"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300).stdout
    revealed = [line.partition('Revealed type is "')[2].rstrip('"') for line in told.splitlines() if "Revealed" in line]
    assert revealed == ["apis.shop_models.Book", "int | None", "apis.shop_models.Book", "str | None"], told
    assert told.count(" error: ") == 1 and 'use.py:11: error: Argument "overwrite" to "save_to_db"' in told

"""The store: models of any class that fulfils the protocol, saved, loaded, deleted and looked for.

::

    model -> item -> [ not changed since? ] -> table        table -> item -> model
"""

from __future__ import annotations

import secrets
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

from pymacaron_core.protocol import Model

from pymacaron_dynamodb.cursor import Page, cursor_of, key_of
from pymacaron_dynamodb.endpoint import Endpoint
from pymacaron_dynamodb.errors import ConflictError, DynamoDBItemNotFound, LimitExceeded, TableNotFound, ValueRefused
from pymacaron_dynamodb.item import EXACT, Attribute, Codec, Item, check_size
from pymacaron_dynamodb.items import ConditionFailed, Expected, Items
from pymacaron_dynamodb.keys import Keys, Range, checked_key, key_values, keys_of, told
from pymacaron_dynamodb.leaves import leaf_of
from pymacaron_dynamodb.memory import forget, recall, remember
from pymacaron_dynamodb.session import Session
from pymacaron_dynamodb.settings import DynamoDBSettings
from pymacaron_dynamodb.table import Key, Table, table_of
from pymacaron_dynamodb.tables import Tables
from pymacaron_dynamodb.unknown import with_unknown

ModelT = TypeVar("ModelT", bound=Model)
Result = TypeVar("Result")
PAGE = 1000
"""The most models in one page."""


@dataclass(frozen=True, slots=True)
class _Home:
    """Where the models of one class live, and how they become items."""

    table: Table
    codec: Codec


class Store:
    """The models in the tables of one endpoint. ``makes_tables``: a missing table is made when it is first needed."""

    def __init__(
        self, endpoint: Endpoint, settings: DynamoDBSettings | None = None, *, makes_tables: bool = False
    ) -> None:
        self.endpoint = endpoint
        self.settings = settings or DynamoDBSettings()
        self.makes_tables = makes_tables
        self.session = Session(endpoint, self.settings)
        self.items = Items(self.session)
        self.tables = Tables(self.session)
        self._homes: weakref.WeakKeyDictionary[type[Any], _Home] = weakref.WeakKeyDictionary()
        self._making = threading.Lock()

    def table(self, model: type[Model]) -> Table:
        """The table of a class. Raises ``TableError``."""
        return self._home(model).table

    def save(self, model: Model, *, overwrite: bool = False) -> None:
        """Save a model: a new one where there is none, a loaded one where nobody changed it since.

        Raises ``ConflictError`` otherwise, unless ``overwrite``; ``ValueRefused`` or ``LimitExceeded`` for a value that
        DynamoDB cannot hold, before anything is sent.
        """
        home = self._home(type(model))
        item = home.codec.to_item(model)
        keys = keys_of(home.table, item)
        before = _recalled(home.table, model, keys)
        if before is not None:
            item = with_unknown(before, item, home.codec.shapes, frozenset((home.table.version, EXACT)))
        item[home.table.version] = {"S": secrets.token_hex(8)}
        what = _shown(home.table, keys)
        check_size(item, what)
        try:
            expected = None if overwrite else _expected(home.table, before)
            self._with_table(home.table, lambda: self.items.put(home.table, item, expected))
        except ConditionFailed:
            self._check_lost_answer(home.table, keys, item, before is not None)
        remember(model, item)

    def load(self, model: type[ModelT], hash: Any, range: Any = None, *, consistent: bool = False) -> ModelT:
        """The model of a key. ``consistent`` sees every save that ended before; without it, a very late one may miss.

        Raises ``DynamoDBItemNotFound``, or ``ItemUnreadable`` where the item does not fit the class.
        """
        home = self._home(model)
        keys = self._keys(home, hash, range)
        item = self._with_table(home.table, lambda: self.items.get(home.table, keys, consistent=consistent))
        if item is None:
            raise DynamoDBItemNotFound(f"the table {home.table.name} has no item with {told(keys)}")
        return cast(ModelT, _made(home, item))

    def exists(self, model: type[Model], hash: Any, range: Any = None) -> bool:
        """Whether there is an item of that key."""
        home = self._home(model)
        keys = self._keys(home, hash, range)
        found = self._with_table(home.table, lambda: self.items.get(home.table, keys, consistent=True))
        return found is not None

    def delete(self, model: Model, *, overwrite: bool = False) -> None:
        """Delete the item of a model that was loaded or saved, where nobody changed it since.

        Raises ``ConflictError`` otherwise. ``overwrite`` deletes whatever is there, also for a model made by hand.
        """
        home = self._home(type(model))
        keys = self._keys(home, *key_values(home.table, model))
        before = _recalled(home.table, model, keys)
        if before is None and not overwrite:
            raise ConflictError(f"{_shown(home.table, keys)} was not loaded: load it, then delete it")
        try:
            expected = None if overwrite else _expected(home.table, before)
            self._with_table(home.table, lambda: self.items.delete(home.table, keys, expected))
        except ConditionFailed as failed:
            gone = failed.again and self.items.get(home.table, keys, consistent=True) is None
            if not gone:  # else an earlier attempt did it, and its answer was lost
                raise _conflict(home.table, keys) from None
        forget(model)

    def query(
        self,
        model: type[ModelT],
        hash: Any,
        *,
        at_least: Any = None,
        at_most: Any = None,
        begins_with: str | None = None,
        descending: bool = False,
        limit: int = 100,
        cursor: str | None = None,
        consistent: bool = False,
    ) -> Page[ModelT]:
        """The models of one hash in the order of their range, at most ``limit`` (1 to 1000) in a page.

        The bounds are inclusive. The page's cursor is None when nothing is behind it. Raises ``CursorInvalid``.
        """
        home = self._home(model)
        table = home.table
        hash_key = self._key(home, table.hash, "hash", hash)
        wanted = self._range(home, at_least, at_most, begins_with, descending)
        if not isinstance(limit, int) or not 1 <= limit <= PAGE:
            raise LimitExceeded(f"a page has 1 to {PAGE} items, not {limit!r}")
        start = key_of(table, hash_key, wanted, cursor) if cursor else None
        if wanted.is_empty:
            return Page([])
        found = self._found(table, hash_key, wanted, start, limit + 1, consistent)
        page = [cast(ModelT, _made(home, item)) for item in found[:limit]]
        return Page(page, cursor_of(table, found[limit - 1]) if len(found) > limit else None)

    def _found(
        self, table: Table, hash_key: Attribute, wanted: Range, start: Keys | None, limit: int, consistent: bool
    ) -> list[Item]:
        """So many items, or all there are: an answer of DynamoDB ends after 1 MB, and may have none at all."""
        found: list[Item] = []
        while len(found) < limit:
            ask = partial(self.items.query, table, hash_key, wanted, start, limit - len(found), consistent=consistent)
            items, start = self._with_table(table, ask)
            found += items
            if start is None:
                break
        return found

    def adopt(self, model: type[ModelT], item: Mapping[str, Any]) -> ModelT:
        """The model in an item as boto3's tables give them, remembered as if it had been loaded."""
        return cast(ModelT, _made(self._home(model), self.session.serialized(item)))

    def _home(self, model: type[Model]) -> _Home:
        home = self._homes.get(model)
        if home is None:
            table = table_of(model, self.settings.table_prefix)
            home = _Home(table, Codec(model, tuple(key.name for key in table.keys), table.ours))
            self._homes[model] = home
        return home

    def _keys(self, home: _Home, hash: Any, range: Any = None) -> Keys:
        table = home.table
        if (range is None) != (table.range is None):
            wanted = f"{table.hash.name} and {table.range.name}" if table.range else f"{table.hash.name} alone"
            raise ValueRefused(f"the key of the table {table.name} is {wanted}")
        keys = {table.hash.name: self._key(home, table.hash, "hash", hash)}
        if table.range is not None:
            keys[table.range.name] = self._key(home, table.range, "range", range)
        return keys

    def _key(self, home: _Home, key: Key, part: str, value: Any) -> Attribute:
        return checked_key(key, part, home.codec.key_attribute(key.name, value))

    def _range(self, home: _Home, at_least: Any, at_most: Any, begins_with: Any, descending: bool) -> Range:
        begins_with = None if begins_with == "" else begins_with  # which every text does
        key, given = home.table.range, [each is not None for each in (at_least, at_most, begins_with)]
        if not any(given):
            return Range(descending=descending)
        if key is None:
            raise ValueRefused(f"the table {home.table.name} has no range")
        if begins_with is not None:
            if key.type != "S" or not isinstance(begins_with, str) or sum(given) > 1:
                raise ValueRefused(
                    f"/{key.name}: begins_with takes a text, for a range that is one, and no other bound"
                )
            leaf_of(begins_with, f"/{key.name}")
            return Range(begins_with=checked_key(key, "range", {"S": begins_with}), descending=descending)
        bounds = [None if each is None else self._key(home, key, "range", each) for each in (at_least, at_most)]
        return Range(bounds[0], bounds[1], descending=descending)

    def _with_table(self, table: Table, operation: Callable[[], Result]) -> Result:
        """What an operation gives; where its table is missing and may be made, once that is done."""
        try:
            return operation()
        except TableNotFound as error:
            if not self.makes_tables:
                raise self.tables.missing(table) from error
        self.make([table])
        return operation()

    def make(self, tables: Iterable[Table]) -> None:
        """Make the tables that are missing."""
        with self._making:
            self.tables.create(tables)

    def _check_lost_answer(self, table: Table, keys: Keys, item: Item, was_there: bool) -> None:
        """Raise ``ConflictError``, unless the item there is the very one that was sent: only its answer was lost."""
        there = self.items.get(table, keys, consistent=True)
        if there is not None and there.get(table.version) == item[table.version]:
            return
        raise _conflict(table, keys) if was_there else ConflictError(f"{_shown(table, keys)} exists already")


def _recalled(table: Table, model: Model, keys: Keys) -> Mapping[str, Attribute] | None:
    """The item a model was, unless its key is another now: under that one it is new."""
    before = recall(model)
    if before is None or any(before.get(name) != value for name, value in keys.items()):
        return None
    return before


def _expected(table: Table, before: Mapping[str, Attribute] | None) -> Expected:
    return Expected(there=False) if before is None else Expected(True, before.get(table.version))


def _made(home: _Home, item: Item) -> Model:
    model = home.codec.to_model(item)
    remember(model, item)
    return model


def _conflict(table: Table, keys: Keys) -> ConflictError:
    return ConflictError(f"{_shown(table, keys)} was changed or deleted since it was loaded: load it again")


def _shown(table: Table, keys: Keys) -> str:
    return f"the item {told(keys)} of the table {table.name}"

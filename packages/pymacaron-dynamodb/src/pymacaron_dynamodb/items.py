"""Single items, read and written: the only room that imports PynamoDB, of which it uses the connection."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from pymacaron_dynamodb.item import Attribute, Item
from pymacaron_dynamodb.keys import Keys, Range
from pymacaron_dynamodb.session import Session, code_of
from pymacaron_dynamodb.table import Table


class ConditionFailed(Exception):  # no fault: an answer, for the room above
    """The item is not as the call wants it. ``attempts``: whether an earlier attempt may have been carried out."""

    def __init__(self, again: bool) -> None:
        super().__init__("the condition does not hold")
        self.again = again


@dataclass(frozen=True, slots=True)
class Expected:
    """What an item must be for a write: there (or not), and of a version (None: of none) where it is there."""

    there: bool
    version: Attribute | None = None


class Items:
    """The items of every table of one endpoint."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._lock = threading.Lock()
        self._connection: Any = None

    def get(self, table: Table, keys: Keys, *, consistent: bool = False) -> Item | None:
        """The item of a key, or None."""
        arguments = {**_key_arguments(table, keys), "consistent_read": consistent}
        answer = self._call("an item is read", table, lambda c: c.get_item(table.name, **arguments))
        found: Item | None = answer.get("Item")
        return found

    def put(self, table: Table, item: Item, expected: Expected | None) -> None:
        """Write a whole item. Raises ``ConditionFailed`` where the one there is not as expected."""
        keys = {key.name: item[key.name] for key in table.keys}
        arguments = {**_key_arguments(table, keys), "attributes": item, "condition": _condition(table, expected)}
        self._call("an item is saved", table, lambda c: c.put_item(table.name, **arguments))

    def delete(self, table: Table, keys: Keys, expected: Expected | None) -> None:
        """Delete an item. Raises ``ConditionFailed`` where the one there is not as expected."""
        arguments = {**_key_arguments(table, keys), "condition": _condition(table, expected)}
        self._call("an item is deleted", table, lambda c: c.delete_item(table.name, **arguments))

    def query(
        self, table: Table, hash_key: Attribute, wanted: Range, start: Keys | None, limit: int, *, consistent: bool
    ) -> tuple[list[Item], Keys | None]:
        """Items of one hash, at most ``limit``, and where to go on (None: there is no more)."""
        arguments = {
            "range_key_condition": _range_condition(table, wanted),
            "consistent_read": consistent,
            "exclusive_start_key": start,
            "limit": limit,
            "scan_index_forward": not wanted.descending,
        }
        answer = self._call("items are looked for", table, lambda c: c.query(table.name, hash_key, **arguments))
        return list(answer.get("Items", ())), answer.get("LastEvaluatedKey")

    def _call(self, what: str, table: Table, operation: Callable[[Any], Any]) -> Any:
        connection, attempts = self._connected(table), 0

        def attempt() -> Any:
            nonlocal attempts
            attempts += 1
            try:
                return operation(connection)
            except import_module("pynamodb.exceptions").PynamoDBException as error:
                if code_of(error.cause) == "ConditionalCheckFailedException":
                    raise ConditionFailed(attempts > 1) from None
                raise (error.cause.__cause__ or error.cause) from None  # PynamoDB's own lacks the status

        return self.session.call(f"{what} in the table {table.name}", attempt)

    def _connected(self, table: Table) -> Any:
        """PynamoDB's connection on our client, knowing the table."""
        with self._lock:
            if self._connection is None:
                self._connection = _connection(self.session)
            try:
                self._connection.get_meta_table(table.name)
            except import_module("pynamodb.exceptions").TableError:
                meta_table = import_module("pynamodb.connection.base").MetaTable
                self._connection.add_meta_table(meta_table(_description(table)))
        return self._connection


def _connection(session: Session) -> Any:
    logging.getLogger("pynamodb.settings").setLevel(logging.WARNING)  # else it tells where it finds none
    base = import_module("pynamodb.connection.base")

    class Connection(base.Connection):  # type: ignore[misc, name-defined]
        """PynamoDB's own, but for its client: ours has the deadlines, the credentials and the endpoint."""

        @property
        def client(self) -> Any:
            return session.client

    return Connection(region=session.endpoint.region, host=session.endpoint.url or None)


def _description(table: Table) -> dict[str, Any]:
    return {
        "TableName": table.name,
        "KeySchema": [
            {"AttributeName": key.name, "KeyType": kind}
            for key, kind in zip(table.keys, ("HASH", "RANGE"), strict=False)
        ],
        "AttributeDefinitions": [{"AttributeName": key.name, "AttributeType": key.type} for key in table.keys],
    }


def _key_arguments(table: Table, keys: Keys) -> dict[str, Any]:
    """A key as PynamoDB takes it: the bare values, whose types it knows from the table."""
    arguments = {"hash_key": keys[table.hash.name][table.hash.type]}
    if table.range is not None:
        arguments["range_key"] = keys[table.range.name][table.range.type]
    return arguments


def _condition(table: Table, expected: Expected | None) -> Any:
    if expected is None:
        return None
    path = import_module("pynamodb.expressions.operand").Path
    if not expected.there:
        return path([table.hash.name]).does_not_exist()
    if expected.version is None:
        return path([table.hash.name]).exists() & path([table.version]).does_not_exist()
    return path([table.version]) == expected.version


def _range_condition(table: Table, wanted: Range) -> Any:
    if table.range is None:
        return None
    path = import_module("pynamodb.expressions.operand").Path([table.range.name])
    if wanted.begins_with is not None:
        return path.startswith(wanted.begins_with)
    if wanted.at_least is not None and wanted.at_most is not None:
        return path.between(wanted.at_least, wanted.at_most)
    if wanted.at_least is not None:
        return path >= wanted.at_least
    return path <= wanted.at_most if wanted.at_most is not None else None

"""Tables, looked at and made through boto3's client: a table is never changed, and never deleted."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pymacaron_dynamodb.errors import DatabaseUnavailable, TableError, TableNotFound
from pymacaron_dynamodb.session import Session, code_of
from pymacaron_dynamodb.table import Key, Table

PATIENCE = 60.0
"""Seconds that a table may take to be made."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done about a table: ``create``, ``keep``, or nothing can be (``differs``), and why."""

    table: Table
    action: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        keys = [{"name": key.name, "type": key.type} for key in self.table.keys]
        return {"table": self.table.name, "action": self.action, "reason": self.reason, "key": keys}


class Tables:
    """The tables of one endpoint."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def answer(self, tables: Sequence[Table] = ()) -> None:
        """Have the database answer, at once or not at all.

        Raises ``TableNotFound`` or ``TableError`` for one of the tables that is missing, or has another key.
        """
        if not tables:
            self.session.call("the database is asked", lambda: self.session.client.list_tables(Limit=1), attempts=1)
        for table in tables:
            there = self._described(table, attempts=1)
            if there is None:
                raise self.missing(table)
            if _keys_of(there) != table.keys:
                raise TableError(self._other_key(table, there))

    def plan(self, tables: Iterable[Table]) -> list[Step]:
        """What ``create`` would do."""
        return [self._step(table) for table in tables]

    def create(self, tables: Iterable[Table]) -> list[Step]:
        """Make the tables that are missing, and wait until they are there; what was done.

        Raises ``TableError`` for the first one that is there with another key, before anything is made.
        """
        steps = self.plan(tables)
        for step in steps:
            if step.action == "differs":
                raise TableError(f"{step.reason}: declare that key, or give the new table another name")
        for step in steps:
            if step.action == "create":
                self._create(step.table)
                self._await(step.table)
        return steps

    def missing(self, table: Table) -> TableNotFound:
        """The error of a table that is not there."""
        return TableNotFound(
            f"the table {table.name} is not on {self.session.endpoint}: 'pymacaron-dynamodb create' makes it"
        )

    def _step(self, table: Table) -> Step:
        there = self._described(table)
        if there is None:
            return Step(table, "create", f"it is not on {self.session.endpoint}")
        if _keys_of(there) != table.keys:
            return Step(table, "differs", self._other_key(table, there))
        return Step(table, "keep", "it is there")

    def _other_key(self, table: Table, there: dict[str, Any]) -> str:
        keys = _keys_of(there)
        found = Table(table.name, keys[0], keys[1] if len(keys) > 1 else None)
        return f"the table on {self.session.endpoint} is {found}, not {table}"

    def _create(self, table: Table) -> None:
        what = f"the table {table.name} is made"
        try:
            self.session.call(what, lambda: self._created(table))
        except TableNotFound:
            raise DatabaseUnavailable(f"{what}: {self.session.endpoint} lost it") from None

    def _created(self, table: Table) -> None:
        client = self.session.client
        kinds = ("HASH", "RANGE")
        try:
            client.create_table(
                TableName=table.name,
                KeySchema=[
                    {"AttributeName": key.name, "KeyType": kind} for key, kind in zip(table.keys, kinds, strict=False)
                ],
                AttributeDefinitions=[{"AttributeName": key.name, "AttributeType": key.type} for key in table.keys],
                BillingMode="PAY_PER_REQUEST",
            )
        except client.exceptions.ClientError as error:
            if code_of(error) != "ResourceInUseException":  # somebody else makes it just now
                raise

    def _await(self, table: Table) -> None:
        end, pause = time.monotonic() + PATIENCE, 0.02
        while (there := self._described(table)) is None or there["TableStatus"] in ("CREATING", "UPDATING"):
            if time.monotonic() + pause > end:
                raise DatabaseUnavailable(f"the table {table.name} is not ready after {PATIENCE:.0f} seconds")
            time.sleep(pause)
            pause = min(1.0, pause * 2)

    def _described(self, table: Table, attempts: int = 6) -> dict[str, Any] | None:
        client, what = self.session.client, f"the table {table.name} is looked at"
        try:
            answer = self.session.call(what, lambda: client.describe_table(TableName=table.name), attempts)
        except TableNotFound:
            return None
        found: dict[str, Any] = answer["Table"]
        return found


def _keys_of(described: dict[str, Any]) -> tuple[Key, ...]:
    types = {each["AttributeName"]: each["AttributeType"] for each in described["AttributeDefinitions"]}
    ordered = sorted(described["KeySchema"], key=lambda each: str(each["KeyType"]))
    return tuple(Key(each["AttributeName"], types[each["AttributeName"]]) for each in ordered)

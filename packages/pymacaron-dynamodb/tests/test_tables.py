"""Tables on each emulator: the missing ones are made, and nothing that is there is touched."""

import threading

import pytest
from hand_written import Note
from pymacaron_dynamodb import Table, TableError
from pymacaron_dynamodb import TableNotFound as NoTable
from pymacaron_dynamodb.table import Key


@pytest.fixture
def table(store):
    return store.table(Note)


def test_missing_tables_are_made_once(store, table):
    assert [step.action for step in store.tables.plan([table])] == ["create"]
    assert [step.action for step in store.tables.create([table])] == ["create"]
    assert [step.action for step in store.tables.create([table])] == ["keep"]
    described = store.session.client.describe_table(TableName=table.name)["Table"]
    assert described["TableStatus"] == "ACTIVE"
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert [each["AttributeName"] for each in described["KeySchema"]] == ["owner", "number"]


def test_a_table_with_another_key_is_refused_before_anything_is_made(store, table):
    store.tables.create([table])
    other = Table(table.name, Key("owner", "S"))
    new = Table(f"{table.name}.new", Key("x", "B"))
    assert [step.action for step in store.tables.plan([new, other])] == ["create", "differs"]
    with pytest.raises(TableError, match=r"\(owner: S, number: N\), not .* \(owner: S\): declare that key, or give"):
        store.tables.create([new, other])
    assert [step.action for step in store.tables.plan([new])] == ["create"]


def test_many_who_make_a_table_at_once_all_have_it(store, table):
    done = []
    makers = [threading.Thread(target=lambda: done.append(store.tables.create([table]))) for _ in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join(60)
    assert len(done) == 4


def test_a_step_is_told_as_json(store, table):
    key = [{"name": "owner", "type": "S"}, {"name": "number", "type": "N"}]
    told = store.tables.plan([table])[0].to_json()
    assert told == {"table": table.name, "action": "create", "reason": f"it is not on {store.endpoint}", "key": key}


def test_the_database_answers_for_the_tables_it_is_asked_for(store, table):
    store.tables.answer()
    with pytest.raises(NoTable, match="is not on"):
        store.tables.answer([table])
    store.tables.create([table])
    store.tables.answer([table])
    with pytest.raises(TableError, match=r"is .* \(owner: S, number: N\), not .* \(number: N\)"):
        store.tables.answer([Table(table.name, Key("number", "N"))])


def test_a_missing_table_is_made_when_it_is_first_needed(store):
    assert not store.exists(Note, "ada", 1)
    assert [step.action for step in store.tables.plan([store.table(Note)])] == ["keep"]

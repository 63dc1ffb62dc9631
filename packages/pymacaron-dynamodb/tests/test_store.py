"""The store, on each emulator: what is saved comes back, and no update is lost."""

import base64
import threading
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from hand_written import Note
from pymacaron_dynamodb import ConflictError, CursorInvalid, DynamoDBItemNotFound, LimitExceeded


class Name(Note):
    """A model whose range is a text."""

    schema: ClassVar = {
        "type": "object",
        "x-persist": {"table": "names", "hash": "owner", "range": "name"},
        "properties": {"owner": {"type": "string"}, "name": {"type": "string"}},
    }


def attributes_of(store, model, **key):
    """The item as it lies in the table."""
    return store.session.client.get_item(TableName=store.table(model).name, Key=key)["Item"]


def put(store, model, item):
    """Write an item past the store, as another program would."""
    store.make([store.table(model)])
    store.session.client.put_item(TableName=store.table(model).name, Item=item)


VALUES = [
    {"text": ""},
    {"text": None},
    {"text": "a\x00b \U0001f600 e\u0301"},
    {"price": Decimal("12.30")},
    {"price": Decimal("-0")},
    {"price": Decimal("1E+30")},
    {"price": Decimal("0.1234567890123456789012345678901234567")},
    {"price": Decimal("9.9999999999999999999999999999999999999E+125")},
    {"price": Decimal("1E-130")},
    {"weight": 0.1},
    {"weight": -0.0},
    {"weight": 3.0},
    {"weight": 1e23},
    {"weight": 2.2250738585072014e-100},
    {"at": datetime(2024, 2, 29, 10, 0, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))},
    {"at": datetime(2024, 2, 29, 10, tzinfo=timezone.utc)},
    {"at": datetime(1, 1, 1)},
    {"day": date(9999, 12, 31)},
    {"id": UUID(int=7)},
    {"data": b""},
    {"data": bytes(range(256))},
    {"free": {}},
    {"free": {"a": [1, 1.0, 2**53 + 1, -0.0, None, True, [[]], {"b": {}}]}},
    {"lines": []},
    {"lines": [{"text": "x", "length": 10**37 + 1}, {}]},
]


@pytest.mark.parametrize("values", VALUES, ids=lambda values: str(values)[:40])
def test_a_value_comes_back_exactly(shared_store, values):
    owner = uuid4().hex
    note = Note(owner=owner, number=1, **values)
    shared_store.save(note)
    loaded = shared_store.load(Note, owner, 1)
    assert {n: repr(v) for n, v in loaded.values.items()} == {n: repr(v) for n, v in note.values.items()}


def test_a_large_integer_and_a_late_date_are_keys_too(store):
    store.save(Note(owner="ada", number=10**125))
    assert store.load(Note, "ada", 10**125).values == {"owner": "ada", "number": 10**125}


def test_what_is_not_there_is_not_found(store):
    with pytest.raises(DynamoDBItemNotFound, match="has no item with owner=ada and number=1") as raised:
        store.load(Note, "ada", 1)
    assert (raised.value.status, raised.value.code) == (404, "ITEM_NOT_FOUND")
    assert not store.exists(Note, "ada", 1)


def test_a_loaded_model_is_changed_and_saved(store):
    store.save(Note(owner="ada", number=1, text="one"))
    note = store.load(Note, "ada", 1)
    for text in ("two", "three"):
        note.values["text"] = text
        store.save(note)
    assert store.load(Note, "ada", 1, consistent=True).values["text"] == "three"


def test_a_saved_model_can_be_saved_again_without_being_loaded(store):
    note = Note(owner="ada", number=1)
    store.save(note)
    note.values["text"] = "more"
    store.save(note)
    assert store.load(Note, "ada", 1).values["text"] == "more"


def test_a_stale_model_is_neither_saved_nor_deleted(store):
    store.save(Note(owner="ada", number=1, text="one"))
    mine, theirs = store.load(Note, "ada", 1), store.load(Note, "ada", 1)
    theirs.values["text"] = "theirs"
    store.save(theirs)
    mine.values["text"] = "mine"
    with pytest.raises(ConflictError, match="was changed or deleted") as raised:
        store.save(mine)
    assert (raised.value.status, raised.value.code) == (409, "CONFLICT")
    with pytest.raises(ConflictError):
        store.delete(mine)
    assert store.load(Note, "ada", 1).values["text"] == "theirs"


def test_a_new_model_does_not_replace_one_that_is_there_unless_it_is_told_to(store):
    store.save(Note(owner="ada", number=1, text="one"))
    before = store.load(Note, "ada", 1)
    with pytest.raises(ConflictError, match="exists already"):
        store.save(Note(owner="ada", number=1, text="two"))
    store.save(Note(owner="ada", number=1, text="three"), overwrite=True)
    assert store.load(Note, "ada", 1).values["text"] == "three"
    with pytest.raises(ConflictError):
        store.save(before)


def test_an_item_made_anew_is_another_one_for_those_who_knew_the_first(store):
    store.save(Note(owner="ada", number=1))
    old = store.load(Note, "ada", 1)
    store.delete(store.load(Note, "ada", 1))
    store.save(Note(owner="ada", number=1))
    with pytest.raises(ConflictError):
        store.save(old)


def test_a_model_saved_under_another_key_is_a_new_one(store):
    store.save(Note(owner="ada", number=1, text="x"))
    note = store.load(Note, "ada", 1)
    note.values["number"] = 2
    store.save(note)
    assert store.exists(Note, "ada", 1) and store.exists(Note, "ada", 2)


def test_a_deleted_model_is_gone_and_can_be_saved_again(store):
    note = Note(owner="ada", number=1)
    store.save(note)
    store.delete(note)
    assert not store.exists(Note, "ada", 1)
    store.save(note)
    assert store.exists(Note, "ada", 1)


def test_only_what_was_loaded_is_deleted_unless_it_is_told_to(store):
    store.save(Note(owner="ada", number=1))
    with pytest.raises(ConflictError, match="was not loaded"):
        store.delete(Note(owner="ada", number=1))
    store.delete(Note(owner="ada", number=1), overwrite=True)
    assert not store.exists(Note, "ada", 1)


def test_an_item_of_another_program_has_no_version_and_gets_one(store):
    put(store, Note, {"owner": {"S": "ada"}, "number": {"N": "1"}, "text": {"S": "x"}})
    first, second = store.load(Note, "ada", 1), store.load(Note, "ada", 1)
    store.save(first)
    with pytest.raises(ConflictError):
        store.save(second)


def test_unknown_attributes_outlive_a_save_at_any_depth(store):
    line = {"text": {"S": "x"}, "colour": {"S": "red"}}
    item = {"owner": {"S": "ada"}, "number": {"N": "1"}, "old": {"SS": ["b"]}, "lines": {"L": [{"M": line}, {"M": {}}]}}
    put(store, Note, item)
    note = store.load(Note, "ada", 1)
    assert note.values == {"owner": "ada", "number": 1, "lines": [{"text": "x"}, {}]}
    note.values["lines"][0]["text"] = "changed"
    note.values["text"] = "new"
    store.save(note)
    store.save(note)
    now = attributes_of(store, Note, owner={"S": "ada"}, number={"N": "1"})
    assert now["old"] == {"SS": ["b"]} and now["text"] == {"S": "new"}
    assert now["lines"]["L"][0] == {"M": {"text": {"S": "changed"}, "colour": {"S": "red"}}}


def test_a_number_that_another_program_changed_is_believed(store):
    store.save(Note(owner="ada", number=1, price=Decimal("12.30")))
    item = attributes_of(store, Note, owner={"S": "ada"}, number={"N": "1"})
    put(store, Note, {**item, "price": {"N": "7"}})
    assert repr(store.load(Note, "ada", 1).values["price"]) == "Decimal('7')"


def test_eight_writers_lose_no_update(store):
    store.save(Note(owner="ada", number=1, free={"count": 0}))
    conflicts = []

    def work():
        for _ in range(8):
            while True:
                note = store.load(Note, "ada", 1, consistent=True)
                note.values["free"]["count"] += 1
                try:
                    store.save(note)
                    break
                except ConflictError as error:
                    conflicts.append(error)

    writers = [threading.Thread(target=work) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert store.load(Note, "ada", 1, consistent=True).values["free"] == {"count": 64}
    assert conflicts


def test_one_of_many_who_make_the_same_item_at_once_wins(store):
    store.make([store.table(Note)])
    won, lost = [], []

    def work(place):
        try:
            store.save(Note(owner="ada", number=1, text=str(place)))
            won.append(str(place))
        except ConflictError:
            lost.append(place)

    writers = [threading.Thread(target=work, args=(place,)) for place in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert (len(won), len(lost)) == (1, 7)
    assert store.load(Note, "ada", 1).values["text"] == won[0]


@pytest.fixture
def numbers(shared_store):
    ada = uuid4().hex
    for number in (5, -1, 3, 10, 2):
        shared_store.save(Note(owner=ada, number=number))
    shared_store.save(Note(owner=uuid4().hex, number=4))

    def found(**wanted):
        page = shared_store.query(Note, ada, **wanted)
        return [note.values["number"] for note in page.items], page.cursor

    found.owner = ada
    return found


def test_a_query_gives_the_models_of_one_hash_in_their_order(numbers):
    assert numbers() == ([-1, 2, 3, 5, 10], None)
    assert numbers(descending=True) == ([10, 5, 3, 2, -1], None)
    assert numbers(at_least=3) == ([3, 5, 10], None)
    assert numbers(at_most=3) == ([-1, 2, 3], None)
    assert numbers(at_least=2, at_most=5) == ([2, 3, 5], None)
    assert numbers(at_least=5, at_most=2) == ([], None)
    assert numbers(at_least=10, at_most=9) == ([], None)


@pytest.mark.parametrize("descending", [False, True])
def test_pages_follow_each_other_and_the_last_one_has_no_cursor(numbers, descending):
    found, cursor, pages = [], None, 0
    while pages < 10:
        items, cursor = numbers(limit=2, cursor=cursor, descending=descending)
        found, pages = found + items, pages + 1
        if cursor is None:
            break
    assert found == sorted([-1, 2, 3, 5, 10], reverse=descending)
    assert pages == 3
    assert numbers(limit=5)[1] is None


@pytest.mark.parametrize("cursor", ["x", "!!", "e30", "W10", "WzFd", "bnVsbA", "\u00e9", "A" * 5000])
def test_a_cursor_of_nobodys_is_refused(numbers, cursor):
    with pytest.raises(CursorInvalid, match="was not given by this query") as raised:
        numbers(cursor=cursor)
    assert (raised.value.status, raised.value.code) == (400, "INVALID_PARAMETER")


@pytest.mark.parametrize(
    "told",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        *(f'["TABLE",["S","ada"],["N",{number}]]' for number in ('"x"', '""', '"NaN"', '"1e999"', "[1]", "null", "2")),
        '["TABLE",["S","ada"],["N","' + "9" * 500 + '"]]',
        '["TABLE",["S","ada"],["S","2"]]',
        '["TABLE",["S","ada"]]',
        '["TABLE",["S","ada"],["N","2"],["N","2"]]',
    ],
)
def test_a_cursor_that_somebody_forged_never_reaches_the_database(numbers, shared_store, told):
    text = told.replace("TABLE", shared_store.table(Note).name).replace("ada", numbers.owner)
    with pytest.raises(CursorInvalid):
        numbers(cursor=base64.urlsafe_b64encode(text.encode()).decode())


@pytest.mark.parametrize("bounds", [{"at_least": 3}, {"at_most": 1}, {"at_least": 3, "at_most": 10}])
def test_a_cursor_of_other_bounds_is_refused(numbers, bounds):
    cursor = numbers(limit=2)[1]
    assert numbers(at_least=2, cursor=cursor) == ([3, 5, 10], None)
    with pytest.raises(CursorInvalid):
        numbers(cursor=cursor, **bounds)


def test_a_query_for_how_texts_begin_takes_what_a_user_typed(store):
    for name in ("", "ada", "adam", "bob", "\u00e9"):
        store.save(Name(owner="x", name=name or "0"))

    def found(begins_with, **wanted):
        return [each.values["name"] for each in store.query(Name, "x", begins_with=begins_with, **wanted).items]

    assert found("ada") == ["ada", "adam"]
    assert found("") == found(None) == ["0", "ada", "adam", "bob", "\u00e9"]
    assert found("\u00e9") == ["\u00e9"]
    cursor = store.query(Name, "x", begins_with="ada", limit=1).cursor
    assert found("ada", cursor=cursor) == ["adam"]
    with pytest.raises(CursorInvalid):
        found("b", cursor=cursor)
    for wrong in ("x" * 1025, "\ud800"):
        with pytest.raises(LimitExceeded, match="/name"):
            found(wrong)


@pytest.mark.parametrize("limit", [0, 1001, "5", 2.5, None])
def test_a_page_of_no_size_is_refused(store, limit):
    with pytest.raises(LimitExceeded, match="a page has 1 to 1000 items"):
        store.query(Note, "ada", limit=limit)


def test_a_cursor_of_another_hash_is_refused(shared_store, numbers):
    cursor = numbers(limit=1)[1]
    with pytest.raises(CursorInvalid):
        shared_store.query(Note, "bob", cursor=cursor)


def test_a_query_reads_on_where_an_answer_of_the_database_ends(store):
    for number in range(5):
        store.save(Note(owner="ada", number=number, text="x" * 350_000))
    page = store.query(Note, "ada")
    assert [note.values["number"] for note in page.items] == [0, 1, 2, 3, 4]
    assert page.cursor is None


def test_models_of_a_query_are_saved_as_loaded_ones_are(numbers, shared_store):
    note = shared_store.query(Note, numbers.owner, at_least=10).items[0]
    note.values["text"] = "found"
    shared_store.save(note)
    assert shared_store.load(Note, numbers.owner, 10).values["text"] == "found"

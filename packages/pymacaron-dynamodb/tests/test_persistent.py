"""Persistent models as services write them: declared in the document, or by a class as in 2.x."""

import copy
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from types import ModuleType

import flask
import pymacaron_dynamodb
import pytest
from documents import BOOK, SHOP
from hand_written import Note
from pymacaron_core import API, Conflict, NotFound
from pymacaron_dynamodb import (
    ConflictError,
    DynamoDBItemNotFound,
    Page,
    Persistence,
    PersistentModel,
    PersistentSwaggerObject,
    TableError,
)

PROFILES = """
swagger: "2.0"
info: {title: Server, version: "1"}
paths: {}
definitions:
  Profile:
    type: object
    x-persist: profiles_of_a_test.PersistentProfile
    required: [profile_id]
    properties:
      profile_id: {type: string}
      view_count: {type: integer}
      rating: {type: number}
"""


class PersistentProfile(PersistentSwaggerObject):
    api_name = "myserver"
    model_name = "Profile"
    table_name = "profiles"
    primary_key = "profile_id"


@pytest.fixture
def shop(application):
    return application(SHOP).apis["shop"].catalog


@pytest.fixture
def profile(application, monkeypatch):
    """The model that derives from a class of 2.x's kind."""
    module = ModuleType("profiles_of_a_test")
    module.PersistentProfile = PersistentProfile
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return application(PROFILES, name="myserver").apis["myserver"].catalog.Profile


def test_a_declared_model_saves_and_loads_itself(shop):
    book = shop.Book.from_json(BOOK)
    book.save_to_db()
    loaded = shop.Book.load_from_db(book.id, consistent=True)
    assert type(loaded) is shop.Book and loaded == book
    assert loaded.to_json() == book.to_json()
    loaded.price += Decimal("0.01")
    loaded.save_to_db()
    assert shop.Book.load_from_db(book.id).price == Decimal("12.31")
    assert issubclass(shop.Book, PersistentModel)


def test_what_is_remembered_is_no_property(shop):
    book = shop.Book(id=1, title="x")
    book.save_to_db()
    assert book == shop.Book(id=1, title="x")
    assert book.to_json() == {"id": 1, "title": "x"} and "_v" not in repr(book)
    assert shop.Book.get_property_names() == list(shop.Book.get_model_schema()["properties"])


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda book: book.clone(), lambda book: book.model_copy()]
)
def test_a_copy_of_a_loaded_model_is_saved_as_the_model_would_be(shop, copied):
    shop.Book(id=1, title="x").save_to_db()
    twin = copied(shop.Book.load_from_db(1))
    twin.title = "y"
    twin.save_to_db()
    assert shop.Book.load_from_db(1).title == "y"


def test_conflicts_and_missing_items_are_errors_of_core_too(shop):
    shop.Book(id=1, title="x").save_to_db()
    with pytest.raises(Conflict):
        shop.Book(id=1, title="y").save_to_db()
    with pytest.raises(NotFound):
        shop.Book.load_from_db(2)
    shop.Book(id=1, title="z").save_to_db(overwrite=True)
    stale = shop.Book.load_from_db(1)
    shop.Book.load_from_db(1).delete_from_db()
    with pytest.raises(ConflictError):
        stale.delete_from_db()
    assert not shop.Book.exists(1)
    shop.Book(id=1, title="x").save_to_db()
    shop.Book(id=1, title="").delete_from_db(overwrite=True)
    assert not shop.Book.exists(1)


def test_a_moment_in_a_key_is_found_under_any_offset_and_keeps_its_own(shop):
    user, at = "00000000-0000-4000-8000-00000000000A", datetime(2024, 2, 29, 12, tzinfo=timezone(timedelta(hours=2)))
    for hours in (3, 0, 1):
        shop.Reading(user=user, at=at + timedelta(hours=hours), page=hours).save_to_db()
    loaded = shop.Reading.load_from_db(user, at.astimezone(timezone.utc))
    assert loaded.at.isoformat() == "2024-02-29T12:00:00+02:00" and loaded.page == 0
    assert shop.Reading.exists(user.lower(), "2024-02-29T10:00:00Z")
    page = shop.Reading.query(user, at_least="2024-02-29T11:00:00Z", limit=1)
    assert isinstance(page, Page) and [each.page for each in page.items] == [1]
    assert [each.page for each in shop.Reading.query(user, limit=1, cursor=page.cursor, descending=False).items] == [3]
    assert [each.page for each in shop.Reading.query(user, descending=True).items] == [3, 1, 0]
    assert [each.page for each in shop.Reading.query(user, begins_with="2024-02-29T1").items] == [0, 1, 3]
    assert shop.Reading.query(user, begins_with="2025").items == []
    assert shop.Reading.query(user, at_least="2025-01-01T00:00:00Z", at_most="2024-01-01T00:00:00Z").items == []


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (("a", None), "the key of the table readings is user and at"),
        (("a", "2024-01-01T00:00:00Z"), "/user: the text is no uuid"),
        (("00000000-0000-4000-8000-00000000000A", "soon"), "/at: the text is no date-time"),
        (("00000000-0000-4000-8000-00000000000A", 5), "/at: the range of a key must be a text"),
    ],
)
def test_a_key_that_can_be_none_is_refused(shop, key, message):
    with pytest.raises((pymacaron_dynamodb.LimitExceeded, pymacaron_dynamodb.ValueRefused), match=message):
        shop.Reading.load_from_db(*key)


@pytest.mark.parametrize(
    ("model", "key", "message"),
    [
        ("Book", (True,), "/id: a key cannot be True"),
        ("Book", ("1",), "/id: the hash of a key must be a number"),
        ("Book", (1, 2), "the key of the table books is id alone"),
        ("Note", ("", 1), "/owner: the hash of a key has 1 to 2048 bytes, not 0"),
        ("Note", ("x" * 2049, 1), "/owner: the hash of a key has 1 to 2048 bytes, not 2049"),
    ],
)
def test_a_key_of_another_kind_or_size_is_refused(shop, model, key, message):
    kept = Note if model == "Note" else shop.Book
    with pytest.raises((pymacaron_dynamodb.LimitExceeded, pymacaron_dynamodb.ValueRefused), match=message):
        pymacaron_dynamodb.load(kept, *key)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"limit": 0}, "a page has 1 to 1000 items, not 0"),
        ({"begins_with": "x"}, "/number: begins_with takes a text"),
        ({"at_least": "x"}, "/number: the range of a key must be a number"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(shop, wanted, message):
    with pytest.raises((pymacaron_dynamodb.LimitExceeded, pymacaron_dynamodb.ValueRefused), match=message):
        pymacaron_dynamodb.query(Note, "ada", **wanted)
    with pytest.raises(pymacaron_dynamodb.ValueRefused, match="the table books has no range"):
        shop.Book.query(1, at_least=1)


def test_a_model_without_its_key_is_refused(shop):
    with pytest.raises(pymacaron_dynamodb.ValueRefused, match="/number: the range of the key is not set"):
        pymacaron_dynamodb.save(Note(owner="ada"))
    with pytest.raises(pymacaron_dynamodb.ValueRefused, match="/number: this part of the key is not set"):
        pymacaron_dynamodb.delete(Note(owner="ada"), overwrite=True)


def test_models_of_any_class_are_kept_by_functions(shop):
    pymacaron_dynamodb.save(Note(owner="ada", number=1, text="x"))
    note = pymacaron_dynamodb.load(Note, "ada", 1)
    assert note == Note(owner="ada", number=1, text="x")
    assert pymacaron_dynamodb.query(Note, "ada").items == [note]
    pymacaron_dynamodb.delete(note)
    assert not pymacaron_dynamodb.exists(Note, "ada", 1)


def test_two_applications_keep_their_models_apart(application):
    one, two = (application(SHOP, name=name) for name in ("one", "two"))
    book = one.apis["one"].catalog.Book(id=1, title="x")
    one.plugins["dynamodb"].store.save(book)
    assert one.plugins["dynamodb"].store.exists(type(book), 1)
    assert not two.plugins["dynamodb"].store.exists(two.apis["two"].catalog.Book, 1)


def test_a_class_of_2x_is_the_parent_of_its_model(profile):
    assert issubclass(profile, PersistentProfile)
    profile(profile_id="bob", view_count=1, rating=4.5).save_to_db()
    loaded = PersistentProfile.load_from_db("bob")
    assert type(loaded) is profile and loaded.rating == 4.5
    loaded.view_count += 1
    loaded.save_to_db()
    assert profile.load_from_db("bob").view_count == 2
    assert PersistentProfile.exists("bob") and not PersistentProfile.exists("eve")
    with pytest.raises(DynamoDBItemNotFound, match="the table profiles has no item with profile_id=eve"):
        PersistentProfile.load_from_db("eve")
    assert [each.profile_id for each in PersistentProfile.query("bob").items] == ["bob"]
    loaded.delete_from_db()
    assert not PersistentProfile.exists("bob")


def test_the_names_of_2x_lead_to_boto3s_table(profile):
    profile(profile_id="bob", view_count=1).save_to_db()
    table = PersistentProfile.get_table()
    assert table.name == "profiles" == pymacaron_dynamodb.get_dynamodb().Table("profiles").name
    table.put_item(Item={"profile_id": "ada", "view_count": 7, "rating": Decimal("1.5"), "__persistence_class__": "x"})
    found = table.get_item(Key={"profile_id": "ada"})["Item"]
    made = PersistentProfile.to_model(found)
    assert made == profile(profile_id="ada", view_count=7, rating=1.5)
    made.view_count = 8
    made.save_to_db()
    PersistentSwaggerObject.setup(PersistentProfile)
    assert (PersistentProfile.model, PersistentProfile.table.name) == (profile, "profiles")
    assert PersistentProfile.api.Profile is profile


def test_a_class_that_names_no_model_is_told(shop):
    class Nameless(PersistentSwaggerObject):
        table_name = "things"

    class Lost(Nameless):
        api_name, model_name = "shop", "Bok"

    with pytest.raises(TableError, match="Nameless is no model: give it an api_name and a model_name"):
        Nameless.load_from_db("x")
    with pytest.raises(TableError, match="Lost is for a model that is not there: the API 'shop' has no model 'Bok'"):
        Lost.load_from_db("x")
    with pytest.raises(TableError, match="Lost is no model: make one of the class that derives from it"):
        Lost().save_to_db()


def test_a_hand_written_class_may_derive_from_it_too(shop):
    class Kept(PersistentModel, Note):
        pass

    Kept(owner="ada", number=1, free={"a": [1]}).save_to_db()
    for copied in (copy.copy, copy.deepcopy):
        note = copied(Kept.load_from_db("ada", 1))
        note.values["free"]["a"].append(2)
        note.save_to_db()
    assert Kept.load_from_db("ada", 1).values["free"] == {"a": [1, 2, 2]}


SERVICE = """
openapi: 3.0.3
info: {title: Notes, version: "1"}
paths:
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getNote
      responses: {"200": {description: x, content: {application/json: {schema: {$ref: "#/components/schemas/Memo"}}}}}
    post:
      operationId: makeNote
      responses: {"200": {description: x, content: {application/json: {schema: {$ref: "#/components/schemas/Memo"}}}}}
components:
  schemas:
    Memo:
      x-persist: {table: memos, hash: id}
      properties: {id: {type: string}, free: {type: object}}
"""


def test_errors_are_answered_as_a_callers_own(tmp_path):
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "memos.yaml").write_text(SERVICE)
    api = API(flask.Flask("memos"), root=tmp_path, persistence=Persistence())

    @api.operation("getNote")
    def get(id):
        return pymacaron_dynamodb.load(sys.modules["apis.memos_models"].Memo, id)

    @api.operation("makeNote")
    def make(id):
        memo = sys.modules["apis.memos_models"].Memo(id=id)
        memo.save_to_db()
        return memo

    client = api.load_apis().finish().app.test_client()
    missing = client.get("/notes/a")
    assert (missing.status_code, missing.json["error"]) == (404, "ITEM_NOT_FOUND")
    assert client.post("/notes/a").json == {"id": "a"} == client.get("/notes/a").json
    again = client.post("/notes/a")
    assert (again.status_code, again.json["error"]) == (409, "CONFLICT")
    long = client.get(f"/notes/{'x' * 3000}")
    assert (long.status_code, long.json["error"]) == (400, "INVALID_PARAMETER")
    assert client.get("/health/ready").status_code == 200


def test_a_property_with_a_methods_name_leaves_the_method_its_name(application):
    document = SHOP.replace("page: {type: integer}", "query: {type: string}\n        exists: {type: boolean}")
    reading = application(document).apis["shop"].catalog.Reading
    user, at = "00000000-0000-4000-8000-00000000000A", "2024-01-01T00:00:00Z"
    book = reading(user=user, at=at, query="x", exists=True)
    assert (book.query_, book.to_json()["query"], book.exists_) == ("x", "x", True)
    assert book.save_to_db() is None
    assert reading.exists(book.user, book.at)
    assert reading.query(book.user).items == [book]
    assert pymacaron_dynamodb.query(type(book), book.user).items == [book]

"""Tables, as documents and classes of 2.x's kind declare them: what is wrong is told before anything is made."""

import pytest
from hand_written import Note
from pymacaron_dynamodb import Table, TableError
from pymacaron_dynamodb.table import Key, distinct, is_persistent, table_of

PROPERTIES = {
    "text": {"type": "string"},
    "maybe": {"type": ["string", "null"]},
    "at": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "id": {"type": "string", "format": "uuid"},
    "number": {"type": "integer"},
    "price": {"type": "string", "format": "decimal"},
    "cores_price": {"anyOf": [{"type": "number"}, {"type": "string"}]},
    "data": {"type": "string", "format": "byte"},
    "free": {"type": "object"},
    "time": {"type": "string", "format": "time"},
    "either": {"type": ["string", "integer"]},
    "anything": {},
    "a[0]": {"type": "string"},
    "_v": {"type": "string"},
}


def declaring(persist, properties=PROPERTIES, **attributes):
    """A model with properties of every kind that says this of its table."""
    schema = {"type": "object", "properties": {n: p for n, p in properties.items() if n != "_v"}, "x-persist": persist}
    return type("Thing", (Note,), {"schema": schema, **attributes})


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *[(name, "S") for name in ("text", "maybe", "at", "day", "id")],
        *[(name, "N") for name in ("number", "price", "cores_price")],
        ("data", "B"),
    ],
)
def test_the_schema_says_the_type_of_a_key(name, kind):
    assert table_of(declaring({"table": "things", "hash": name})) == Table("things", Key(name, kind))


def test_a_prefix_stands_before_the_name():
    told = {"table": "things", "hash": "text", "range": "number", "version": "rev"}
    table = table_of(declaring(told), "live.")
    assert table == Table("live.things", Key("text", "S"), Key("number", "N"), "rev")
    assert str(table) == "live.things (text: S, number: N)"


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"hash": "text"}, "it names no table: write x-persist"),
        ({"table": "things"}, "it names no hash"),
        ({"table": "no", "hash": "text"}, "a table's name has 3 to 255 letters, digits.* not 'no'"),
        ({"table": "a/b/c", "hash": "text"}, "a table's name has"),
        ({"table": "things", "hash": "nothing"}, "hash must be a property, and there is no 'nothing'"),
        ({"table": "things", "hash": "text", "range": "text"}, "hash and range are both 'text'"),
        ({"table": "things", "hash": 5}, "hash must be a name of 1 to 255 characters without brackets, not 5"),
        ({"table": "things", "hash": "a[0]"}, "without brackets"),
        ({"table": "things", "hash": "text", "ttl": "at"}, "'ttl' is no option; there are table, hash, range"),
        ({"table": "things", "hash": "text", "version": "number"}, "'number' must be no property"),
        ({"table": "things", "hash": "text", "version": "_exact"}, "'_exact' must be no property"),
        *[({"table": "things", "hash": n}, f"and '{n}' is not") for n in ("free", "time", "either", "anything")],
        ("nowhere.Thing", "the class nowhere.Thing cannot be imported"),
        ("Thing", "the class Thing cannot be imported"),
        (None, "it names no table"),
    ],
)
def test_what_is_declared_wrongly_is_told(told, message):
    with pytest.raises(TableError, match=message) as raised:
        table_of(declaring(told))
    assert str(raised.value).startswith("x-persist of notes.Thing: ")


def test_a_property_of_the_versions_name_wants_another():
    schema = {"type": "object", "properties": PROPERTIES, "x-persist": {"table": "things", "hash": "text"}}
    model = type("Thing", (Note,), {"schema": schema})
    with pytest.raises(TableError, match="'_v' must be no property: name another by 'version'"):
        table_of(model)


def test_a_class_of_2x_says_it_by_attributes():
    model = declaring({}, table_name="things", primary_key="text")
    assert table_of(model) == Table("things", Key("text", "S"))
    assert is_persistent(model)


def test_a_hand_written_model_may_name_such_a_class(monkeypatch):
    module = type(pytest)("profiles_of_a_test")
    module.Kept = type("Kept", (), {"table_name": "things", "primary_key": "text"})
    monkeypatch.setitem(__import__("sys").modules, module.__name__, module)
    assert table_of(declaring("profiles_of_a_test.Kept")).name == "things"


def test_only_models_that_say_so_are_kept():
    assert is_persistent(Note)
    assert not is_persistent(declaring("my.own.Class"))
    assert not is_persistent(declaring({"class": "my.own.Class"}))
    assert is_persistent(declaring({"class": "my.own.Class"}, load_from_db=None))


def test_two_models_may_share_a_table_with_one_key_only():
    one, other = Table("things", Key("a", "S")), Table("things", Key("a", "N"))
    assert distinct([one, one, Table("bings", Key("a", "S"))]) == [Table("bings", Key("a", "S")), one]
    with pytest.raises(TableError, match=r"things with different keys: things \(a: S\) and things \(a: N\)"):
        distinct([one, other])

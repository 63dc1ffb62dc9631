"""People are added, found, changed, greeted and forgotten."""

from io import BytesIO

from apis.helloworld_models import Person
from flask.testing import FlaskClient
from pymacaron_core import timenow

PNG = b"\x89PNG\r\n\x1a\n not much of a picture"


def test_a_person_is_added_and_found(client: FlaskClient) -> None:
    added = client.post("/people", json={"name": "Ada", "birthday": "1815-12-10"})
    assert added.status_code == 201
    assert added.get_json()["language"] == "en"
    assert client.get(f"/people/{added.get_json()['id']}").get_json() == added.get_json()
    assert client.get("/people").get_json() == {"people": [added.get_json()], "total": 1}


def test_two_people_cannot_have_one_name(client: FlaskClient) -> None:
    client.post("/people", json={"name": "Ada"})
    answer = client.post("/people", json={"name": "Ada"})
    assert answer.status_code == 409
    assert answer.get_json()["error"] == "PERSON_EXISTS"
    assert answer.get_json()["user_message"] == "Somebody called Ada is here already."


def test_people_are_listed_by_language_and_birthday_up_to_the_limit(client: FlaskClient) -> None:
    for name, language, birthday in (
        ("Ada", "en", "1815-12-10"),
        ("Astrid", "sv", "1907-11-14"),
        ("Selma", "sv", None),
    ):
        client.post("/people", json={"name": name, "language": language, "birthday": birthday})
    assert [p["name"] for p in client.get("/people?language=sv").get_json()["people"]] == ["Astrid", "Selma"]
    assert [p["name"] for p in client.get("/people?born-before=1900-01-01").get_json()["people"]] == ["Ada"]
    limited = client.get("/people?limit=1").get_json()
    assert (len(limited["people"]), limited["total"]) == (1, 3)


def test_a_birthday_is_forgotten_by_null_and_kept_when_it_is_not_named(client: FlaskClient) -> None:
    client.post("/people", json={"name": "Ada", "birthday": "1815-12-10"})
    assert client.patch("/people/1", json={"language": "fr"}).get_json()["birthday"] == "1815-12-10"
    assert client.patch("/people/1", json={"birthday": None}).get_json()["birthday"] is None


def test_a_person_is_greeted_in_their_language(client: FlaskClient) -> None:
    client.post("/people", json={"name": "Selma", "language": "sv"})
    assert client.get("/people/1/greeting").get_json()["text"] == "Hej, Selma!"


def test_the_model_has_the_method_of_its_parent_class() -> None:
    person = Person(id=1, name="Marie", language="fr", birthday=None, added=timenow())
    assert person.greeting() == "Bonjour, Marie!"


def test_a_picture_comes_back_as_it_was_sent(client: FlaskClient) -> None:
    client.post("/people", json={"name": "Ada"})
    sent = client.put("/people/1/picture", data={"picture": (BytesIO(PNG), "ada.png"), "caption": "Me"})
    assert sent.get_json() == {"media_type": "image/png", "bytes": len(PNG), "caption": "Me"}
    got = client.get("/people/1/picture")
    assert (got.data, got.mimetype) == (PNG, "image/png")


def test_a_person_who_was_removed_is_gone(client: FlaskClient) -> None:
    client.post("/people", json={"name": "Ada"})
    assert client.delete("/people/1").status_code == 204
    assert client.get("/people/1").get_json()["error"] == "NO_SUCH_PERSON"

"""The example service: each operation rightly and wrongly, its files as committed, its README, its old way to start."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO

import pytest
import readme
from flask.testing import FlaskClient
from modules import apart
from pymacaron_core import Application, load, spec
from pymacaron_core.models import module_source
from pymacaron_core.models.stamp import stamped

import engines

EXAMPLE = engines.EXAMPLE
ADA = {"name": "Ada", "birthday": "1815-12-10"}
ENTRY = {"author": "Ada", "text": "Lovely", "tags": ["first"]}
NOBODY = "00000000-0000-4000-8000-000000000000"
PNG = b"\x89PNG\r\n\x1a\n not much of a picture"


@pytest.fixture(scope="module")
def application() -> Iterator[Application]:
    """The example, loaded in this process; its modules are forgotten afterwards."""
    with apart("apis", "helloworld", "server"):
        yield load(EXAMPLE)


@pytest.fixture
def client(application: Application) -> FlaskClient:
    """The example without anybody in it."""
    api, guestbook = sys.modules["helloworld.api"], sys.modules["helloworld.guestbook"]
    for store in (api.people, api.pictures, api.moods, guestbook.entries):
        store.clear()
    return application.app.test_client()


@pytest.fixture
def entry(client: FlaskClient) -> str:
    """The address of an entry of the guestbook."""
    return f"/guestbook/entries/{client.post('/guestbook/entries', json=ENTRY).json['id']}"


def faults(answer) -> list[tuple[str, str, str]]:
    """Where each fault of a request is, and which rule it breaks."""
    assert (answer.status_code, answer.json["error"]) == (400, "INVALID_PARAMETER")
    return [(fault["in"], fault["pointer"], fault["rule"]) for fault in answer.json["errors"]]


def refused(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["error"]


def test_the_models_on_disk_are_those_of_the_documents(tmp_path):
    for name, path in spec.find(EXAMPLE / "apis").items():
        specification, warnings = spec.read(path, root=EXAMPLE, name=name)
        assert warnings == ()
        on_disk = path.with_name(f"{name}_models.py").read_text(encoding="utf-8")
        assert on_disk == stamped(specification, module_source(specification)), (
            "run 'pymacaron generate' in the example"
        )


def test_nothing_in_the_documents_is_left_unenforced(application):
    assert [fault for api in application.apis.values() for fault in api.catalog.unenforced] == []


def test_every_function_takes_all_that_its_operation_declares(application):
    assert [r.binding.name for api in application.apis.values() for r in api.routes if r.binding.dropped] == []


@pytest.mark.parametrize(
    ("query", "text"), [("", "Hello, World!"), ("?name=Bo", "Hello, Bo!"), ("?language=fr", "Bonjour, World!")]
)
def test_hello_greets(client, query, text):
    answer = client.get(f"/hello{query}")
    assert (answer.status_code, answer.json["text"]) == (200, text)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", answer.json["at"])


def test_hello_refuses_languages_it_does_not_speak_and_empty_names(client):
    expected = [("query", "/name", "minLength"), ("query", "/language", "enum")]
    assert faults(client.get("/hello?language=tlh&name=")) == expected


def test_a_person_is_added_with_the_defaults_of_the_document(client):
    answer = client.post("/people", json={"name": "Ada"})
    assert answer.status_code == 201
    assert {**answer.json, "added": ""} == {"id": 1, "name": "Ada", "language": "en", "birthday": None, "added": ""}
    assert list(answer.json) == ["id", "name", "language", "birthday", "added"]


def test_every_fault_of_a_person_is_told_at_once(client):
    answer = client.post("/people", json={"language": "xx", "birthday": "yesterday", "shoe": 43})
    assert set(faults(answer)) == {
        ("body", "/name", "required"),
        ("body", "/language", "enum"),
        ("body", "/birthday", "format"),
        ("body", "/shoe", "additionalProperties"),
    }


@pytest.mark.parametrize(
    ("body", "rule"),
    [("", "required"), ("{", "json"), ("[]", "type"), ('{"name": 1}', "type"), ('{"name": null}', "type")],
)
def test_a_body_that_is_no_person_is_refused(client, body, rule):
    told = faults(client.post("/people", data=body, content_type="application/json"))
    assert [fault[2] for fault in told] == [rule]


def test_a_person_in_another_media_type_is_refused(client):
    assert refused(client.post("/people", data={"name": "Ada"})) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_name_that_is_taken_is_a_conflict_with_words_for_the_user(client):
    client.post("/people", json=ADA)
    answer = client.post("/people", json=ADA)
    assert refused(answer) == (409, "PERSON_EXISTS")
    assert answer.json["user_message"] == "Somebody called Ada is here already."


def test_the_configuration_says_how_many_people_fit(client, application, monkeypatch):
    monkeypatch.setitem(application.config.values, "most_people", 1)
    client.post("/people", json=ADA)
    assert refused(client.post("/people", json={"name": "Bo"})) == (409, "TOO_MANY_PEOPLE")


def test_people_are_listed_up_to_the_limit_by_language_and_birthday(client):
    for name, language, birthday in (("A", "en", "1815-12-10"), ("B", "sv", "1907-11-14"), ("C", "sv", None)):
        client.post("/people", json={"name": name, "language": language, "birthday": birthday})

    def names(query: str) -> tuple[str, int]:
        found = client.get(f"/people{query}").json
        return "".join(person["name"] for person in found["people"]), found["total"]

    assert names("") == ("ABC", 3)
    assert names("?limit=1") == ("A", 3)
    assert names("?language=sv") == ("BC", 2)
    assert names("?born-before=1900-01-01") == ("A", 1)


def test_a_list_of_people_refuses_limits_and_dates_that_are_none(client):
    for limit, rule in (("0", "minimum"), ("101", "maximum"), ("many", "type"), ("1.5", "type")):
        expected = [("query", "/limit", rule), ("query", "/born-before", "format")]
        assert faults(client.get(f"/people?limit={limit}&born-before=1900")) == expected


@pytest.mark.parametrize(("number", "rule"), [("x", "type"), ("0", "minimum"), ("1.5", "type")])
@pytest.mark.parametrize(("method", "path"), [("get", ""), ("patch", ""), ("delete", ""), ("get", "/greeting")])
def test_a_path_that_names_no_number_of_a_person_is_refused(client, method, path, number, rule):
    answer = client.open(f"/people/{number}{path}", method=method.upper(), json={} if method == "patch" else None)
    assert faults(answer) == [("path", "/person_id", rule)]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/greeting"), ("GET", "/picture")]
)
def test_somebody_who_is_not_there_is_not_found(client, method, path):
    answer = client.open(f"/people/7{path}", method=method, json={} if method == "PATCH" else None)
    assert refused(answer) == (404, "NO_SUCH_PERSON")
    assert answer.json["error_description"] == "there is no person 7"


def test_only_what_is_given_changes_and_null_forgets(client):
    client.post("/people", json=ADA)
    assert client.patch("/people/1", json={"language": "fr"}).json["birthday"] == "1815-12-10"
    changed = client.patch("/people/1", json={"birthday": None}).json
    assert (changed["birthday"], changed["language"]) == (None, "fr")
    assert client.get("/people/1").json == changed


def test_a_change_that_does_not_fit_is_refused(client):
    client.post("/people", json=ADA)
    client.post("/people", json={"name": "Bo"})
    answer = client.patch("/people/1", json={"language": None, "id": 2})
    assert {fault[1] for fault in faults(answer)} == {"/language", "/id"}
    assert refused(client.patch("/people/1", json={"name": "Bo"})) == (409, "PERSON_EXISTS")


def test_a_person_is_greeted_by_the_method_of_the_parent_class(client):
    client.post("/people", json={"name": "Selma", "language": "sv"})
    assert client.get("/people/1/greeting").json["text"] == "Hej, Selma!"


def test_a_person_who_is_removed_is_gone(client):
    client.post("/people", json=ADA)
    answer = client.delete("/people/1")
    assert (answer.status_code, answer.data) == (204, b"")
    assert client.get("/people/1").status_code == 404


def test_a_picture_comes_back_as_it_was_sent(client):
    client.post("/people", json=ADA)
    sent = client.put("/people/1/picture", data={"picture": (BytesIO(PNG), "ada.png"), "caption": "Me"})
    assert sent.json == {"media_type": "image/png", "bytes": len(PNG), "caption": "Me"}
    assert client.get("/people/1").json["picture"] == sent.json
    got = client.get("/people/1/picture")
    assert (got.status_code, got.mimetype, got.data) == (200, "image/png", PNG)


def test_a_picture_that_is_none_is_refused(client):
    client.post("/people", json=ADA)
    assert refused(client.get("/people/1/picture")) == (404, "NO_PICTURE")
    text = {"picture": "no file", "caption": "x" * 201}
    told = faults(client.put("/people/1/picture", data=text, content_type="multipart/form-data"))
    assert told == [("body", "/picture", "type"), ("body", "/caption", "maxLength")]
    file = {"picture": (BytesIO(b"text"), "notes.txt")}
    assert refused(client.put("/people/1/picture", data=file)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert refused(client.put("/people/1/picture", json={})) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_picture_larger_than_the_configuration_allows_is_refused(client):
    client.post("/people", json=ADA)
    answer = client.put("/people/1/picture", data=b"x" * 1_100_000, content_type="multipart/form-data; boundary=b")
    assert refused(answer) == (413, "PAYLOAD_TOO_LARGE")


def test_feedback_is_a_form_and_is_counted(client):
    client.post("/feedback", data={"mood": "sad"})
    assert client.post("/feedback", data={"mood": "happy", "stars": "5"}).json == {
        "happy": 1,
        "indifferent": 0,
        "sad": 1,
    }


def test_feedback_that_does_not_fit_is_refused(client):
    told = faults(client.post("/feedback", data={"mood": "angry", "stars": "many"}))
    assert told == [("body", "/mood", "enum"), ("body", "/stars", "type")]
    assert refused(client.post("/feedback", json={"mood": "happy"})) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_failure_tells_the_caller_an_id_and_the_log_the_rest(client, caplog):
    answer = client.get("/oops")
    assert refused(answer) == (500, "SERVER_ERROR")
    assert set(answer.json) == {"status", "error", "error_description", "error_id"}
    assert b"coffee" not in answer.data
    assert any(answer.json["error_id"] in line and "coffee" in line for line in caplog.text.splitlines())


def test_entries_are_found_by_tags_and_moment_the_newest_first(client):
    first = client.post("/guestbook/entries", json=ENTRY)
    assert first.status_code == 201
    client.post("/guestbook/entries", json={"author": "Bo", "text": "Good", "tags": ["second", "first"]})

    def authors(**query: str) -> list[str]:
        return [entry["author"] for entry in client.get("/guestbook/entries", query_string=query).json["entries"]]

    assert authors() == ["Bo", "Ada"]
    assert authors(tags="first,second") == ["Bo"]
    assert authors(limit="1") == ["Bo"]
    assert authors(since=first.json["written"]) == ["Bo", "Ada"]
    assert authors(since="2999-01-01T00:00:00Z") == []


def test_entries_that_do_not_fit_are_refused(client, entry):
    answer = client.post("/guestbook/entries", json={"author": "", "tags": ["a", "a"]})
    assert set(faults(answer)) == {
        ("body", "/author", "minLength"),
        ("body", "/text", "required"),
        ("body", "/tags", "uniqueItems"),
    }
    assert faults(client.get("/guestbook/entries?since=today")) == [("query", "/since", "format")]
    assert faults(client.get("/guestbook/entries/7")) == [("path", "/entry_id", "format")]
    assert client.get(entry).status_code == 200
    assert refused(client.get(f"/guestbook/entries/{NOBODY}")) == (404, "NOT_FOUND")


def test_a_file_is_attached_as_keywords(client, entry):
    form = {"file": (BytesIO(b"four"), "notes.txt"), "title": "Notes"}
    client.post(f"{entry}/attachments", data=form)
    attached = client.post(f"{entry}/attachments", data={"file": (BytesIO(b"x"), "x")}).json["attachments"]
    assert [(each["title"], each["bytes"]) for each in attached] == [("Notes", 4), ("untitled", 1)]


def test_an_attachment_without_a_file_is_refused(client, entry):
    form = {"title": "Notes"}
    answer = client.post(f"{entry}/attachments", data=form, content_type="multipart/form-data")
    assert faults(answer) == [("body", "/file", "required")]
    file = {"file": (BytesIO(b"x"), "x")}
    assert refused(client.post(f"/guestbook/entries/{NOBODY}/attachments", data=file)) == (404, "NOT_FOUND")


def test_what_every_service_has_is_there(client):
    assert client.get("/ping").json == {}
    told = client.get("/version").json
    apis = [api["name"] for api in told["apis"]]
    assert (told["name"], apis) == ("helloworld", ["account", "guestbook", "helloworld"])
    assert client.get("/doc/").status_code == 200
    assert refused(client.get("/nowhere")) == (404, "NOT_FOUND")
    answer = client.put("/people")
    assert refused(answer) == (405, "METHOD_NOT_ALLOWED")
    assert {"GET", "POST"} <= answer.allow


def test_the_readme_prints_what_the_service_answers(client):
    commands = list(readme.curls(EXAMPLE / "README.md"))
    assert len(commands) > 14
    token = client.post("/account/login", json={"user": "ada", "password": "macaron"}).json["token"]
    client.delete("/account/profile", headers={"Authorization": f"Bearer {token}"})
    for command, printed in commands:
        answer = readme.curl(client, command.replace("$TOKEN", token), EXAMPLE).get_data(as_text=True)
        assert readme.masked(answer) == readme.masked(printed), command


def test_the_readme_shows_the_server_as_it_is():
    (server,) = readme.blocks(EXAMPLE / "README.md", "python")
    assert server == (EXAMPLE / "server.py").read_text(encoding="utf-8")


def test_the_example_is_typed():
    mypy = [sys.executable, "-m", "mypy", "--no-incremental", "--no-error-summary", "--follow-imports=silent", "."]
    done = subprocess.run(mypy, cwd=EXAMPLE, capture_output=True, text=True)
    assert done.stdout + done.stderr == ""


def test_python_server_py_serves_it_and_stops_cleanly(service):
    told, port = service / "told", engines.free_port()
    command = [sys.executable, "server.py", "--port", str(port)]
    with told.open("w") as stderr, subprocess.Popen(command, cwd=service, stderr=stderr, stdout=stderr) as process:
        try:
            engines.awaited(lambda: engines.answers(f"http://127.0.0.1:{port}/hello?name=Ada"), "the service")
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, "Traceback" in told.read_text()) == (0, False)

"""The Petstore, which everybody knows and nobody wrote for this project, in Swagger 2.0 and in OpenAPI 3.0.

An in-memory store serves both documents as they were published: see ``petstore/``.
"""

import http.client
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import flask
import pymacaron_core
import pytest
from petstore import openapi_operations, store, swagger_operations
from pymacaron_core import API, current_call

FOLDER = Path(store.__file__).parent
DIALECTS = {"swagger": swagger_operations, "openapi": openapi_operations}
OWNER = {"Authorization": "Bearer an-owner"}
KEY = {"api_key": "special-key"}
REX = {"id": 1, "name": "Rex", "photoUrls": ["rex.png"], "status": "available", "tags": [{"id": 1, "name": "big"}]}
ANN = {"id": 1, "username": "ann", "firstName": "Ann", "password": "secret", "userStatus": 1}
ORDER = {"id": 3, "petId": 1, "quantity": 2, "status": "placed", "shipDate": "2030-01-31T12:00:00Z", "complete": False}


class Petstore:
    """A served document, and a client that prefixes the base path and lets no answer of 500 or more pass."""

    def __init__(self, dialect, root):
        (root / "apis").mkdir()
        shutil.copy(FOLDER / f"{dialect}.yaml", root / "apis" / "petstore.yaml")
        app = flask.Flask("petstore", root_path=str(root))
        self.dialect = dialect
        self.api = API(app, root=root, guards=store.GUARDS, handlers=DIALECTS[dialect]).load_apis()
        self.api.finish()
        self.specification = self.api.application.apis["petstore"].specification
        self.client = app.test_client()
        self.answered = set()
        app.after_request(self._note)

    def _note(self, response):
        if response.status_code < 300:
            self.answered.add(current_call().operation_id)
        return response

    def call(self, method, path, **options):
        answer = self.client.open(self.specification.base_path + path, method=method, **options)
        assert answer.status_code < 500, answer.text
        return answer

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, **options):
        return self.call("POST", path, **options)

    def put(self, path, **options):
        return self.call("PUT", path, **options)

    def delete(self, path, **options):
        return self.call("DELETE", path, **options)


@pytest.fixture(params=DIALECTS)
def petstore(request, tmp_path):
    store.clear()
    return Petstore(request.param, tmp_path)


def assert_refused(answer, status, pointer=None):
    """The error body: JSON, in its order, with the fault's place, and nothing of the inside."""
    assert (answer.status_code, answer.mimetype) == (status, "application/json"), answer.text
    assert list(answer.json)[:3] == ["status", "error", "error_description"] and answer.json["status"] == status
    assert "Traceback" not in answer.text and "error_caught" not in answer.json
    if pointer is not None:
        assert pointer in [f"{fault['in']} {fault['pointer']}" for fault in answer.json["errors"]]


def keep_pets(petstore):
    added = petstore.post("/pet", json=REX, headers=OWNER)
    assert (added.status_code, added.json) == (200, REX)
    named = petstore.post("/pet", json={"name": "Nameless", "photoUrls": []}, headers=OWNER).json
    assert petstore.get(f"/pet/{named['id']}", headers=KEY).json == named

    assert petstore.get("/pet/findByStatus?status=available", headers=OWNER).json == [REX]
    assert petstore.get("/pet/findByStatus?status=sold", headers=OWNER).json == []
    assert petstore.get("/pet/findByTags?tags=small&tags=big", headers=OWNER).json == [REX]
    assert petstore.get("/store/inventory", headers=KEY).json == {"available": 1}

    sold = {**REX, "status": "sold", "category": {"id": 2, "name": "Dogs"}}
    assert petstore.put("/pet", json=sold, headers=OWNER).status_code == 200
    assert petstore.get("/pet/1", headers=KEY).json == sold
    assert petstore.get("/store/inventory", headers=KEY).json == {"sold": 1}

    change = {"name": "Rex II", "status": "pending"}
    place = "query_string" if petstore.dialect == "openapi" else "data"
    assert petstore.post("/pet/1", **{place: change}, headers=OWNER).status_code == 200
    assert petstore.get("/pet/1", headers=KEY).json == {**sold, **change}

    picture = b"\x89PNG\x00\xff"
    upload = {"data": picture, "content_type": "application/octet-stream", "query_string": {"additionalMetadata": "x"}}
    if petstore.dialect == "swagger":
        upload = {"data": {"additionalMetadata": "x", "file": (io.BytesIO(picture), "rex.png")}}
    said = petstore.post("/pet/1/uploadImage", **upload, headers=OWNER)
    assert said.json == {"code": 200, "type": "x", "message": "6 bytes"}
    assert store.images == {1: picture}

    assert petstore.delete("/pet/1", headers=OWNER).status_code == 200
    assert_refused(petstore.get("/pet/1", headers=KEY), 404)


def take_orders(petstore):
    assert petstore.post("/store/order", json=ORDER).json == ORDER
    assert petstore.get("/store/order/3").json == ORDER
    assert petstore.delete("/store/order/3").status_code == 200
    assert_refused(petstore.get("/store/order/3"), 404)


def know_users(petstore):
    made = petstore.post("/user", json=ANN)
    assert (made.status_code, made.text and made.json) == (200, ANN if petstore.dialect == "openapi" else "")
    assert petstore.get("/user/ann").json == ANN
    assert petstore.post("/user/createWithList", json=[{**ANN, "username": "bob"}]).status_code == 200
    if petstore.dialect == "swagger":
        assert petstore.post("/user/createWithArray", json=[{**ANN, "username": "cyd"}]).status_code == 200
        assert petstore.get("/user/cyd").json["username"] == "cyd"

    session = petstore.get("/user/login?username=bob&password=secret")
    assert (session.json, session.headers["X-Rate-Limit"]) == ("session of bob", "5000")
    assert store.logged_in == {"bob"}
    assert petstore.get("/user/logout").data == b""
    assert store.logged_in == set()

    assert petstore.put("/user/bob", json={**ANN, "username": "bobby"}).status_code == 200
    assert_refused(petstore.get("/user/bob"), 404)
    assert petstore.delete("/user/bobby").status_code == 200
    assert_refused(petstore.get("/user/bobby"), 404)


@pytest.mark.parametrize("live", [keep_pets, take_orders, know_users])
def test_what_one_call_does_the_next_one_sees(petstore, live):
    live(petstore)


def test_every_operation_of_the_document_was_answered(petstore):
    for live in (keep_pets, take_orders, know_users):
        live(petstore)
    assert petstore.answered == {operation.id for operation in petstore.specification.operations}


def test_a_form_of_the_newer_document_makes_a_pet_too(tmp_path):
    petstore = Petstore("openapi", tmp_path)
    fields = {"id": "7", "name": "Fay", "photoUrls": ["a", "b"], "category": '{"id": 2}', "tags": ['{"id": 3}']}
    made = petstore.post("/pet", data=fields, headers=OWNER)
    assert made.json == {"id": 7, "name": "Fay", "category": {"id": 2}, "photoUrls": ["a", "b"], "tags": [{"id": 3}]}
    fields["tags"] = '[{"name": 1}'
    assert_refused(petstore.post("/pet", data=fields, headers=OWNER), 400, "body /tags/0")


WRONG = [
    ("addPet", "POST", "/pet", {"json": {"name": 1}}, 400, "body /name"),
    ("addPet", "POST", "/pet", {"json": {"name": "Rex"}}, 400, "body /photoUrls"),
    ("addPet", "POST", "/pet", {"json": {**REX, "status": "lost"}}, 400, "body /status"),
    ("addPet", "POST", "/pet", {"json": {**REX, "tags": [{"id": "1"}]}}, 400, "body /tags/0/id"),
    ("addPet", "POST", "/pet", {"data": "{", "content_type": "application/json"}, 400, "body "),
    ("addPet", "POST", "/pet", {}, 400, "body "),
    ("updatePet", "PUT", "/pet", {"json": {**REX, "photoUrls": None}}, 400, "body /photoUrls"),
    ("updatePet", "PUT", "/pet", {"json": {**REX, "id": 99}}, 404, None),
    ("findPetsByStatus", "GET", "/pet/findByStatus?status=lost", {}, 400, None),
    ("findPetsByTags", "GET", "/pet/findByTags?tags=%ff", {}, 400, "query /tags"),
    ("getPetById", "GET", "/pet/one", {}, 400, "path /petId"),
    ("getPetById", "GET", "/pet/9223372036854775808", {}, 400, "path /petId"),
    ("getPetById", "GET", "/pet/99", {}, 404, None),
    ("updatePetWithForm", "POST", "/pet/1.5", {}, 400, "path /petId"),
    ("updatePetWithForm", "POST", "/pet/99", {}, 404, None),
    ("deletePet", "DELETE", "/pet/-", {}, 400, "path /petId"),
    ("deletePet", "DELETE", "/pet/99", {}, 404, None),
    ("uploadFile", "POST", "/pet/x/uploadImage", {}, 400, "path /petId"),
    ("uploadFile", "POST", "/pet/99/uploadImage", {}, 404, None),
    ("getInventory", "GET", "/store/inventory", {"headers": {"Accept": "text/html"}}, 406, None),
    ("placeOrder", "POST", "/store/order", {"json": {**ORDER, "quantity": 2**31}}, 400, "body /quantity"),
    ("placeOrder", "POST", "/store/order", {"json": {**ORDER, "complete": "yes"}}, 400, "body /complete"),
    ("placeOrder", "POST", "/store/order", {"json": {**ORDER, "shipDate": "tomorrow"}}, 400, "body /shipDate"),
    ("placeOrder", "POST", "/store/order", {}, 400, None),
    ("getOrderById", "GET", "/store/order/x", {}, 400, "path /orderId"),
    ("getOrderById", "GET", "/store/order/9", {}, 404, None),
    ("deleteOrder", "DELETE", "/store/order/x", {}, 400, "path /orderId"),
    ("deleteOrder", "DELETE", "/store/order/9", {}, 404, None),
    ("createUser", "POST", "/user", {"json": {**ANN, "userStatus": "1"}}, 400, "body /userStatus"),
    ("createUser", "POST", "/user", {"json": []}, 400, "body "),
    ("createUsersWithListInput", "POST", "/user/createWithList", {"json": [ANN, {"id": 0.5}]}, 400, "body /1/id"),
    ("createUsersWithArrayInput", "POST", "/user/createWithArray", {"json": ANN}, 400, "body "),
    ("loginUser", "GET", "/user/login?username=ann&password=wrong", {}, 400, None),
    ("logoutUser", "POST", "/user/logout", {}, 405, None),
    ("getUserByName", "GET", "/user/nobody", {}, 404, None),
    ("updateUser", "PUT", "/user/ann", {"json": {**ANN, "email": {}}}, 400, "body /email"),
    ("updateUser", "PUT", "/user/nobody", {"json": ANN}, 404, None),
    ("deleteUser", "DELETE", "/user/nobody", {}, 404, None),
]


def test_wrong_input_is_refused_by_every_operation(petstore):
    tried = set()
    ids = {operation.id for operation in petstore.specification.operations}
    for name, method, path, options, status, pointer in WRONG:
        if name in ids:
            headers = {**OWNER, **KEY, **options.get("headers", {})}
            assert_refused(petstore.call(method, path, **{**options, "headers": headers}), status, pointer)
            tried.add(name)
    assert tried == ids


def test_a_query_that_must_be_there_must_be_there(tmp_path):
    petstore = Petstore("swagger", tmp_path)
    assert_refused(petstore.get("/pet/findByStatus", headers=OWNER), 400, "query /status")
    assert_refused(petstore.get("/pet/findByTags", headers=OWNER), 400, "query /tags")
    nobody = petstore.get("/user/login")
    assert_refused(nobody, 400, "query /username")
    assert_refused(nobody, 400, "query /password")


def test_bounds_of_the_older_document_are_kept(tmp_path):
    petstore = Petstore("swagger", tmp_path)
    assert_refused(petstore.get("/store/order/11"), 400, "path /orderId")
    assert_refused(petstore.delete("/store/order/0"), 400, "path /orderId")


def path_of(operation):
    return operation.path.replace("{petId}", "1").replace("{orderId}", "1").replace("{username}", "ann")


def test_what_is_protected_takes_no_caller_without_credentials(petstore):
    protected = [operation for operation in petstore.specification.operations if operation.security]
    assert len(protected) == 9
    for operation in protected:
        nameless = petstore.call(operation.method, path_of(operation))
        assert_refused(nameless, 401)
        assert nameless.json["error"] == "AUTHORIZATION_HEADER_MISSING"
        if any("petstore_auth" in alternative for alternative in operation.security):
            stranger = {"Authorization": "Bearer stranger"}
            assert_refused(petstore.call(operation.method, path_of(operation), headers=stranger), 401)
            reader = {"Authorization": "Bearer a-reader"}
            assert_refused(petstore.call(operation.method, path_of(operation), headers=reader), 403)
        if any("api_key" in alternative for alternative in operation.security):
            assert_refused(petstore.call(operation.method, path_of(operation), headers={"api_key": "guess"}), 401)


def test_a_pet_is_found_by_key_or_by_token_where_the_document_says_or(tmp_path):
    petstore = Petstore("openapi", tmp_path)
    petstore.post("/pet", json=REX, headers=OWNER)
    assert petstore.get("/pet/1", headers=KEY).json == petstore.get("/pet/1", headers=OWNER).json == REX


def test_a_method_that_is_not_declared_is_a_405_that_says_which_are(petstore):
    for path in {operation.path for operation in petstore.specification.operations}:
        declared = {o.method for o in petstore.specification.operations if o.path == path}
        operation = next(o for o in petstore.specification.operations if o.path == path)
        answer = petstore.call("PATCH", path_of(operation))
        assert_refused(answer, 405)
        assert declared <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize("content_type", ["application/xml", "application/x-yaml", "nonsense"])
def test_a_body_that_nobody_reads_is_a_415(petstore, content_type):
    bodied = [operation for operation in petstore.specification.operations if operation.body]
    for operation in bodied:
        options = {"data": "<pet/>", "content_type": content_type, "headers": OWNER}
        assert_refused(petstore.call(operation.method, path_of(operation), **options), 415)


def test_replies_are_json_and_xml_alone_is_not_to_be_had(petstore):
    petstore.post("/pet", json=REX, headers=OWNER)
    both = petstore.get("/pet/1", headers={**KEY, "Accept": "application/xml, application/json;q=0.5"})
    assert (both.status_code, both.mimetype) == (200, "application/json")
    assert_refused(petstore.get("/pet/1", headers={**KEY, "Accept": "application/xml"}), 406)


def test_what_is_beside_the_base_path_is_not_there(petstore):
    assert petstore.client.get("/pet/findByStatus").status_code == 404
    assert_refused(petstore.get("/nothing"), 404)


SERVER = """
from flask import Flask
from pymacaron_core import API, letsgo
from petstore.store import GUARDS

app = Flask(__name__)


def start(port=None, debug=None):
    API(app, port=port, guards=GUARDS, debug=debug).load_apis().start()


letsgo(__name__, callback=start)
"""


SERVERS = {
    "development": ["server.py"],
    "production": ["-m", "pymacaron_core.cli", "serve", "--workers", "1"],
}


@pytest.fixture(params=[(dialect, server) for dialect in DIALECTS for server in SERVERS], ids="-".join)
def address(request, tmp_path):
    """A server in a process of its own, its functions found by their names in ``petstore.api``."""
    dialect, kind = request.param
    for folder in ("apis", "petstore"):
        (tmp_path / folder).mkdir()
    shutil.copy(FOLDER / f"{dialect}.yaml", tmp_path / "apis" / "petstore.yaml")
    shutil.copy(FOLDER / "store.py", tmp_path / "petstore")
    shutil.copy(FOLDER / f"{dialect}_operations.py", tmp_path / "petstore" / "api.py")
    (tmp_path / "server.py").write_text(SERVER)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYM_", "PORT"))}
    environ["PYTHONPATH"] = str(Path(pymacaron_core.__file__).parents[1])
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, *SERVERS[kind], "--port", str(port)]
        server = subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=log, stderr=log)
        try:
            _await_listener(server, port, tmp_path / "log")
            yield port, {"swagger": "/v2", "openapi": "/v3"}[dialect]
        finally:
            server.terminate()
            server.wait(10)


def _await_listener(server, port, log):
    for _ in range(900):
        assert server.poll() is None, log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.mark.unmeasured
def test_a_real_server_serves_it_over_http(address):
    port, base_path = address
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def ask(method, path, body=None, **headers):
        connection.request(method, base_path + path, body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or "null")

    sent = {"Content-Type": "application/json", **OWNER}
    assert ask("POST", "/pet", json.dumps(REX), **sent) == (200, REX)
    assert ask("POST", "/pet", iter([json.dumps({**REX, "id": 2}).encode()]), **sent)[0] == 200
    assert ask("GET", "/pet/1", api_key="special-key") == (200, REX)
    assert ask("GET", "/store/inventory", api_key="special-key") == (200, {"available": 2})
    assert ask("GET", "/pet/1")[0] == 401
    assert ask("POST", "/pet", "{", **sent)[0] == 400
    assert ask("PATCH", "/pet")[0] == 405
    status, body = ask("GET", "/nothing")
    assert (status, body["error"]) == (404, "NOT_FOUND")
    connection.close()

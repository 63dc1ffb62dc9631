"""The session: what the database does wrong is told in one sentence, within the deadline, and without secrets."""

import socket
import time

import pytest
from hand_written import Note
from pymacaron_dynamodb import ConflictError, DatabaseRefused, DatabaseUnavailable, DynamoDBSettings, Endpoint, Store
from pymacaron_dynamodb import TableNotFound as NoTable
from pymacaron_dynamodb.endpoint import IN_PROCESS

from engines import ENGINES, patient


@pytest.fixture
def store():
    """A store in this process, with a table."""
    store = Store(Endpoint(IN_PROCESS, "us-east-1"), makes_tables=True)
    store.make([store.table(Note)])
    return store


def answering(store, *answers):
    """Have the database answer so, in turn; None, and all later calls, are answered as they are. Counts the calls."""
    botocore = pytest.importorskip("botocore.awsrequest")
    asked, left = [], list(answers)

    def answer(request, **unused):
        asked.append(request.headers["X-Amz-Target"].decode().rpartition(".")[2])
        told = left.pop(0) if left else None
        if told is None:
            return store.session._sender(request)
        status, code = told
        body = f'{{"__type": "x#{code}", "message": "arn:aws:iam::1:user/secret"}}'.encode()
        raw = type("Raw", (), {"stream": lambda self: iter([body])})()
        return botocore.AWSResponse(request.url, status, {"Content-Type": "application/x-amz-json-1.0"}, raw)

    events = store.session.client.meta.events
    events.unregister("before-send.dynamodb", store.session._sender)  # all that are registered are called
    events.register("before-send.dynamodb", answer)
    return asked


def lost_answer(store, error):
    """Have the next call carried out, and its answer lost."""
    left = [error]

    def answer(request, **unused):
        if not left:
            return
        store.session._sender(request)
        raise left.pop()

    store.session.client.meta.events.register_first("before-send.dynamodb", answer)


def closed(store):
    return pytest.importorskip("botocore.exceptions").ConnectionClosedError(endpoint_url=store.endpoint.url)


@pytest.mark.parametrize(
    "answer", [(400, "ThrottlingException"), (400, "ProvisionedThroughputExceededException"), (500, "X")]
)
def test_a_call_that_is_throttled_is_tried_again(store, answer):
    asked = answering(store, answer, answer)
    store.save(Note(owner="ada", number=1))
    assert asked == ["PutItem"] * 3
    assert store.exists(Note, "ada", 1)


def test_a_database_that_throttles_for_ever_is_a_503_with_retry_after(store):
    asked = answering(store, *[(400, "ThrottlingException")] * 50)
    with pytest.raises(DatabaseUnavailable, match=r"table notes: .* \(ThrottlingException\)") as raised:
        store.load(Note, "ada", 1)
    assert len(asked) == 6
    assert (raised.value.status, raised.value.code) == (503, "SERVICE_UNAVAILABLE")
    assert int(raised.value.headers["Retry-After"]) > 0


def test_a_database_that_is_not_there_is_a_503(port):
    store = Store(Endpoint(f"http://127.0.0.1:{port}", "us-east-1"))
    with pytest.raises(DatabaseUnavailable, match=rf"http://127.0.0.1:{port} does not answer, .*EndpointConnection"):
        store.load(Note, "ada", 1)


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_database_that_never_answers_is_waited_for_no_longer_than_the_deadline():
    settings = DynamoDBSettings(connect_timeout=0.3, read_timeout=0.3, deadline=1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = Store(Endpoint(f"http://127.0.0.1:{silent.getsockname()[1]}", "us-east-1"), settings)
        begun = time.monotonic()
        with pytest.raises(DatabaseUnavailable, match="ReadTimeoutError"):
            store.save(Note(owner="ada", number=1))
        assert 0.3 <= time.monotonic() - begun < 30  # botocore by itself waits for minutes


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((400, "AccessDeniedException"), r"refuses it \(AccessDeniedException\)$"),
        ((400, "UnrecognizedClientException"), r"refuses it \(UnrecognizedClientException\)$"),
        ((400, "ValidationException"), r"refuses it \(ValidationException\): arn"),
    ],
)
def test_what_the_database_refuses_is_a_500_that_tells_no_account(store, answer, message):
    asked = answering(store, answer)
    with pytest.raises(DatabaseRefused, match=message) as raised:
        store.load(Note, "ada", 1)
    assert (raised.value.status, raised.value.code) == (500, "DATABASE_REFUSED")
    assert asked == ["GetItem"]


def test_a_save_whose_answer_was_lost_is_no_conflict(store):
    note = Note(owner="ada", number=1, text="one")
    lost_answer(store, closed(store))
    store.save(note)
    note.values["text"] = "two"
    lost_answer(store, closed(store))
    store.save(note)
    assert store.load(Note, "ada", 1).values["text"] == "two"


def test_a_delete_whose_answer_was_lost_is_no_conflict(store):
    note = Note(owner="ada", number=1)
    store.save(note)
    lost_answer(store, closed(store))
    store.delete(note)
    assert not store.exists(Note, "ada", 1)


def test_a_delete_of_what_somebody_else_deleted_is_a_conflict(store):
    note = Note(owner="ada", number=1)
    store.save(note)
    store.delete(store.load(Note, "ada", 1))
    with pytest.raises(ConflictError):
        store.delete(note)


def test_amazons_own_without_credentials_says_what_to_do():
    store = Store(Endpoint("", "eu-west-1"))
    with pytest.raises(
        DatabaseUnavailable, match=r"no AWS credentials for Amazon DynamoDB in eu-west-1 .*AWS_ACCESS_KEY_ID"
    ):
        store.load(Note, "ada", 1)


def test_a_profile_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(DatabaseUnavailable, match=r"ProfileNotFound"):
        Store(Endpoint("", "eu-west-1")).load(Note, "ada", 1)


def test_a_local_database_never_sees_real_credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    settings = DynamoDBSettings(aws_access_key_id="AKIAREAL", aws_secret_access_key="real")
    store = Store(Endpoint(IN_PROCESS, "us-east-1"), settings, makes_tables=True)
    seen = []
    store.session.client.meta.events.register_first(
        "before-send.dynamodb", lambda request, **unused: seen.append(request.headers["Authorization"].decode())
    )
    store.exists(Note, "ada", 1)
    assert seen and all("Credential=local/" in each and "AKIAREAL" not in each for each in seen)


@pytest.mark.parametrize(
    "name", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]
)
def test_a_local_database_needs_nothing_that_is_said_of_aws_on_this_machine(monkeypatch, tmp_path, name):
    broken = tmp_path / "broken"
    broken.write_text("[no section\n")
    monkeypatch.setenv(name, "nobody" if name.endswith("PROFILE") else str(broken))
    with ENGINES["moto"]() as url:
        store = Store(Endpoint(url, "us-east-1"), patient(), makes_tables=True)
        assert not store.exists(Note, "ada", 1)
        assert store.session.resource.Table(store.table(Note).name).item_count == 0


def test_the_table_that_is_not_there_is_named_with_the_endpoint_and_the_command(moto_url):
    store = Store(Endpoint(moto_url, "us-east-1"), patient(table_prefix="none."))
    for operation in (
        lambda: store.load(Note, "ada", 1),
        lambda: store.save(Note(owner="ada", number=1)),
        lambda: store.query(Note, "ada"),
        lambda: store.delete(Note(owner="ada", number=1), overwrite=True),
    ):
        with pytest.raises(
            NoTable, match=rf"the table none.notes is not on {moto_url}: 'pymacaron-dynamodb create'"
        ) as raised:
            operation()
        assert (raised.value.status, raised.value.code) == (503, "TABLE_NOT_FOUND")

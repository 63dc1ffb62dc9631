"""Messages as files: each is whole for whoever looks, taken by one, and never lost because it cannot be read."""

from __future__ import annotations

import threading
from pathlib import Path
from queue import Empty
from typing import Any

import pymacaron_core
import pytest
from kombu import Connection
from pymacaron_async.queue.files import FILES
from pymacaron_async.queue.options import folder_transport
from service import told, wait_for

QUEUE = "pymacaron.shop"
LONG = 20_000
"""How often a text is repeated, so that a file takes time to write."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tasks"


def channel_of(folder: Path) -> Any:
    return Connection(FILES, transport_options=folder_transport(folder)).channel()


def publish(folder: Path, words: list[str]) -> None:
    with Connection(FILES, transport_options=folder_transport(folder)) as connection:
        producer = connection.Producer()
        for word in words:
            producer.publish({"text": word * LONG}, exchange="", routing_key=QUEUE, serializer="json")


def test_readers_and_writers_at_once_lose_and_double_nothing(folder: Path):
    names = [[f"{writer}-{number};" for number in range(150)] for writer in range(4)]
    got: list[str] = []
    written = threading.Event()

    def take() -> None:
        channel = channel_of(folder)
        while True:
            over = written.is_set()
            try:
                message = channel.basic_get(QUEUE, no_ack=True)
            except Empty:
                message = None
            if message is not None:
                text = message.decode()["text"]
                got.append(text[: len(text) // LONG])
            elif over:
                return

    readers = [threading.Thread(target=take) for _ in range(3)]
    writers = [threading.Thread(target=publish, args=(folder, each)) for each in names]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join(60)
    written.set()
    for thread in readers:
        thread.join(60)
    assert sorted(got) == sorted(name for each in names for name in each)
    assert list(folder.iterdir()) == []


def test_the_oldest_message_comes_first_and_queues_are_told_apart(folder: Path):
    channel = channel_of(folder)
    publish(folder, ["a", "b"])
    channel._put(f"{QUEUE}.dead", {})
    assert (channel._size(QUEUE), channel._size(f"{QUEUE}.dead"), channel._size("shop")) == (2, 1, 0)
    assert [channel.basic_get(QUEUE).decode()["text"][0] for _ in range(2)] == ["a", "b"]
    assert channel.basic_get(QUEUE) is None
    publish(folder, ["c"])
    assert (channel.queue_purge(QUEUE), channel.queue_purge(QUEUE)) == (1, 0)


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b"{}", b"\xff", b'{"properties": 3}'])
def test_what_is_no_message_is_put_aside_and_the_next_is_taken(folder: Path, caplog, garbage: bytes):
    channel = channel_of(folder)
    (folder / f"0.{QUEUE}.msg").write_bytes(garbage)
    publish(folder, ["a"])
    assert channel.basic_get(QUEUE).decode()["text"][0] == "a"
    assert [(file.name, file.read_bytes()) for file in folder.iterdir()] == [(f"0.{QUEUE}.dead.msg", garbage)]
    assert f"it is put aside, in {QUEUE}.dead" in caplog.text


def test_what_another_process_took_meanwhile_is_passed_over(folder: Path, monkeypatch):
    channel = channel_of(folder)
    publish(folder, ["a"])
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", lambda *args, **options: (_ for _ in ()).throw(FileNotFoundError()))
        assert channel.basic_get(QUEUE) is None
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", lambda file: (_ for _ in ()).throw(FileNotFoundError()))
        assert channel.basic_get(QUEUE) is None
    assert channel.basic_get(QUEUE) is not None


def test_a_service_bears_garbage_in_its_folder_and_the_loss_of_it(project: Path):
    application = pymacaron_core.load(project)
    tasks, client = application.plugins["async"], application.app.test_client()
    try:
        tasks.started()
        folder = tasks._inside.folder
        (folder / f"0.{QUEUE}.msg").write_bytes(b"{")
        assert client.post("/orders", json={"id": "a"}).status_code == 200
        wait_for(lambda: told(project, "done", "a"), "a task behind the garbage")
        moved = folder.rename(folder.with_name("moved"))
        answer = client.post("/orders", json={"id": "b"})
        assert (answer.status_code, answer.get_json()["error"]) == (503, "TASK_QUEUE_UNAVAILABLE")
        moved.rename(folder)
        assert client.post("/orders", json={"id": "c"}).status_code == 200
        wait_for(lambda: told(project, "done", "c"), "a task once the folder is back")
    finally:
        tasks.stop()

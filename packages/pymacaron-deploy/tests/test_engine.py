from __future__ import annotations

import gc
import json
import os
import socket
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from ingredients import BASE
from pymacaron_deploy.container import Container
from pymacaron_deploy.engine import Engine
from pymacaron_deploy.errors import PreflightError, StageFailed, StartFailed

MakeImage = Callable[..., str]


def python(program: str, **more: object) -> Container:
    return Container(BASE, entrypoint=("python3", "-c", program), **more)  # type: ignore[arg-type]


def await_line(engine: Engine, id: str, line: str, patience: float = 20) -> None:
    deadline = time.monotonic() + patience
    while line not in engine.tail(id):
        assert time.monotonic() < deadline, engine.tail(id)
        time.sleep(0.05)


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("DOCKER_TLS_VERIFY", raising=False)
    return monkeypatch


@pytest.mark.parametrize("host", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1", "nonsense"])
def test_where_no_engine_answers_one_sentence_says_so(no_engine: pytest.MonkeyPatch, host: str) -> None:
    no_engine.setenv("DOCKER_HOST", host)
    with pytest.raises(PreflightError, match="no docker engine answers") as caught:
        Engine.connect()
    assert caught.value.exit_code == 2 and "\n" not in str(caught.value)


def test_an_engine_that_does_not_answer_leaves_no_socket_open(no_engine: pytest.MonkeyPatch) -> None:
    no_engine.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    gc.collect()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with suppress(PreflightError):
            Engine.connect()
        gc.collect()
    assert [each for each in told if each.category is ResourceWarning] == []


def test_what_answers_and_is_no_engine_is_told(no_engine: pytest.MonkeyPatch) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        no_engine.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(PreflightError, match="no docker engine answers"):
            Engine.connect()
        thread.join()


def test_a_socket_that_refuses_this_user_names_the_group(no_engine: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    no_engine.setenv("DOCKER_HOST", "unix:///somewhere/docker.sock")
    no_engine.setattr(socket.socket, "connect", refuse)
    with pytest.raises(PreflightError, match="group 'docker'"):
        Engine.connect()


def test_a_containers_text_shows_no_value_of_its_environment() -> None:
    assert "hunter2" not in repr(Container("image", environ={"SECRET": "hunter2"}))


@pytest.mark.docker
def test_a_program_runs_to_its_end_and_its_container_is_gone(engine: Engine, token: str) -> None:
    program = "import os, sys; print(os.environ['WORD']); print('odd', file=sys.stderr); sys.exit(3)"
    ended = engine.run(python(program, environ={"WORD": "a=b c"}, labels={"test": token}), patience=30)
    assert (ended.status, ended.output, ended.errors) == (3, "a=b c\n", "odd\n")
    assert engine.find({"test": token}) == ()


@pytest.mark.docker
def test_a_program_that_does_not_end_is_removed_after_its_time(engine: Engine, token: str) -> None:
    container = python("import time; print('here', flush=True); time.sleep(60)", labels={"test": token})
    with pytest.raises(StartFailed, match="did not end within 2 s") as caught:
        engine.run(container, patience=2)
    assert caught.value.output == "here"
    assert engine.find({"test": token}) == ()


@pytest.mark.docker
def test_a_container_has_no_capability_no_way_up_and_only_tmp_to_write(engine: Engine, token: str) -> None:
    program = """
import json, os
status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
def writes(place):
    try:
        open(place, "w").close()
    except OSError as error:
        return error.strerror
    return "yes"
print(json.dumps([int(status["CapEff"], 16), int(status["CapBnd"], 16), status["NoNewPrivs"].strip(), os.getuid(),
                  writes("/tmp/x"), writes("/x"), os.listdir("/sys/class/net")]))
"""
    ended = engine.run(python(program, labels={"test": token}, user="10001:10001"), patience=30)
    assert json.loads(ended.output) == [0, 0, "1", 10001, "yes", "Read-only file system", ["lo"]]


@pytest.mark.docker
def test_two_containers_meet_in_their_network_by_alias_and_one_is_published_on_loopback(
    engine: Engine, token: str
) -> None:
    labels = {"test": token}
    assert engine.ensure_network(token, labels) and not engine.ensure_network(token, labels)
    serve = python(
        "import http.server; http.server.test(http.server.SimpleHTTPRequestHandler, port=8000, bind='0.0.0.0')",
        network=token, aliases=("server",), port=8000, labels=labels,
    )  # fmt: skip
    id = engine.create(serve)
    engine.start(id)
    state = engine.state(id)
    assert state is not None and state.running and state.labels.items() >= labels.items() and state.port
    ask = """
import socket, time
end = time.monotonic() + 20
while True:
    try:
        socket.create_connection(("server", 8000), 1); break
    except OSError:
        if time.monotonic() > end: raise
        time.sleep(0.05)
"""
    assert engine.run(python(ask, network=token, labels=labels), patience=30).status == 0
    socket.create_connection(("127.0.0.1", state.port), 5).close()


@pytest.mark.docker
def test_a_port_that_is_taken_is_named(engine: Engine, token: str) -> None:
    engine.ensure_network(token, {"test": token})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        id = engine.create(python("", network=token, port=80, published=port, labels={"test": token}))
        with pytest.raises(StartFailed, match=f"port {port} of 127.0.0.1 is taken"):
            engine.start(id)


@pytest.mark.docker
def test_a_stopped_container_got_sigterm_and_can_be_started_again(engine: Engine, token: str) -> None:
    program = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: (print("told to end", flush=True), sys.exit(5)))
print("ready", flush=True)
signal.pause()
"""
    id = engine.create(python(program, labels={"test": token}))
    engine.start(id)
    await_line(engine, id, "ready")
    engine.stop(id)
    state = engine.state(id)
    assert state is not None and not state.running and state.exit_code == 5
    assert "told to end" in engine.tail(id)
    engine.start(id)
    state = engine.state(id)
    assert state is not None and state.running
    engine.remove(id)
    assert engine.state(id) is None


@pytest.mark.docker
def test_a_container_that_has_ended_already_is_not_kept_running(engine: Engine, token: str) -> None:
    id = engine.create(python("", labels={"test": token}))
    engine.start(id)
    engine.wait(id, 20)
    engine.keep_running(id)
    state = engine.state(id)
    assert state is not None and not state.running


@pytest.mark.docker
def test_what_is_gone_can_be_stopped_and_removed_once_more(engine: Engine, token: str) -> None:
    for remove in (engine.stop, engine.remove, engine.remove_network, engine.remove_volume, engine.untag):
        remove(token)  # type: ignore[operator]
    assert engine.tail(token) == "" and engine.state(token) is None and engine.image_id(f"{token}:1") == ""


@pytest.mark.docker
def test_data_in_a_volume_outlives_containers_and_a_sweep_takes_all_of_one_label(engine: Engine, token: str) -> None:
    labels = {"test": token}
    assert engine.ensure_volume(token, labels) and not engine.ensure_volume(token, labels)
    engine.ensure_network(token, labels)
    write = python("open('/data/kept', 'w').write('here')", volumes={token: "/data"}, labels=labels)
    assert engine.run(write, patience=30).status == 0
    read = python("print(open('/data/kept').read())", volumes={token: "/data"}, labels=labels)
    assert engine.run(read, patience=30).output == "here\n"
    id = engine.create(python("", labels=labels, name=token))
    engine.sweep(labels)
    assert engine.state(id) is None
    assert engine.ensure_network(token, labels) and not engine.ensure_volume(token, labels)
    engine.sweep(labels, volumes=True)
    assert engine.ensure_volume(token, labels)


@pytest.mark.docker
def test_a_program_runs_inside_a_running_container(engine: Engine, token: str) -> None:
    id = engine.create(python("import signal; signal.pause()", labels={"test": token}))
    engine.start(id)
    ended = engine.execute(
        id, ("python3", "-c", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(4)")
    )
    assert (ended.status, ended.output, ended.errors) == (4, "out\n", "err\n")
    assert engine.execute(id, ("no-such-program",)).status in (126, 127)


@pytest.mark.docker
def test_an_image_that_is_not_there_and_a_name_that_is_taken_are_told(engine: Engine, token: str) -> None:
    with pytest.raises(StartFailed, match="it has no such image"):
        engine.create(Container(f"pymacaron/{token}:1"))
    engine.create(python("", name=token, labels={"test": token}))
    with pytest.raises(StartFailed, match="already in use"):
        engine.create(python("", name=token, labels={"test": token}))
    with pytest.raises(StageFailed, match="cannot"):
        engine.pull(f"127.0.0.1:1/{token}:1")


@pytest.mark.docker
def test_names_of_images_and_containers_change(engine: Engine, token: str) -> None:
    reference = f"127.0.0.1:5000/{token}:2"
    engine.tag(BASE, reference)
    assert engine.image_id(reference) == engine.image_id(BASE)
    engine.untag(reference)
    assert engine.image_id(reference) == ""
    id = engine.create(python("", name=token, labels={"test": token}))
    engine.rename(id, f"{token}-new")
    engine.keep_running(id)
    assert [state.name for state in engine.find({"test": token})] == [f"{token}-new"]


@pytest.mark.docker
def test_an_image_tells_what_its_service_needs(engine: Engine, make_image: MakeImage) -> None:
    describe = '#!/bin/sh\necho noise >&2\necho \'{"name": "shop", "secrets": ["A"], "tables": ["orders"]}\'\n'
    image = make_image({"/usr/bin/pymacaron": describe}, '["true"]')
    needs = engine.read_needs(image)
    assert (needs.name, needs.secrets, needs.tables, needs.database) == ("shop", ("A",), ("orders",), True)


@pytest.mark.docker
def test_an_image_without_core_or_whose_description_fails_is_told(engine: Engine, make_image: MakeImage) -> None:
    with pytest.raises(StageFailed, match=r"status 127 in the image .* is pymacaron-core 3 in requirements\.txt\?"):
        engine.read_needs(BASE)
    image = make_image({"/usr/bin/pymacaron": "#!/bin/sh\necho broken yaml >&2\nexit 1\n"}, '["true"]')
    with pytest.raises(StageFailed, match=r"ended with status 1 in the image .*: broken yaml$") as caught:
        engine.read_needs(image)
    assert caught.value.output == "broken yaml"


@pytest.mark.docker
def test_credentials_come_from_dockers_own_file(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", os.fspath(tmp_path))
    assert engine.credentials("127.0.0.1:5000") is None
    entry = {"auths": {"127.0.0.1:5000": {"auth": "YW5uOmh1bnRlcjI="}}}  # ann:hunter2
    (tmp_path / "config.json").write_text(json.dumps(entry))
    found = engine.credentials("127.0.0.1:5000")
    assert found is not None and (found.username, found.password) == ("ann", "hunter2")
    assert "hunter2" not in repr(found) and "ann" not in repr(found)
    (tmp_path / "config.json").write_text(json.dumps({"credHelpers": {"127.0.0.1:5000": "no-such-helper"}}))
    with pytest.raises(StageFailed, match="read the credentials"):
        engine.credentials("127.0.0.1:5000")

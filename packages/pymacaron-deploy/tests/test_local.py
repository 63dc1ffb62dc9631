from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
from pymacaron_deploy.config import Config, DeploySettings, LocalSettings
from pymacaron_deploy.container import Container, State
from pymacaron_deploy.engine import Engine
from pymacaron_deploy.errors import (
    Interrupted,
    Locked,
    PreflightError,
    RollbackFailed,
    RolledBack,
    StageFailed,
    StartFailed,
)
from pymacaron_deploy.image.builder import Image
from pymacaron_deploy.lock import hold_lock
from pymacaron_deploy.needs import Needs
from pymacaron_deploy.report import SilentReport
from pymacaron_deploy.targets import Live, LocalTarget

pytestmark = pytest.mark.docker

SERVICE = """\
#!/usr/bin/env python3
import http.server, json, os, signal, socket, sys, threading, time

VERSION, MODE = os.environ["VERSION"], os.environ.get("MODE", "")

def connects(host, port):
    try:
        socket.create_connection((host, port), 2).close()
        return True
    except OSError as error:
        return str(error)

class Service(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/seen":
            places = {"redis": connects("redis", 6379), "database": connects("database", 8000)}
            self.answer(200, json.dumps(places | {"environ": dict(os.environ)}).encode())
        elif self.path == "/health/ready":
            self.answer({"not-ready": 503, "no-hook": 404}.get(MODE, 200))
        else:
            self.answer(500 if MODE == "failing" else 200, VERSION.encode())

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

if MODE == "dies":
    print("cannot start: the secret is", os.environ.get("SECRET"), file=sys.stderr)
    sys.exit(9)
server = http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["PORT"])), Service)

def end(*_):
    time.sleep(2 if MODE == "ends-slowly" else 0)
    threading.Thread(target=server.shutdown).start()

signal.signal(signal.SIGTERM, end)
server.serve_forever()
"""

WORKER = """\
#!/usr/bin/env python3
import os, signal, sys
if os.environ.get("MODE") == "worker-dies":
    sys.exit("no such queue")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("works", os.environ.get("PYM_BROKER_URL", "nowhere"), flush=True)
while True:
    signal.pause()
"""

CREATE = """\
#!/usr/bin/env python3
import os, sys
print("making tables at", os.environ["PYM_DYNAMODB_ENDPOINT"])
if os.environ.get("MODE") == "no-tables":
    sys.exit("no such table: orders, says " + os.environ["SECRET"])
"""

LISTENER = """\
#!/usr/bin/env python3
import socket, os, sys
if os.environ.get("DEAD"):
    sys.exit("no memory")
os.makedirs("/data", exist_ok=True)
open("/data/starts", "a").write("x")
server = socket.create_server(("0.0.0.0", {port}))
while True:
    server.accept()[0].close()
"""

KILL_WORKER = """\
import os, signal
for pid in filter(str.isdigit, os.listdir("/proc")):
    if "pymacaron-async" in open(f"/proc/{pid}/cmdline").read() and pid not in ("1", str(os.getpid())):
        os.kill(int(pid), signal.SIGKILL)
"""

REDIS = "pymacaron/redis:test"

MakeImage = Callable[..., str]


@pytest.fixture(autouse=True)
def own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.fixture(scope="session")
def images(engine: Engine, make_image: MakeImage) -> Mapping[str, str]:
    """A service that does as it is told by its environment, and sidecars that only listen."""
    files = {"/srv/service": SERVICE, "/usr/bin/pymacaron-dynamodb": CREATE, "/usr/bin/pymacaron-async": WORKER}
    return {
        "service": make_image(files, '["/srv/service"]'),
        "redis": make_image({"/usr/bin/redis-server": LISTENER.format(port=6379)}, '["redis-server"]', user="0:0"),
        "other redis": make_image({"/usr/bin/redis-server": LISTENER.format(port=6379) + "#"}, '["x"]', user="0:0"),
        "mute": make_image({"/usr/bin/redis-server": "#!/bin/sh\nexec sleep 600\n"}, '["x"]', user="0:0"),
        "database": make_image({"/srv/database": LISTENER.format(port=8000)}, '["/srv/database"]', user="0:0"),
        "dead": make_image(
            {"/srv/dead": "#!/bin/sh\necho no memory\nexit 1\n"}, '["/srv/dead"]', entrypoint='["/srv/dead"]'
        ),
    }


class Service:
    """One service of a test in the engine, brought up in many ways."""

    def __init__(self, engine: Engine, images: Mapping[str, str], token: str) -> None:
        self.engine, self.images, self.name = engine, images, f"pymacaron-{token}"
        self.token = token

    def target(self, *, patience: float = 20, **local: Any) -> LocalTarget:
        settings = {"redis_image": self.images["redis"], "database_image": self.images["database"]} | local
        deploy = DeploySettings(target="local", local=LocalSettings(**settings))
        config = Config(root=Path(), file=None, env="", name=self.token, deploy=deploy)
        return LocalTarget(self.engine, config, SilentReport(), patience=patience)

    def up(
        self,
        version: str,
        mode: str = "",
        *,
        tasks: bool = False,
        tables: tuple[str, ...] = (),
        secrets: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Live:
        image = Image(self.images["service"], self.engine.image_id(self.images["service"]), version)
        needs = Needs(self.token, tasks=tasks, tables=tables, database=bool(tables))
        environ = {"VERSION": version, "MODE": mode} | dict(secrets or {})
        return self.target(**options).up(image, needs, environ)

    def containers(self) -> dict[str, State]:
        """The containers by the ends of their names."""
        found = self.engine.find({"service": self.name})
        return {state.name.removeprefix(self.name).lstrip("-"): state for state in found}


@pytest.fixture
def service(engine: Engine, images: Mapping[str, str], token: str) -> Iterator[Service]:
    service = Service(engine, images, token)
    yield service
    engine.sweep({"service": service.name}, volumes=True)


def ask(url: str, path: str = "/ping") -> str:
    connection = HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def test_a_service_without_needs_is_one_container_on_the_port_of_its_configuration(service: Service) -> None:
    first = service.up("1.0")
    assert ask(first.url) == "1.0" and first.version == "1.0"
    assert service.containers().keys() == {"web"}
    assert service.target().status() == first
    second = service.up("2.0")
    assert second.url == first.url and ask(second.url) == "2.0"
    assert service.containers().keys() == {"web"} and second.web.id != first.web.id
    service.target().down()
    assert service.containers() == {} and service.target().status() is None
    with pytest.raises(ConnectionRefusedError):
        ask(first.url)


def test_redis_and_database_stand_beside_it_and_stay_when_releases_change(service: Service) -> None:
    live = service.up("1.0", tasks=True, tables=("orders",), secrets={"SECRET": "a=b c"})
    assert service.containers().keys() == {"web", "worker", "redis", "database"}
    seen = json.loads(ask(live.url, "/seen"))
    assert seen["redis"] is True and seen["database"] is True
    environ = seen["environ"]
    assert environ["PYM_BROKER_URL"] == "redis://redis:6379/0" and environ["SECRET"] == "a=b c"
    assert environ["PYM_DYNAMODB_ENDPOINT"] == "http://database:8000" and environ["AWS_ACCESS_KEY_ID"] == "local"
    before = service.containers()
    assert "works redis://redis:6379/0" in service.engine.tail(before["worker"].id)
    assert [state.port for role, state in before.items() if role != "web"] == [0, 0, 0], "the network is private"
    service.up("2.0", tasks=True, tables=("orders",), secrets={"SECRET": "x"})
    after = service.containers()
    assert after.keys() == before.keys()
    assert {role for role in after if after[role].id == before[role].id} == {"redis", "database"}


def test_what_sidecars_keep_outlives_them_until_it_is_given_up(service: Service) -> None:
    service.up("1.0", tasks=True)
    service.target().down()
    assert service.containers() == {} and not service.engine.ensure_volume(f"{service.name}-redis", {})
    service.up("1.0", tasks=True)
    service.target().down(data=True)
    assert service.engine.ensure_volume(f"{service.name}-redis", {"service": service.name})


def test_a_sidecar_is_replaced_when_its_image_is_another(service: Service) -> None:
    service.up("1.0", tasks=True)
    before = service.containers()
    service.up("1.0", tasks=True, redis_image=service.images["other redis"])
    after = service.containers()
    assert after.keys() == before.keys() and after["redis"].id != before["redis"].id


def test_a_sidecar_that_was_stopped_is_started_again(service: Service) -> None:
    service.up("1.0", tasks=True)
    before = service.containers()["redis"]
    service.engine.stop(before.id)
    service.up("2.0", tasks=True)
    assert service.containers()["redis"] == before


def test_a_sidecar_that_was_replaced_comes_back_with_its_release(service: Service) -> None:
    service.up("1.0", tasks=True)
    before = service.containers()
    with pytest.raises(StartFailed):
        service.up("2.0", "dies", tasks=True, redis_image=service.images["other redis"])
    assert service.containers() == before and before["redis"].running


def test_a_sidecar_that_takes_no_connections_is_named(service: Service) -> None:
    with pytest.raises(StartFailed, match=r"sidecars \(redis\) do not take connections after 2 s"):
        service.up("1.0", tasks=True, redis_image=service.images["mute"], patience=2)
    assert service.containers() == {}


def test_a_message_that_waits_in_redis_outlives_the_service(service: Service) -> None:
    if not service.engine.image_id(REDIS):
        pytest.skip(f"docker: the engine has no image {REDIS}: run .ci/engines")
    service.up("1.0", tasks=True, redis_image=REDIS)
    redis = service.containers()["redis"]
    assert service.engine.execute(redis.id, ("redis-cli", "LPUSH", "tasks", "one")).output == "1\n"
    service.target().down()
    service.up("1.0", tasks=True, redis_image=REDIS)
    again = service.containers()["redis"]
    assert again.id != redis.id
    assert service.engine.execute(again.id, ("redis-cli", "LRANGE", "tasks", "0", "-1")).output == "one\n"


def test_a_live_worker_that_is_killed_is_started_again(service: Service) -> None:
    service.up("1.0", tasks=True)
    worker = service.containers()["worker"]
    assert service.engine.execute(worker.id, ("python3", "-c", KILL_WORKER)).status in (0, 137)
    deadline = time.monotonic() + 20
    while service.engine.tail(worker.id).count("works redis://") < 2:
        assert time.monotonic() < deadline, service.engine.tail(worker.id)
        time.sleep(0.05)


def test_a_broker_of_ones_own_needs_no_sidecar(service: Service) -> None:
    live = service.up("1.0", tasks=True, secrets={"PYM_BROKER_URL": "redis://elsewhere/1"})
    assert service.containers().keys() == {"web", "worker"}
    assert json.loads(ask(live.url, "/seen"))["environ"]["PYM_BROKER_URL"] == "redis://elsewhere/1"


@pytest.mark.parametrize("mode", ["", "no-hook"])
def test_a_service_is_ready_when_it_pings_and_its_readiness_hook_agrees(service: Service, mode: str) -> None:
    assert service.up("1.0", mode).version == "1.0"


@pytest.mark.parametrize(
    ("mode", "said"), [("failing", "GET /ping answers 500"), ("not-ready", "GET /health/ready answers 503")]
)
def test_a_service_that_is_never_ready_does_not_go_live(service: Service, mode: str, said: str) -> None:
    with pytest.raises(StartFailed, match=f"did not become ready in 2 s: {said}") as caught:
        service.up("1.0", mode, patience=2)
    assert caught.value.exit_code == 3
    assert service.containers() == {} and service.engine.ensure_network(service.name, {"service": service.name})


def test_a_container_that_dies_at_its_start_is_one_sentence_and_leaves_nothing(service: Service) -> None:
    began = time.monotonic()
    with pytest.raises(StartFailed) as caught:
        service.up("1.0", "dies", tasks=True, secrets={"SECRET": "hunter2"}, patience=60)
    assert str(caught.value) == "the web container ended with status 9: cannot start: the secret is [REDACTED]"
    assert caught.value.output == "cannot start: the secret is [REDACTED]"
    assert time.monotonic() - began < 50, "noticed at once, not after its patience"
    assert service.containers() == {}
    assert service.engine.ensure_volume(f"{service.name}-redis", {"service": service.name}), "not even a volume"


def test_a_release_that_is_not_ready_leaves_the_live_one_untouched(service: Service) -> None:
    live = service.up("1.0", tasks=True)
    before = service.containers()
    for mode in ("dies", "worker-dies"):
        with pytest.raises(StartFailed, match=r"the (web|worker) container ended"):
            service.up("2.0", mode, tasks=True)
    assert service.containers() == before and ask(live.url) == "1.0"


def test_a_release_that_fails_on_the_live_port_gives_it_back(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    live = service.up("1.0", tasks=True)
    before = service.containers()
    keep_running = service.engine.keep_running

    def fail_for_the_new(id: str) -> None:
        state = service.engine.state(id)
        if state is not None and state.name.endswith("-live"):
            raise StartFailed("no more memory")
        keep_running(id)

    monkeypatch.setattr(service.engine, "keep_running", fail_for_the_new)
    with pytest.raises(RolledBack, match=r"no more memory; version 1\.0 is live again") as caught:
        service.up("2.0", tasks=True)
    assert caught.value.exit_code == 4
    assert ask(live.url) == "1.0" and service.containers() == before


def test_a_way_back_that_fails_too_wants_a_person(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    live = service.up("1.0")
    start = service.engine.start

    def fail_after_the_candidate(id: str) -> None:
        state = service.engine.state(id)
        if state is not None and (state.name.endswith("-live") or state.id == live.web.id):
            raise StartFailed("no more memory")
        start(id)

    monkeypatch.setattr(service.engine, "start", fail_after_the_candidate)
    with pytest.raises(RollbackFailed, match=f"does not come back.*{service.name}-web") as caught:
        service.up("2.0")
    assert caught.value.exit_code == 5
    monkeypatch.undo()


def test_tables_that_cannot_be_made_stop_it(service: Service) -> None:
    with pytest.raises(StageFailed, match=r"the tables cannot be made.*no such table: orders, says \[REDACTED\]"):
        service.up("1.0", "no-tables", tables=("orders",), secrets={"SECRET": "hunter2"})
    assert service.containers() == {}


def test_a_sidecar_that_dies_is_named(service: Service) -> None:
    with pytest.raises(StartFailed, match="the database container ended with status 1: no memory"):
        service.up("1.0", tables=("orders",), database_image=service.images["dead"])
    assert service.containers() == {}


def test_a_sidecars_image_that_cannot_be_had_names_the_option(service: Service) -> None:
    with pytest.raises(PreflightError, match=r"127\.0\.0\.1:1/redis:7.*deploy\.local\.redis_image") as caught:
        service.up("1.0", tasks=True, redis_image="127.0.0.1:1/redis:7")
    assert caught.value.exit_code == 2 and service.containers() == {}


def test_a_release_that_cannot_be_given_its_name_yet_is_live_all_the_same(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.up("1.0")
    with monkeypatch.context() as patched:

        def refuse(id: str, name: str) -> None:
            raise StageFailed("the docker engine does not answer")

        patched.setattr(service.engine, "rename", refuse)
        live = service.up("2.0")
    assert live.version == "2.0" and ask(live.url) == "2.0"
    assert live == service.target().status() and live.web.running


def test_two_do_not_deploy_one_service_at_once(service: Service) -> None:
    with hold_lock(service.name), pytest.raises(Locked, match="is being deployed by process"):
        service.up("1.0")
    with hold_lock(service.name), pytest.raises(Locked):
        service.target().down()
    assert service.containers() == {}


def test_what_a_killed_run_has_left_is_settled_by_the_next(service: Service) -> None:
    live = service.up("1.0")
    image = service.images["service"]
    left = Container(image, name=f"{service.name}-web-dead", labels={"service": service.name, "role": "web"})
    service.engine.create(left)
    service.engine.stop(live.web.id)
    with pytest.raises(StartFailed):
        service.up("2.0", "dies")
    assert service.containers().keys() == {"web"} and ask(live.url) == "1.0"
    service.engine.rename(live.web.id, f"{service.name}-web-dead-live")
    with pytest.raises(StartFailed):
        service.up("2.0", "dies")
    assert service.containers().keys() == {"web"} and ask(live.url) == "1.0"


def test_ctrl_c_in_the_middle_stops_what_was_started(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    live = service.up("1.0")
    before = service.containers()
    start = service.engine.start

    def interrupt_at(ending: str) -> Callable[[str], None]:
        def start_or_interrupt(id: str) -> None:
            start(id)
            state = service.engine.state(id)
            if state is not None and state.name.endswith(ending) and id != live.web.id:
                signal.raise_signal(signal.SIGINT)

        return start_or_interrupt

    for ending in ("-redis", "-live"):
        monkeypatch.setattr(service.engine, "start", interrupt_at(ending))
        with pytest.raises(Interrupted, match="what was started is stopped again") as caught:
            service.up("2.0", tasks=True)
        assert caught.value.exit_code == 7
        assert service.containers() == before and ask(live.url) == "1.0"


def test_ctrl_c_while_the_live_release_ends_brings_it_back(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    live = service.up("1.0", "ends-slowly")
    before = service.containers()
    real = service.engine.stop

    def stop(id: str, patience: int = 10) -> None:
        for seconds in (0.3, 0.6):  # the engine is asked already, and goes on
            threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()
        real(id, patience)

    monkeypatch.setattr(service.engine, "stop", stop)
    with pytest.raises(Interrupted, match="what was started is stopped again"):
        service.up("2.0")
    assert service.containers() == before and ask(live.url) == "1.0"


def test_a_switch_is_seen_as_at_most_a_short_gap(service: Service) -> None:
    live = service.up("1.0")
    ended = threading.Event()
    answers: list[str] = []

    def keep_asking() -> None:
        while not ended.is_set():
            try:
                answers.append(ask(live.url))
            except (OSError, HTTPException):
                answers.append("")

    thread = threading.Thread(target=keep_asking)
    thread.start()
    try:
        service.up("2.0")
    finally:
        ended.set()
        thread.join()
    told = [answer for answer in answers if answer]
    assert told == sorted(told) and {"1.0", "2.0"} == set(told), "one version after the other, and none in between"

"""The service that is attacked: every way for bytes to come in, and a reply that is long to take."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from cli_project import Running, answer, wait_for
from processes import children_of, is_alive
from pymacaron_core.cli.menu import menu

DOCUMENT = """\
openapi: 3.0.3
info: {title: Fortress, version: "1"}
paths:
  /letters:
    post:
      operationId: takeLetter
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Letter'}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Letter'}}}}
  /forms:
    post:
      operationId: takeForm
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: {type: object, properties: {name: {type: string}, age: {type: integer}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
  /uploads:
    post:
      operationId: takeUpload
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema: {type: object, properties: {name: {type: string}, file: {type: string, format: binary}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
  /streams:
    get:
      operationId: readStream
      responses: {'200': {description: ok, content: {application/jsonl: {schema: {type: object}}}}}
    put:
      operationId: keepStream
      requestBody: {content: {application/octet-stream: {schema: {type: string, format: binary}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
  /large:
    get:
      operationId: readLarge
      responses:
        '200': {description: ok, content: {application/octet-stream: {schema: {type: string, format: binary}}}}
  /gates/{gate}:
    get:
      operationId: readGate
      parameters:
        - {name: gate, in: path, required: true, schema: {type: string}}
        - {name: width, in: query, schema: {type: integer}}
        - {name: height, in: query, schema: {type: number}}
        - {name: guards, in: query, schema: {type: array, items: {type: string}}}
        - {name: filter, in: query, style: deepObject, schema: {type: object}}
        - {name: plan, in: query, content: {application/json: {schema: {type: object}}}}
        - {name: X-Trust, in: header, schema: {type: string}}
        - {name: badge, in: cookie, schema: {type: string}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
  /treasures:
    get:
      operationId: readTreasure
      security: [{key: []}]
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
  /beside/{number}:
    get:
      operationId: readBeside
      parameters: [{name: number, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
  schemas:
    Letter:
      type: object
      required: [text]
      properties:
        text: {type: string}
        weight: {type: number}
        inner: {$ref: '#/components/schemas/Letter'}
        more: {}
"""
FUNCTIONS = """\
from pymacaron_core import Upload

LARGE = b"0123456789abcdef" * 262_144


def take_letter(body):
    return body


def take_form(body):
    return {"fields": 1}


def take_upload(body):
    return {"size": len(body.file.read()) if body.file else 0}


def read_stream():
    return ({"line": n, "text": "x" * 100} for n in range(1000))


def keep_stream(body: Upload):
    return {"size": sum(len(piece) for piece in iter(lambda: body.read(65536), b""))}


def read_large():
    return LARGE


def read_gate(gate, width, height, guards, filter, plan, x_trust, badge):
    return {"gate": gate}


def read_treasure():
    return {"gold": 1}


def read_beside(number):
    return {"beside": number}
"""
SERVER = """\
from flask import Flask
from pymacaron_core import API, TokenInvalid


def check(call, credential):
    if credential.value != "good":
        raise TokenInvalid("no")
    return "somebody"


app = Flask(__name__)


@app.post("/broken")
def broken():
    raise RuntimeError("this is to be seen")


API(app, guards={"key": check}).load_apis("apis").start()
"""
CONFIGURATION = "core: {handlers: fortress, compression: {}}\n"
PACE = 0.02
"""Seconds between requests beside an attack."""


def has_choice() -> bool:
    """Whether ``serve`` has a choice of servers."""
    with suppress(SystemExit):
        return "server" in vars(menu().parse_args(["serve"]))
    return False


SERVERS = ("granian", "gunicorn") if has_choice() else ("gunicorn",)


class Fortress:
    """A running service, and what is known of its processes."""

    def __init__(self, running: Running, port: int) -> None:
        self.running, self.port = running, port
        self.url = f"http://127.0.0.1:{port}"
        wait_for(lambda: answer(f"{self.url}/beside/1")[0] == 200, f"it serves:\n{running.text}")
        self.workers = wait_for(self._workers, "both workers are there")

    def _workers(self) -> list[int]:
        found = sorted(children_of(self.running.process.pid))
        return found if len(found) == 2 else []

    def is_whole(self) -> bool:
        """Whether all processes are those of the beginning."""
        return sorted(children_of(self.running.process.pid)) == self.workers and all(map(is_alive, self.workers))

    def memory(self) -> int:
        """Kilobytes that the workers have in memory; 0 where this cannot be known."""
        return sum(_resident(pid) for pid in self.workers)

    def handles(self) -> int:
        """How many files and sockets the workers have open; 0 where this cannot be known."""
        with suppress(OSError):
            return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in self.workers)
        return 0

    def told(self) -> str:
        """What of the log tells a fault of ours."""
        lines = [line.replace("gunicorn.error", "gunicorn") for line in self.running.lines]
        return "\n".join(line for line in lines if "Traceback" in line or "rror" in line or "ERROR" in line)

    @contextmanager
    def beside(self) -> Iterator[list[tuple[int, str]]]:
        """Send normal requests, one after another, as long as this lasts; one at least, from its beginning to its end.
        Gives what was wrong with their replies."""
        wrong: list[tuple[int, str]] = []
        over = threading.Event()

        def go_on() -> None:
            number = 0
            while not over.is_set():
                number += 1
                got = answer(f"{self.url}/beside/{number}")  # which gives up after 10 seconds
                if got != (200, f'{{"beside":"{number}"}}'):
                    wrong.append(got)
                over.wait(PACE)

        with ThreadPoolExecutor(2) as pool:
            going = [pool.submit(go_on) for _ in range(2)]
            try:
                yield wrong
            finally:
                over.set()
                for each in going:
                    each.result()


@contextmanager
def fortress(folder: Path, port: str, server: str) -> Iterator[Fortress]:
    """The service, by ``pymacaron serve``."""
    (folder / "apis").mkdir(parents=True)
    (folder / "apis" / "fortress.yaml").write_text(DOCUMENT)
    (folder / "fortress.py").write_text(FUNCTIONS)
    (folder / "server.py").write_text(SERVER)
    (folder / "pym-config.yaml").write_text(CONFIGURATION)
    chosen = ("--server", server) if has_choice() else ()
    with Running("serve", "--port", port, "--workers", "2", "--threads", "4", *chosen, cwd=folder) as running:
        yield Fortress(running, int(port))
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(20)


def _resident(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
    return 0

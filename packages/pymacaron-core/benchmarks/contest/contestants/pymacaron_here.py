"""PyMacaron: a project's folder is written as a user would, and loaded as ``pymacaron serve`` loads it."""

from __future__ import annotations

import os
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from pymacaron_core import load
from pymacaron_core.cli import main
from pymacaron_core.config import load_config
from pymacaron_core.logs import configure

from contest.document import document
from contest.tokens import AUDIENCE, ISSUER, SECRET
from contest.workloads import AUTHENTICATED, HOOKED

FUNCTIONS = '''\
"""The service's functions."""

from apis.workloads_models import Made, Order, Pong, Small


def ping() -> Pong:
    return Pong(ok="pong")


def create_order(order: Order) -> Made:
    return Made(
        order_id=1,
        status=order.status,
        total=sum(item.quantity * item.price for item in order.items),
        created_at=order.customer.created_at,
        items=order.items,
    )


def list_orders(order_id: int, limit: int, tags: list[str] | None) -> list[Small]:
    return [Small(id=order_id + n, name=f"order {n}") for n in range(20)]
'''
SERVER = '''\
"""The service, with hooks of Flask's own."""

from contest.contestants.flask_hooks import add_hooks
from flask import Flask
from pymacaron_core import API

app = Flask(__name__)
add_hooks(app)
api = API(app).load_apis()
'''
CONFIGURATION = f"name: workloads\nauth:\n  issuer: {ISSUER}\n  audience: {AUDIENCE}\n"


def make(kind: str) -> Any:
    folder = write(Path(tempfile.mkdtemp(prefix="workloads-")), kind)  # a folder of whoever started this process
    if os.environ.get("CONTEST_CONFIGURATION"):
        (folder / "pym-config.yaml").write_text(os.environ["CONTEST_CONFIGURATION"])
        configure(load_config(folder, production=True), development=False)
    return load(folder, production=True)


def write(folder: Path, kind: str) -> Path:
    """Write the project of one kind, with its models, into a folder; the secret goes into the environment."""
    (folder / "apis").mkdir()
    (folder / "apis" / "workloads.yaml").write_text(document(kind, "workloads"))
    (folder / "workloads.py").write_text(FUNCTIONS)
    if kind == HOOKED:
        (folder / "server.py").write_text(SERVER)
    if kind == AUTHENTICATED:
        (folder / "pym-config.yaml").write_text(CONFIGURATION)
        os.environ["PYM_JWT_SECRET"] = SECRET
    with redirect_stdout(StringIO()) as told:
        if main(["generate", "--root", str(folder)]):
            raise RuntimeError(f"the models of the workloads could not be generated: {told.getvalue()}")
    return folder

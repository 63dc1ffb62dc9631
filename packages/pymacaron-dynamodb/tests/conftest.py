"""What every test can use: databases, applications made of a document, and no path to a real cloud."""

import sys
from contextlib import ExitStack
from uuid import uuid4

import flask
import pytest
from pymacaron_core import API
from pymacaron_core.application import loading
from pymacaron_dynamodb import Persistence
from pymacaron_dynamodb.endpoint import IN_PROCESS, VARIABLE, Endpoint
from pymacaron_dynamodb.store import Store

from engines import ENGINES, patient

AWS = (
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)


@pytest.fixture(autouse=True)
def no_cloud(monkeypatch, tmp_path):
    """No test finds credentials, a region or an endpoint that it was not given."""
    for name in (*AWS, VARIABLE, "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "PYM_ENV", "PYM_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-aws-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(autouse=True)
def models_are_forgotten():
    modules, path = set(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - modules:
        if name.split(".")[0].startswith("apis"):
            del sys.modules[name]
    sys.path[:] = path


@pytest.fixture(scope="session")
def moto_url():
    with ENGINES["moto"]() as url:
        yield url


@pytest.fixture(scope="session")
def dynalite_url():
    with ENGINES["dynalite"]() as url:
        yield url


@pytest.fixture(params=["in process", "moto", pytest.param("dynalite", marks=pytest.mark.node)])
def url(request):
    """The URL of a database: what uses it runs once on each emulator, and on the one in this process."""
    return IN_PROCESS if request.param == "in process" else request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def store(url):
    """A store on an emulator, whose tables nobody else uses."""
    return Store(Endpoint(url, "us-east-1"), patient(table_prefix=f"t{uuid4().hex}."), makes_tables=True)


SHARED = {}


@pytest.fixture
def shared_store(url):
    """A store on an emulator, of which each test uses other keys: making tables is most of what a short test costs."""
    if url not in SHARED:
        SHARED[url] = Store(Endpoint(url, "us-east-1"), patient(table_prefix=f"t{uuid4().hex}."), makes_tables=True)
    return SHARED[url]


@pytest.fixture
def application(tmp_path):
    """A function that makes an application of a document, the current one, which keeps its models in this process."""
    entered = ExitStack()

    def make(document, name="shop", config=""):
        folder = tmp_path / name
        (folder / "apis").mkdir(parents=True)
        (folder / "apis" / f"{name}.yaml").write_text(document)
        (folder / "pym-config.yaml").write_text(config)
        api = API(flask.Flask(name), root=folder, persistence=Persistence())
        entered.enter_context(loading(api.application))
        return api.load_apis().finish()

    with entered:
        yield make

"""The service in this process, empty before each test."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pymacaron_core import Application, load

from helloworld import api, guestbook


@pytest.fixture(scope="session")
def application() -> Application:
    return load(Path(__file__).parents[1])


@pytest.fixture
def client(application: Application) -> FlaskClient:
    for store in (api.people, api.pictures, api.moods, guestbook.entries):
        store.clear()
    return application.app.test_client()

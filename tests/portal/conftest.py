"""The town of the browser tests, and people logged in without a browser."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories import portal_town
from tests.factories.markup import PageClient


@pytest.fixture(scope="module")
def town(shared_database: str) -> portal_town.Town:
    return portal_town.build()


@pytest.fixture
def enter(town: portal_town.Town) -> Callable[..., Client]:
    """Makes a client logged in as one of the town's accounts, or a visitor without one."""

    def make(login: str = "", *, language: str = "en") -> Client:
        client = PageClient(SERVER_NAME="localhost")
        client.cookies["django_language"] = language
        if login:
            answer = client.post("/login/", {"login": login, "password": portal_town.PASSWORD})
            assert answer.status_code == 302, answer.content.decode()
        return client

    return make

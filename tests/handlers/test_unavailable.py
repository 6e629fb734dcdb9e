"""A database or a cache that does not answer: 503, and soon again."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from enfilade.exceptions import ServiceUnavailable
from enfilade.test import Client, override_settings
from enfilade.urls import path


def ask_the_database(request: Any) -> None:
    raise ServiceUnavailable("The database does not answer: secret@10.0.0.1")


@pytest.fixture
def client(site: Callable[..., None]) -> Client:
    site(path("", ask_the_database))
    return Client(raise_request_exception=False)


def test_the_client_is_told_to_come_again(client: Client) -> None:
    response = client.get("/")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert b"Please try again" in response.content


def test_the_page_keeps_the_address_to_itself_and_the_log_does_not(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "enfilade.request"):
        response = client.get("/")
    assert b"10.0.0.1" not in response.content
    assert "secret@10.0.0.1" in caplog.text


def test_the_log_has_one_line_and_no_traceback(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "enfilade.request"):
        client.get("/")
    (record,) = caplog.records
    said = "Service Unavailable (The database does not answer: secret@10.0.0.1): /"
    assert (record.levelname, record.getMessage()) == ("ERROR", said)
    assert not record.exc_info


def test_the_traceback_is_there_for_who_debugs(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "enfilade.request"):
        client.get("/")
    line, traced = caplog.records
    assert (line.levelno, traced.levelno) == (logging.ERROR, logging.DEBUG)
    assert not line.exc_info
    assert "ask_the_database" in caplog.text


def test_the_debug_page_says_what_failed(client: Client) -> None:
    with override_settings(DEBUG=True):
        response = client.get("/")
    assert response.status_code == 503
    assert b"The database does not answer" in response.content
    assert response.headers["Retry-After"] == "1"


def test_a_site_has_a_page_of_its_own(
    site: Callable[..., None], tmp_path: Any, client: Client
) -> None:
    (tmp_path / "503.html").write_text("Back at once")
    with override_settings(TEMPLATES=[{"DIRS": [tmp_path]}]):
        assert client.get("/").content == b"Back at once"

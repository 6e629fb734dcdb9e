"""A paused server tells everybody to come later, in words that fit who asks."""

import json

import pytest

from enfilade.server.health import HealthPorter
from enfilade.server.pause import DEFAULT, PausePorter
from enfilade.server.porter import Porters
from enfilade.server.scoreboard import MESSAGE_BYTES, Scoreboard
from wire import serving


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"application"]


@pytest.fixture
def board():
    return Scoreboard(1, 1)


@pytest.fixture
def client(board):
    health = HealthPorter("/livez", "/readyz", board.server, 0)
    porters = Porters([health, PausePorter(board.server)])
    with serving(hello, porter=porters, board=board) as site, site.client() as client:
        yield client


def test_answers_503_and_when_to_come_back_until_resumed(board, client):
    assert client.get().body == b"application"
    board.pause("The database moves.", 120)
    answer = client.get("/any/where")
    assert (answer.status, answer.body) == (503, b"The database moves.\n")
    assert answer.headers["retry-after"] == "120"
    assert answer.headers["cache-control"] == "no-store"
    board.resume()
    assert client.get().body == b"application"


def test_a_browser_gets_a_page_and_nobody_markup_of_the_message(board, client):
    board.pause("<script>1</script>\nBack at 5 & later: schöner", 1)
    answer = client.get("/", "Accept: text/html,application/xhtml+xml,*/*;q=0.8")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "&lt;script&gt;1&lt;/script&gt;\nBack at 5 &amp; later: schöner" in answer.body.decode()


def test_a_program_gets_json(board, client):
    board.pause("Later", 1)
    answer = client.get("/", "Accept: application/json")
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body)["detail"] == "Later"


def test_the_message_can_be_changed_and_has_a_default(board, client):
    board.pause("one", 1)
    assert client.get().body == b"one\n"
    board.pause("two, longer", 1)
    assert client.get().body == b"two, longer\n"
    board.pause("", 1)
    assert client.get().body.decode() == f"{DEFAULT}\n"


def test_a_long_message_is_cut_between_characters(board, client):
    board.pause("ä" * MESSAGE_BYTES, 1)
    assert client.get().body.decode() == "ä" * (MESSAGE_BYTES // 2) + "\n"


def test_health_checks_are_answered(board, client):
    board.pause("Later", 1)
    assert client.get("/livez").status == 200
    assert client.get("/readyz").body == b"not ready: paused\n"


def test_every_method_is_paused_and_a_body_is_skipped(board, client):
    board.pause("Later", 1)
    client.send(b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na=1")
    assert client.answer().status == 503
    client.send(b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
    assert client.answer().status == 503

"""A PostgreSQL that keeps silent: paused, or nothing but a listener that never answers."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import text

from enfilade.database import connect, engine
from enfilade.exceptions import ServiceUnavailable
from enfilade.test import override_settings
from services import Service, postgresql_server

pytestmark = [pytest.mark.service, pytest.mark.slow]

BOUND = 10
"""Seconds within which a thread is free again, on a machine that is busy with other tests."""


@pytest.fixture
def server() -> Iterator[Service]:
    with postgresql_server() as server, override_settings(DATABASE_URL=server.url):
        yield server


@contextmanager
def silent_listener() -> Iterator[str]:
    """The address of a database that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield f"postgresql://enfilade@127.0.0.1:{sock.getsockname()[1]}/postgres"


def ask(statement: str = "SELECT 1") -> object:
    with connect() as connection:
        return connection.execute(text(statement)).scalar()


def seconds_refused(statement: str = "SELECT 1") -> float:
    begun = time.monotonic()
    with pytest.raises(ServiceUnavailable, match="The database"):
        ask(statement)
    return time.monotonic() - begun


def test_what_accepts_and_never_answers_is_given_up() -> None:
    with silent_listener() as url, override_settings(DATABASE_URL=url):
        assert seconds_refused() < BOUND


def test_a_paused_server_is_given_up_by_who_has_a_connection_and_who_has_none(
    server: Service,
) -> None:
    assert ask() == 1
    with server.paused():
        assert seconds_refused() < BOUND
        engine().dispose()
        assert seconds_refused() < BOUND
    assert eventually_answered()


def eventually_answered() -> bool:
    """Whether the database is used again soon after it is back."""
    deadline = time.monotonic() + BOUND
    while time.monotonic() < deadline:
        try:
            return ask() == 1
        except ServiceUnavailable:
            time.sleep(0.05)
    return False


def test_a_silence_holds_one_thread_at_a_time(server: Service) -> None:
    ask()
    told = []

    def visit() -> None:
        with pytest.raises(ServiceUnavailable) as caught:
            ask()
        told.append(str(caught.value))

    with server.paused():
        seconds_refused()
        threads = [threading.Thread(target=visit) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    waited = [text for text in told if "for a while" not in text]
    assert len(told) == 20
    assert len(waited) < 5  # one, but for a machine that is slow to start twenty threads


def test_a_statement_under_way_is_given_up_when_the_server_falls_silent(server: Service) -> None:
    results: list[float] = []
    thread = threading.Thread(
        target=lambda: results.append(seconds_refused("SELECT pg_sleep(600)"))
    )
    thread.start()
    wait_for_statement(server)
    with server.paused():
        thread.join(2 * BOUND)
        assert not thread.is_alive()
    assert results


def wait_for_statement(server: Service) -> None:
    """Wait until the server works on a ``pg_sleep``."""
    question = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"
    deadline = time.monotonic() + BOUND
    with psycopg.connect(server.url) as other:
        while time.monotonic() < deadline:
            row = other.execute(question).fetchone()
            if row and row[0]:
                return
            other.rollback()
            time.sleep(0.05)
    raise AssertionError("the statement has not begun")


def test_a_slow_statement_is_waited_for_while_the_server_is_there(server: Service) -> None:
    assert ask("SELECT pg_sleep(2.5)::text || 'done'") == "done"


def test_a_slow_statement_is_waited_for_while_the_server_takes_no_more_connections(
    server: Service,
) -> None:
    ask("SELECT 1")
    crowd = threading.Thread(target=fill, args=(server,))
    crowd.start()
    assert ask("SELECT pg_sleep(2.5)::text || 'done'") == "done"
    crowd.join()


def fill(server: Service) -> None:
    """Hold every connection that there is, for three seconds."""
    held = []
    try:
        while True:
            held.append(psycopg.connect(server.url))
    except psycopg.OperationalError:
        time.sleep(3)
    finally:
        for connection in held:
            connection.close()


def test_a_backend_that_was_ended_is_replaced(server: Service) -> None:
    with connect() as connection:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGTERM)
    assert eventually_answered()
    assert ask("SELECT pg_backend_pid()") != pid


def test_a_site_may_make_the_connections_itself(server: Service) -> None:
    with override_settings(DATABASE_OPTIONS={"creator": lambda: psycopg.connect(server.url)}):
        assert [ask(), ask()] == [1, 1]


def count_connections(server: Service) -> int:
    return (server.folder / "log").read_text().count("connection authorized")


def test_a_slow_statement_tries_the_server_only_while_no_other_is_answered(
    server: Service,
) -> None:
    """So that a crowd of slow statements makes no crowd of connections."""
    with psycopg.connect(server.url, autocommit=True) as other:
        other.execute("ALTER SYSTEM SET log_connections = on")
        other.execute("SELECT pg_reload_conf()")
    ask()
    while not count_connections(server):  # until the server has read its settings again
        engine().dispose()
        ask()
    with connect() as first, connect() as second:
        begun = count_connections(server)
        slow = threading.Thread(target=lambda: first.execute(text("SELECT pg_sleep(1.5)")))
        slow.start()
        while slow.is_alive():
            second.execute(text("SELECT 1"))
            time.sleep(0.01)
        assert count_connections(server) == begun
        first.execute(text("SELECT pg_sleep(1.5)"))
        assert count_connections(server) > begun

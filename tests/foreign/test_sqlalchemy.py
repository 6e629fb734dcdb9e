"""Queries that SQLAlchemy makes are noted on the trace of the request that makes them."""

import sys

import pytest
import sqlalchemy
from sqlalchemy import text

from enfilade.foreign import watch
from enfilade.trace import Trace, carrying


@pytest.fixture
def connection():
    watch(sys.modules["sqlalchemy.engine"])
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE users (name TEXT, password TEXT)"))
        yield connection
    engine.dispose()


@pytest.fixture
def trace():
    trace = Trace()
    with carrying(trace):
        yield trace


def test_a_query_is_noted_with_its_end(connection, trace):
    connection.execute(text("SELECT name FROM users")).all()
    [note] = trace.notes
    assert (note.kind, note.source, note.text) == ("sql", "sqlite", "SELECT name FROM users")
    assert note.until >= note.at


def test_what_it_is_given_is_not(connection, trace):
    statement = text("INSERT INTO users (name, password) VALUES (:name, :password)")
    connection.execute(statement, [{"name": "ada", "password": "s3cret"}] * 3)
    [note] = trace.notes
    assert note.text == "INSERT INTO users (name, password) VALUES (?, ?) (× 3)"


def test_nor_is_what_somebody_wrote_into_it(connection, trace):
    connection.execute(text("UPDATE users SET password = 's3cret'"))
    assert "s3cret" not in trace.notes[0].text


def test_a_query_that_fails_says_so(connection, trace):
    with pytest.raises(sqlalchemy.exc.OperationalError):
        connection.execute(text("SELECT nothing FROM nowhere"))
    [note] = trace.notes
    assert note.text == "SELECT nothing FROM nowhere (OperationalError)"
    assert note.until


def test_other_requests_queries_are_not_noted(connection):
    connection.execute(text("SELECT 1"))


def test_installed_twice_it_notes_once(connection, trace):
    watch(sys.modules["sqlalchemy.engine"])
    connection.execute(text("SELECT 1"))
    assert len(trace.notes) == 1

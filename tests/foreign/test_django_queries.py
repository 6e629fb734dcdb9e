"""Queries of a Django site are noted on the trace of the request that makes them."""

import sys

import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper

from enfilade.foreign import watch
from enfilade.trace import Trace, carrying


@pytest.fixture
def cursor():
    watch(sys.modules["django.db.backends.base.base"])
    connection = DatabaseWrapper(
        {"NAME": ":memory:", "OPTIONS": {}, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False,
         "AUTOCOMMIT": True, "TIME_ZONE": None, "ATOMIC_REQUESTS": False, "ENGINE": "",
         "USER": "", "PASSWORD": "", "HOST": "", "PORT": ""},
        alias="main",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE users (name TEXT, password TEXT)")
        yield cursor
    connection.close()


def test_a_query_is_noted_without_its_parameters(cursor):
    with carrying(trace := Trace()):
        cursor.execute("INSERT INTO users VALUES (%s, %s)", ["ada", "s3cret"])
    [note] = trace.notes
    assert (note.kind, note.source) == ("sql", "main")
    assert note.text == "INSERT INTO users VALUES (%s, %s)"
    assert note.until


def test_many_at_once_are_one_note(cursor):
    with carrying(trace := Trace()):
        cursor.executemany("INSERT INTO users VALUES (%s, %s)", [["a", "b"], ["c", "d"]])
    assert [note.text for note in trace.notes] == ["INSERT INTO users VALUES (%s, %s) (× 2)"]


def test_a_query_that_fails_says_so(cursor):
    with carrying(trace := Trace()), pytest.raises(Exception, match="no such table"):
        cursor.execute("SELECT 1 FROM nowhere")
    assert trace.notes[0].text == "SELECT 1 FROM nowhere (OperationalError)"


def test_without_a_trace_nothing_is_noted(cursor):
    cursor.execute("SELECT 1")
    assert cursor.fetchall() == [(1,)]

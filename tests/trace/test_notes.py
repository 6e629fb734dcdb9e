"""What is said while a request is under way is noted on its trace, without its secrets."""

import logging
from collections.abc import Iterator

import pytest

from enfilade.secrecy import HIDDEN
from enfilade.trace import CURRENT, Trace, carrying, note_logs
from enfilade.trace.notes import LONGEST, MOST
from enfilade.trace.queries import begin_query, query

logger = logging.getLogger("shop.orders")


@pytest.fixture
def trace(caplog: pytest.LogCaptureFixture) -> Iterator[Trace]:
    """A trace that is under way, while logs are watched."""
    caplog.set_level(logging.INFO, logger.name)
    make = logging.getLogRecordFactory()
    note_logs()
    carried = Trace()
    try:
        with carrying(carried):
            yield carried
    finally:
        logging.setLogRecordFactory(make)


def test_a_line_of_a_log_is_noted(trace):
    logger.warning("%s orders", 3)
    [note] = trace.notes
    assert (note.kind, note.source, note.text) == ("log", "shop.orders", "WARNING 3 orders")


def test_its_secrets_are_not(trace):
    logger.info("login with password: %s", "s3cret")
    assert trace.notes[0].text == f"INFO login with password: {HIDDEN}"


def test_nothing_is_noted_that_no_request_says(trace):
    with carrying(Trace()) as _:
        logger.warning("of another")
    CURRENT.set(None)
    logger.warning("of none")
    assert trace.notes == []


def test_details_are_not_noted(trace, caplog):
    caplog.set_level(logging.DEBUG, logger.name)
    logger.debug("chatter")
    assert trace.notes == []


def test_queries_that_are_logged_are_not_noted_with_their_parameters(trace, caplog):
    caplog.set_level(logging.INFO, "sqlalchemy.engine")
    logging.getLogger("sqlalchemy.engine.Engine").info("[generated in 0.00007s] ('s3cret',)")
    assert trace.notes == []


def test_the_exception_of_a_line_is_noted_in_short(trace):
    try:
        raise ValueError("no such token: s3cret")
    except ValueError:
        logger.exception("it failed")
    first, second = trace.notes[0].text.split("\n")
    assert first == "ERROR it failed"
    assert second.startswith(f"ValueError: no such token: {HIDDEN} at {__file__}:")


def test_a_line_that_cannot_be_made_disturbs_nobody(trace, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logger.warning("%d", "no number")
    assert trace.notes == []


def test_long_lines_are_cut(trace):
    logger.warning("%s", "a b " * LONGEST)
    assert len(trace.notes[0].text) == LONGEST


def test_many_lines_are_not_all_kept(trace):
    for number in range(2 * MOST):
        logger.warning("%s", number)
    assert len(trace.notes) == MOST
    assert trace.notes[-1].text == "More than 199 notes: the rest is not kept."


def test_watching_twice_notes_once(trace):
    note_logs()
    logger.warning("once")
    assert len(trace.notes) == 1


def test_logs_are_configured_as_if_nobody_watched(trace):
    # basicConfig() does nothing if the root has a handler.
    assert not any("enfilade" in type(each).__module__ for each in logging.root.handlers)


def test_a_query_lasts_as_long_as_its_block(trace):
    with query("main", "SELECT 1"):
        assert not trace.notes[0].until
    assert trace.notes[0].until >= trace.notes[0].at
    assert (trace.notes[0].kind, trace.notes[0].source) == ("sql", "main")


def test_a_query_that_fails_says_so(trace):
    with pytest.raises(ValueError), query("main", "SELECT 1"):
        raise ValueError
    assert trace.notes[0].text == "SELECT 1 (ValueError)"
    assert trace.notes[0].until


def test_a_statement_keeps_its_placeholders_and_loses_its_secrets(trace):
    begin_query("main", "UPDATE users SET password = 's3cret' WHERE id = %(id)s AND token = ?", 2)
    assert trace.notes[0].text == (
        f"UPDATE users SET password = {HIDDEN} WHERE id = %(id)s AND token = ? (× 2)"
    )


def test_a_query_outside_of_requests_is_not_noted():
    assert begin_query("main", "SELECT 1") is None
    with query("main", "SELECT 1"):
        pass

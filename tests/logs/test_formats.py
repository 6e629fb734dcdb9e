"""One line a record, for people and for programs."""

import json
import logging
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.http import HttpResponse
from enfilade.logs import JSONFormatter, LineFormatter
from enfilade.test import RequestFactory

logger = logging.getLogger("shop.basket")
rf = RequestFactory()


def record(message, *args, **extra):
    made = logging.makeLogRecord({"name": "shop", "levelname": "INFO", "msg": message, **extra})
    made.args = args
    return made


# For people --------------------------------------------------------------------------------


def test_a_line_tells_time_level_logger_and_message(log):
    stream = log(LineFormatter())
    logger.warning("%d left", 3)
    time, _, rest = stream.getvalue().partition(" WARNING ")
    assert datetime.strptime(time, "%Y-%m-%d %H:%M:%S")
    assert rest == "shop.basket: 3 left\n"


def test_a_line_tells_the_request_without_its_query(log):
    stream = log(LineFormatter("%H"))
    request = rf.get("/x/?token=1", headers={"X-Request-ID": "r", "Cookie": "session=2"})
    logger.warning("gone", extra={"request": request, "status_code": 404})
    assert stream.getvalue().endswith("shop.basket: gone  [GET /x/ 404 r]\n")


def test_a_message_cannot_forge_a_line(log):
    stream = log(LineFormatter())
    logger.warning("from %s", "a\nb\r\x1b[31m\u2028c")
    assert stream.getvalue().endswith("from a\\nb\\r\\x1b[31m\\u2028c\n")
    assert stream.getvalue().count("\n") == 1


def test_half_of_a_surrogate_pair_does_not_lose_the_record():
    try:
        raise ValueError("b\udcff")
    except ValueError as exc:
        failure = (ValueError, exc, exc.__traceback__)
    record = logging.LogRecord("shop", logging.ERROR, __file__, 1, "a\ud800", (), failure)
    first, *_, last = LineFormatter().format(record).encode().splitlines()
    assert first.endswith(rb"a\ud800")
    assert last.endswith(rb"ValueError: b\udcff")


def test_a_traceback_stands_below_and_is_indented(log):
    stream = log(LineFormatter())
    try:
        raise ValueError("a\n2026-11-20 forged")
    except ValueError:
        logger.exception("failed")
    first, *rest = stream.getvalue().splitlines()
    assert first.endswith("ERROR shop.basket: failed")
    assert all(line.startswith("    ") for line in rest)
    assert rest[-2:] == ["    ValueError: a", "    2026-11-20 forged"]


# For programs ------------------------------------------------------------------------------


def test_an_object_has_the_record_and_its_extra(log):
    stream = log(JSONFormatter())
    extra = {"amount": Decimal("1.50"), "day": datetime(2026, 1, 2, tzinfo=UTC), "tags": {"a"}}
    logger.warning("sold %s", "a\nlamp", extra=extra)
    (line,) = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert datetime.fromisoformat(entry.pop("time")).tzinfo == UTC
    assert entry == {
        "level": "WARNING",
        "logger": "shop.basket",
        "message": "sold a\nlamp",
        "amount": "Decimal('1.50')",
        "day": "2026-01-02T00:00:00+00:00",
        "tags": ["a"],
    }


def test_an_object_has_the_request_and_nothing_secret_of_it(log):
    stream = log(JSONFormatter())
    request = rf.post(
        "/pay/?token=T0K3N",
        {"card": "C4RD"},
        headers={"Cookie": "sessionid=C00K", "X-Request-ID": "r"},
    )
    extra = {"request": request, "status_code": 400, "again": request}
    logger.error("refused", extra=extra)
    entry = json.loads(stream.getvalue())
    wanted = {"method": "POST", "path": "/pay/", "status": 400, "request_id": "r"}
    assert entry.items() >= wanted.items()
    assert entry["again"] == "POST /pay/"
    assert "route" not in entry
    assert not any(secret in stream.getvalue() for secret in ("T0K3N", "C4RD", "C00K"))


def test_an_object_has_exception_and_stack(log):
    stream = log(JSONFormatter())
    try:
        raise ValueError("no")
    except ValueError:
        logger.exception("failed", stack_info=True)
    entry = json.loads(stream.getvalue())
    assert entry["exception"].startswith("Traceback")
    assert entry["exception"].endswith("ValueError: no")
    assert entry["stack"].startswith("Stack")


class Unspeakable:
    def __repr__(self):
        raise RuntimeError


def endless():
    made = []
    made.append(made)
    return made


@pytest.mark.parametrize(
    "value",
    [
        float("nan"), {(1, 2): 3}, Unspeakable(), endless(), b"\xff", object, HttpResponse(),
        10**5000,
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_json_has_no_notation_for_is_written_as_text(value):
    entry = json.loads(JSONFormatter().format(record("x", odd=value)))
    assert isinstance(entry["odd"], str) and entry["odd"]
    assert entry["message"] == "x"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
)


@pytest.mark.slow
@given(st.text(), st.dictionaries(st.text(min_size=1).map("x".__add__), ANYTHING, max_size=3))
def test_every_record_is_one_line_in_both_forms(message, extra):
    made = record("%s", message, **extra)
    line = JSONFormatter().format(made)
    assert len(line.splitlines()) == 1
    assert json.loads(line, parse_constant=pytest.fail)["message"] == message
    assert len(LineFormatter().format(made).splitlines()) == 1

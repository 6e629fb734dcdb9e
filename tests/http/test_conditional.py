"""Preconditions in the order of RFC 9110, 13.2.2."""

import pytest

from enfilade.http import HttpRequest, HttpResponse, StreamingHttpResponse
from enfilade.http.conditional import get_conditional_response, range_applies
from enfilade.http.dates import http_date

NOW = 1_700_000_000
BEFORE, SAME, AFTER = (http_date(NOW + seconds) for seconds in (-1, 0, 1))


def ask(method="GET", etag='"1"', modified=NOW, response=None, **conditions):
    request = HttpRequest()
    request.method = method
    request.META.update({f"HTTP_{name.upper()}": value for name, value in conditions.items()})
    answer = get_conditional_response(request, etag, modified, response)
    return None if answer is None else answer.status_code


# 13.1.1 If-Match


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_if_match_lets_only_the_seen_version_be_changed(method):
    assert ask(method, if_match='"1"') is ask(method, if_match='"0", "1"') is None
    assert ask(method, if_match='"2"') == 412


def test_if_match_compares_strongly():
    assert ask(if_match='W/"1"') == ask(if_match='W/"1"', etag='W/"1"') == 412


@pytest.mark.parametrize("field", ["", "1", "1, 2", ",", 'W/1, "', "'1'"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_if_match_without_a_tag_in_it_matches_nothing(method, field):
    assert ask(method, if_match=field) == ask(method, if_match=field, etag=None) == 412


def test_if_match_is_true_by_any_tag_among_nonsense():
    assert ask(if_match='x, "1", y') is None


def test_if_match_any_asks_whether_there_is_something():
    assert ask("PUT", if_match="*") is ask("PUT", if_match="*", etag=None) is None
    assert ask("PUT", if_match="*", etag=None, modified=None) == 412


# 13.1.2 If-None-Match


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_none_match_spares_the_reader_what_he_has(method):
    assert ask(method, if_none_match='"0", W/"1"') == 304
    assert ask(method, if_none_match='"2"') is None


def test_if_none_match_keeps_others_from_changing():
    assert ask("PUT", if_none_match="*") == ask("PUT", if_none_match='"1"') == 412
    assert ask("PUT", if_none_match="*", etag=None, modified=None) is None
    assert ask("PUT", if_none_match="*", etag=None) == 412


# 13.1.3 If-Modified-Since


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_modified_since_spares_the_reader_what_he_has(method):
    assert ask(method, if_modified_since=SAME) == ask(method, if_modified_since=AFTER) == 304
    assert ask(method, if_modified_since=BEFORE) is None


def test_fractions_of_a_second_do_not_count():
    assert ask(if_modified_since=SAME, modified=NOW + 0.9) == 304


@pytest.mark.parametrize("date", ["", "yesterday", "0"])
def test_a_date_that_is_none_is_ignored(date):
    assert ask(if_modified_since=date) is ask("PUT", if_unmodified_since=date) is None


def test_if_modified_since_is_for_readers():
    assert ask("POST", if_modified_since=AFTER) is None


def test_if_none_match_comes_before_if_modified_since():
    assert ask(if_none_match='"2"', if_modified_since=AFTER) is None
    assert ask(if_none_match='"1"', if_modified_since=BEFORE) == 304


@pytest.mark.parametrize("field", ["", "1", '"1'])
def test_if_none_match_without_a_tag_in_it_comes_before_if_modified_since(field):
    assert ask(if_none_match=field, if_modified_since=AFTER) is None


# 13.1.4 If-Unmodified-Since


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_if_unmodified_since_lets_only_the_seen_version_be_changed(method):
    assert ask(method, if_unmodified_since=SAME) is ask(method, if_unmodified_since=AFTER) is None
    assert ask(method, if_unmodified_since=BEFORE) == 412


def test_if_unmodified_since_is_ignored_without_a_date_of_modification():
    assert ask("PUT", modified=None, if_unmodified_since=BEFORE) is None


def test_if_match_comes_before_if_unmodified_since():
    assert ask("PUT", if_match='"1"', if_unmodified_since=BEFORE) is None
    assert ask("PUT", if_match="1", if_unmodified_since=AFTER) == 412


# 13.2


def test_what_would_change_is_asked_before_what_would_be_spared():
    assert ask(if_match='"2"', if_none_match='"1"') == 412
    assert ask(if_match='"1"', if_none_match='"1"') == 304
    assert ask(if_unmodified_since=BEFORE, if_modified_since=AFTER) == 412


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT"])
def test_methods_without_a_representation_know_no_conditions(method):
    assert ask(method, if_match='"2"', if_none_match="*") is None


@pytest.mark.parametrize("status", [301, 404, 500])
def test_only_a_success_is_conditional(status):
    assert ask(if_none_match='"1"', response=HttpResponse(status=status)) == status


# The answers


def replaced(response, **conditions):
    request = HttpRequest()
    request.method, request.path = "GET", "/path"
    request.META.update(conditions)
    return get_conditional_response(request, '"1"', NOW, response)


def test_a_304_has_the_fields_that_a_cache_needs_and_the_cookies():
    names = ("Age", "Cache-Control", "Content-Location", "Date", "ETag", "Expires", "Vary")
    kept = dict.fromkeys(names, "x")
    response = HttpResponse("body", headers={**kept, "Last-Modified": SAME, "Content-MD5": "y"})
    response.set_cookie("tea", "green")
    answer = replaced(response, HTTP_IF_NONE_MATCH='"1"')
    assert answer.headers == {**kept, "Last-Modified": SAME}
    assert answer.cookies["tea"].value == "green"
    assert answer.content == b""


@pytest.mark.parametrize("condition", ["HTTP_IF_NONE_MATCH", "HTTP_IF_UNMODIFIED_SINCE"])
def test_what_the_response_had_open_is_closed_with_the_new_one(condition):
    closed = []

    def stream():
        try:
            yield b"x"
        finally:
            closed.append(True)

    response = StreamingHttpResponse(stream())
    next(iter(response))
    value = '"1"' if condition.endswith("MATCH") else BEFORE
    answer = replaced(response, **{condition: value})
    assert not closed
    answer.close()
    assert closed


def test_a_412_is_logged(caplog):
    replaced(None, HTTP_IF_MATCH='"2"')
    assert [record.getMessage() for record in caplog.records] == ["Precondition Failed: /path"]


# 13.1.5 If-Range


@pytest.mark.parametrize(
    ("field", "applies"),
    [
        (None, True),
        ('"1"', True),
        ('W/"1"', False),
        ('"2"', False),
        (SAME, True),
        (BEFORE, False),
        (AFTER, False),
        ("*", False),
        ("", False),
    ],
)
def test_if_range_wants_certainty(field, applies):
    assert range_applies(field, '"1"', SAME) is applies


def test_if_range_takes_a_date_for_a_validator_when_its_second_is_over(monkeypatch):
    for now, applies in [(NOW + 0.9, False), (NOW - 5, False), (NOW + 1, True)]:
        monkeypatch.setattr("time.time", lambda now=now: now)
        assert range_applies(SAME, None, SAME) is applies


def test_if_range_takes_no_other_text_for_a_date():
    assert not range_applies("yesterday", None, "yesterday")


def test_if_range_does_not_hold_without_a_validator():
    assert not range_applies('"1"', None, SAME)
    assert not range_applies(SAME, '"1"', None)
    assert not range_applies('"1"', 'W/"1"', None)

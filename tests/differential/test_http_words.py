"""Parameters, dates, cookies, queries, hosts: the words of HTTP, beside Django's."""

import datetime
import decimal
import json
import uuid

import django.http
import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.http.request import MediaType as DjangoMediaType
from django.http.request import split_domain_port as django_split_domain_port
from django.http.request import validate_host as django_validate_host
from django.utils import encoding as django_encoding
from django.utils import http as django_http_words
from hypothesis import example, given, settings
from hypothesis import strategies as st

from enfilade.http import MediaType, parse_cookie
from enfilade.http.address import split_domain_port, validate_host
from enfilade.http.dates import http_date, parse_http_date
from enfilade.http.files import content_disposition_header
from enfilade.http.iri import decode_path, escape_uri_path, iri_to_uri
from enfilade.http.json import JSONEncoder
from enfilade.http.parameters import parse_header_parameters
from oracle.pair import assert_same, outcome, site

FEW = settings(max_examples=60, deadline=None)

header_text = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=60)
query_like = st.text(st.sampled_from("ab=&+%4C3é;/?€ "), max_size=40)


@FEW
@given(st.text(st.sampled_from('ab=; "\\0123,é'), max_size=40))
@example('a="\\303\\251"; b="x\\"y"; =; c; d="')
def test_cookies_are_read_alike_but_for_nameless_and_later_ones(text):
    first = {}
    for part in text.split(";"):
        name, equals, _ = part.partition("=")
        if equals and name.strip():
            first.setdefault(name.strip(), part)
    assert parse_cookie(text) == django.http.parse_cookie(";".join(first.values()))


@FEW
@given(query_like, st.sampled_from([None, "latin-1", "utf-8"]))
def test_query_strings_are_read_and_written_alike(text, encoding):
    def question(package):
        query = package.http.QueryDict(text, encoding=encoding)
        if encoding == "latin-1" and "€" in text:  # an intended difference
            return list(query.lists())
        return list(query.lists()), query.urlencode(), query.urlencode(safe="/")

    assert_same(question)


@FEW
@given(st.binary(max_size=30))
def test_query_bytes_are_read_alike(data):
    assert_same(lambda package: list(package.http.QueryDict(data).lists()))


def test_too_many_fields_are_refused_alike():
    def question(package):
        return list(package.http.QueryDict("a&b&c").lists())

    with site(DATA_UPLOAD_MAX_NUMBER_FIELDS=3):
        assert assert_same(question) == [("a", [""]), ("b", [""]), ("c", [""])]
    with site(DATA_UPLOAD_MAX_NUMBER_FIELDS=2):
        assert assert_same(question)[0] == "TooManyFieldsSent"


QUERY_ACTIONS = {
    "set": lambda q: q.__setitem__("a", "x"),
    "set bytes": lambda q: q.__setitem__(b"a", b"x\xff"),
    "delete": lambda q: q.__delitem__("a"),
    "missing": lambda q: q["zzz"],
    "setlist": lambda q: q.setlist("a", [b"1", "2"]),
    "setlistdefault": lambda q: q.setlistdefault("z", ["1"]),
    "appendlist": lambda q: q.appendlist("a", b"9"),
    "append new": lambda q: q.appendlist("z", "9"),
    "pop": lambda q: q.pop("a"),
    "popitem": lambda q: q.popitem(),
    "clear": lambda q: q.clear(),
    "setdefault": lambda q: q.setdefault("z", b"1"),
    "setdefault there": lambda q: q.setdefault("a", "1"),
    "update": lambda q: q.update({"a": "7", "z": "8"}),
    "update many": lambda q: q.update(type(q)("a=5&y=6"), k="v"),
    "update pairs": lambda q: q.update([("a", "7")]),
    "getlist": lambda q: (q.getlist("a"), q.getlist("zz"), q.getlist("zz", ["d"])),
    "get": lambda q: (q.get("a"), q.get("zz"), q.get("zz", 1)),
    "views": lambda q: (list(q.items()), list(q.values()), list(q), len(q), q.dict()),
    "empty list": lambda q: (q.setlist("e", []), q["e"], q.get("e", 3)),
    "repr": repr,
}


@pytest.mark.parametrize("mutable", [True, False])
@pytest.mark.parametrize("action", QUERY_ACTIONS.values(), ids=QUERY_ACTIONS)
def test_query_dicts_change_alike(action, mutable):
    def question(package):
        query = package.http.QueryDict("a=1&a=2&b=3", mutable=mutable)
        return outcome(action, query), list(query.lists())

    assert_same(question)


@FEW
@given(st.text(st.sampled_from("ab/; =\"\\*'utf-8%<>é,qT"), max_size=40))
@example("text/html; charset=utf-8")
@example('form-data; name="a;b"; filename="x\\"y.txt"')
@example("form-data; filename*=UTF-8''%e2%82%ac.txt")
@example("form-data; filename*=nonsense''%e2.txt; x=<y>")
@example("a; *=b; c*0=d; c*1=e; f*1=g")
def test_header_parameters_are_read_alike(line):
    theirs = outcome(django_http_words.parse_header_parameters, line)
    assert outcome(parse_header_parameters, line) == theirs


@FEW
@given(st.text(st.sampled_from("aB.-:[]1f8_/@ \n"), max_size=20))
@example("Example.org.:8000")
@example("[::1]:80")
@example("example.org\n")
def test_hosts_are_split_alike(host):
    assert split_domain_port(host) == django_split_domain_port(host)


@pytest.mark.parametrize("pattern", ["*", "", "a.example", ".a.example", "A.example", ".A.example"])
@pytest.mark.parametrize("host", ["a.example", "b.a.example", "xa.example", ""])
def test_hosts_are_allowed_alike(host, pattern):
    assert validate_host(host, [pattern]) == django_validate_host(host, [pattern])


@FEW
@given(st.text(max_size=30))
@example("/I ♥ %20 {}")
def test_iris_become_uris_alike(text):
    assert iri_to_uri(text) == django_encoding.iri_to_uri(text)
    assert escape_uri_path(text) == django_encoding.escape_uri_path(text)


@FEW
@given(st.binary(max_size=30))
@example(b"/\xff%\xc3\xa9\xe2\x82/x")
def test_paths_that_are_not_utf8_are_percent_encoded_alike(data):
    theirs = django_encoding.repercent_broken_unicode(data).decode()
    assert decode_path(data.decode("latin-1")) == theirs


@FEW
@given(st.integers(0, 4102444800))
def test_dates_are_written_and_read_alike(seconds):
    text = http_date(seconds)
    assert text == django_http_words.http_date(seconds)
    assert parse_http_date(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-71 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Nov 1994 25:49:37 GMT",
        "yesterday",
        "",
    ],
)
def test_date_formats_are_understood_alike(text):
    theirs = outcome(django_http_words.parse_http_date, text)
    ours = outcome(parse_http_date, text)
    assert ours == theirs or (ours[0], theirs[0]) == ("ValueError", "ValueError")


@pytest.mark.parametrize("name", ["", "a.txt", 'q"\\.txt', "é.txt", "tab\t.txt", "line\n.txt"])
@pytest.mark.parametrize("as_attachment", [True, False])
def test_dispositions_are_alike(name, as_attachment):
    theirs = django_http_words.content_disposition_header(as_attachment, name)
    assert content_disposition_header(as_attachment, name) == theirs


VALUES = [
    datetime.datetime(2024, 1, 2, 3, 4, 5, 678901),
    datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
    datetime.datetime(2024, 1, 2, 3, 4, 5, 6789, datetime.timezone(datetime.timedelta(hours=1))),
    datetime.date(2024, 1, 2),
    datetime.time(3, 4, 5, 678901),
    datetime.time(3, 4, 5),
    datetime.time(3, 4, tzinfo=datetime.UTC),
    datetime.timedelta(days=1, hours=2, minutes=3, seconds=4, microseconds=5),
    -datetime.timedelta(days=1, seconds=4),
    datetime.timedelta(0),
    decimal.Decimal("1.10"),
    uuid.UUID(int=7),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_json_is_alike(value):
    theirs = outcome(json.dumps, {"v": value}, cls=DjangoJSONEncoder)
    assert outcome(json.dumps, {"v": value}, cls=JSONEncoder) == theirs


# Media types ------------------------------------------------------------------------------

ranges = st.sampled_from(
    [
        *("*/*", "text/*", "text/html", "text/html;level=1", "text/html; level=1; q=0.4"),
        *("text/plain;q=0.5", "application/json; q=0", "*/*;q=0.1", "image/webp;q=2", ""),
        *("application/json;q=x", "text", "TEXT/HTML;q=0.9", "text/html; q=0.8; version=2"),
    ]
)


@FEW
@given(st.lists(ranges, max_size=5), st.lists(ranges, max_size=4))
def test_content_is_negotiated_alike(accept, offers):
    def question(package):
        request = package.http.HttpRequest()
        request.META["HTTP_ACCEPT"] = ",".join(accept)
        return (
            list(map(str, request.accepted_types)),
            list(map(str, request.accepted_types_by_precedence)),
            [request.accepts(offer) for offer in offers],
            request.get_preferred_type(offers),
        )

    assert_same(question)


@FEW
@given(ranges, ranges)
def test_media_types_match_alike(one, other):
    ours, theirs = MediaType(one), DjangoMediaType(one)
    assert str(ours) == str(theirs)
    assert (ours.quality, ours.specificity) == (theirs.quality, theirs.specificity)
    assert bool(ours.match(other)) == bool(theirs.match(other))

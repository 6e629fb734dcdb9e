"""condition(), etag() and last_modified(), beside Django's, on sync and async views."""

import datetime
import inspect
import time
from itertools import product

import django.test
import pytest
from django.http import HttpResponse as DjangoResponse
from django.views.decorators import http as django_http

from enfilade.bridge import iscoroutinefunction
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpResponse
from enfilade.http.dates import parse_http_date
from enfilade.test import RequestFactory
from enfilade.views.decorators import http

MOMENT = datetime.datetime(2023, 11, 14, 22, 13, 20)
BEFORE, SAME, AFTER = (f"Tue, 14 Nov 2023 22:13:{second} GMT" for second in (19, 20, 21))
TAGS = ["v1", '"v1"', 'W/"v1"', "", None]
MOMENTS = [
    MOMENT,
    MOMENT.replace(microsecond=900_000),
    datetime.datetime(
        2023, 11, 15, 1, 13, 20, tzinfo=datetime.timezone(datetime.timedelta(hours=3))
    ),
    None,
]
MATCHES = ['"v1"', 'W/"v1"', '"x", "v1"', '"x"', '"x", x']
CONDITIONS = [
    {},
    *({name: value} for name in ("IF_MATCH", "IF_NONE_MATCH") for value in MATCHES),
    *({"IF_MODIFIED_SINCE": date} for date in (BEFORE, SAME, AFTER, "never")),
    *({"IF_UNMODIFIED_SINCE": date} for date in (BEFORE, SAME, AFTER, "never")),
    {"IF_NONE_MATCH": "x"},
    {"IF_MATCH": '"x"', "IF_NONE_MATCH": '"v1"'},
    {"IF_MATCH": '"v1"', "IF_UNMODIFIED_SINCE": BEFORE},
    {"IF_NONE_MATCH": '"x"', "IF_MODIFIED_SINCE": AFTER},
    {"IF_NONE_MATCH": '"v1"', "IF_MODIFIED_SINCE": BEFORE},
    {"IF_UNMODIFIED_SINCE": BEFORE, "IF_MODIFIED_SINCE": AFTER},
]


async def seen(response_class, module, factory, tag, moment, conditions, *, method="GET", **fields):
    """Status, fields and body that a sync and an async view lead to, and whether each was run."""
    outcomes = []

    def view(request, number):
        return response_class("body", headers=fields)

    async def aview(request, number):
        return response_class("body", headers=fields)

    for each in (view, aview):
        decorated = module.condition(lambda request, number: tag, lambda request, number: moment)(
            each
        )
        request = factory.generic(method, "/", **{f"HTTP_{k}": v for k, v in conditions.items()})
        response = decorated(request, number=1)
        response = await response if inspect.isawaitable(response) else response
        outcomes.append((response.status_code, dict(response.items()), response.content))
    return outcomes


@pytest.mark.parametrize("conditions", CONDITIONS, ids=str)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_does_what_django_s_does(method, conditions):
    for tag, moment in product(TAGS, MOMENTS):
        if "IF_UNMODIFIED_SINCE" in conditions and moment is None:
            continue  # an intended difference, below
        asked = (tag, moment, conditions)
        ours = await seen(HttpResponse, http, RequestFactory(), *asked, method=method)
        theirs = await seen(
            DjangoResponse, django_http, django.test.RequestFactory(), *asked, method=method
        )
        assert ours == theirs, asked


@pytest.mark.parametrize(
    "fields",
    [{"ETag": '"own"'}, {"Last-Modified": SAME}, {"etag": "x", "last-modified": "y"}],
    ids=str,
)
async def test_what_the_view_says_itself_stays(fields):
    asked = ("v1", MOMENT, {})
    ours = await seen(HttpResponse, http, RequestFactory(), *asked, **fields)
    assert ours == await seen(
        DjangoResponse, django_http, django.test.RequestFactory(), *asked, **fields
    )


@pytest.mark.parametrize(
    ("method", "tag", "moment", "conditions", "status", "django_s"),
    [
        ("PUT", "v1", None, {"IF_UNMODIFIED_SINCE": AFTER}, 200, 412),
        ("PUT", None, MOMENT, {"IF_MATCH": "*"}, 200, 412),
        ("PUT", None, MOMENT, {"IF_NONE_MATCH": "*"}, 412, 200),
        ("GET", "a,b", None, {"IF_NONE_MATCH": '"a,b"'}, 304, 200),
        ("OPTIONS", "v1", None, {"IF_MATCH": '"x"'}, 200, 412),
        ("PUT", "v1", None, {"IF_MATCH": "v1"}, 412, 200),
        ("PUT", "v1", None, {"IF_MATCH": ""}, 412, 200),
        ("PUT", "v1", MOMENT, {"IF_MATCH": "v1", "IF_UNMODIFIED_SINCE": AFTER}, 412, 200),
        ("GET", "v1", MOMENT, {"IF_NONE_MATCH": "v1", "IF_MODIFIED_SINCE": AFTER}, 200, 304),
    ],
)
async def test_where_django_leaves_the_standard(method, tag, moment, conditions, status, django_s):
    asked = (tag, moment, conditions)
    ours = await seen(HttpResponse, http, RequestFactory(), *asked, method=method)
    theirs = await seen(
        DjangoResponse, django_http, django.test.RequestFactory(), *asked, method=method
    )
    assert [outcome[0] for outcome in ours] == [status, status]
    assert [outcome[0] for outcome in theirs] == [django_s, django_s]


def test_no_page_is_of_the_future(rf):
    """RFC 9110, 8.8.2.1."""
    year_2100 = MOMENT.replace(year=2100)
    view = http.last_modified(lambda request: year_2100)(lambda request: HttpResponse())
    assert parse_http_date(view(rf.get("/"))["Last-Modified"]) <= time.time()


def test_each_has_a_short_form(rf):
    tagged = http.etag(lambda request: "v1")(lambda request: HttpResponse())
    assert tagged(rf.get("/"))["ETag"] == '"v1"'
    assert tagged(rf.get("/", HTTP_IF_NONE_MATCH='"v1"')).status_code == 304
    dated = http.last_modified(lambda request: MOMENT)(lambda request: HttpResponse())
    assert dated(rf.get("/"))["Last-Modified"] == SAME
    assert dated(rf.get("/", HTTP_IF_MODIFIED_SINCE=SAME)).status_code == 304


def test_the_view_is_not_run_for_a_copy_that_is_good(rf):
    @http.etag(lambda request: "v1")
    def view(request):
        raise AssertionError("nobody needs this")

    assert view(rf.get("/", HTTP_IF_NONE_MATCH='"v1"')).status_code == 304
    assert view.__name__ == "view"
    assert not iscoroutinefunction(view)


async def test_an_async_view_may_have_async_validators(rf):
    async def version(request, number):
        return f"v{number}"

    async def moment(request, number):
        return MOMENT

    @http.condition(version, moment)
    async def view(request, number):
        return HttpResponse("body")

    assert iscoroutinefunction(view)
    response = await view(rf.get("/"), 7)
    assert (response["ETag"], response["Last-Modified"]) == ('"v7"', SAME)
    assert (await view(rf.get("/", HTTP_IF_NONE_MATCH='"v7"'), 7)).status_code == 304


def test_a_sync_view_cannot_wait_for_its_validators():
    async def version(request): ...

    def view(request): ...

    with pytest.raises(ImproperlyConfigured, match="view is synchronous"):
        http.etag(version)(view)


def test_a_tag_that_would_end_early_is_an_error(rf):
    view = http.etag(lambda request: 'a"b')(lambda request: HttpResponse())
    with pytest.raises(ValueError, match="entity tag"):
        view(rf.get("/"))

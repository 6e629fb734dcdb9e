"""BrokenLinksMiddleware logs what Django's BrokenLinkEmailsMiddleware mails."""

import logging
import re
from itertools import product

import django.test
import pytest
from django.core import mail
from django.http import HttpResponse as DjangoResponse
from django.middleware.common import BrokenLinkEmailsMiddleware

from enfilade.http import HttpResponse
from enfilade.middleware.broken_links import BrokenLinksMiddleware
from enfilade.test import RequestFactory, override_settings

REFERERS = [
    None,
    "",
    "/gone/",
    "/gone",
    "http://testserver/gone/",
    "https://testserver/gone/",
    "http://testserver/gone/?x=1",
    "http://testserver/list/",
    "http://testserver/list/?page=2",
    "http://sub.testserver/list/",
    "http://testserver.evil.example/",
    "http://search.example/?q=rooms",
    "http://blog.example/post/",
    "http://blog.example/gone/",
    "nonsense",
    "http://[broken/",
]
PATHS = ["/gone/", "/gone", "/gone/?a=b", "/favicon.ico"]
SITE = {"IGNORABLE_404_URLS": [re.compile(r"^/favicon\.ico$")]}


def django_says(path, referer, status, **values):
    request = django.test.RequestFactory().get(path, **fields(referer))
    mail.outbox = []
    with django.test.override_settings(
        MANAGERS=[("a", "a@example.org")],
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        **{**SITE, **values},
    ):
        try:
            BrokenLinkEmailsMiddleware(lambda request: DjangoResponse(status=status))(request)
        except ValueError:  # of urlsplit: a 500 that the visitor has chosen
            return "broken"
    return [("INTERNAL" in each.subject, referer in each.body) for each in mail.outbox]


def fields(referer):
    return {} if referer is None else {"HTTP_REFERER": referer}


@pytest.fixture
def said(caplog):
    def say(path, referer, status=404, **values):
        caplog.clear()
        request = RequestFactory().get(path, **fields(referer))
        with override_settings(**{**SITE, **values}):
            BrokenLinksMiddleware(lambda request: HttpResponse(status=status))(request)
        return [each for each in caplog.records if each.name == "enfilade.request.broken_links"]

    return say


@pytest.mark.parametrize("values", [{}, {"APPEND_SLASH": False}, {"DEBUG": True}], ids=str)
def test_says_what_django_mails(said, values):
    for path, referer, status in product(PATHS, REFERERS, [404, 200, 410]):
        theirs = django_says(path, referer, status, **values)
        if theirs != "broken":
            records = said(path, referer, status, **values)
            ours = [(record.internal, record.referer == referer) for record in records]
            assert ours == theirs, (path, referer)


def test_an_address_that_cannot_be_read_is_no_error(said):
    assert django_says("/gone/", "http://[broken/", 404) == "broken"
    (record,) = said("/gone/", "http://[broken/")
    assert record.referer == "http://[broken/"


def test_a_record_tells_who_came_from_where(said):
    (record,) = said("/gone/?a=b", "http://testserver/list/")
    assert record.levelno == logging.WARNING
    assert record.getMessage() == (
        "Broken internal link on testserver: http://testserver/list/ leads to /gone/?a=b"
    )
    assert (record.status_code, record.address) == (404, "127.0.0.1")
    assert record.request.path == "/gone/"


def test_an_address_cannot_forge_a_line(said):
    (record,) = said("/gone/", "http://blog.example/\nERROR forged")
    assert "\n" not in record.getMessage()


def test_a_subclass_may_ignore_more(caplog):
    class Quiet(BrokenLinksMiddleware):
        def is_ignorable_request(self, request, uri, domain, referer):
            return True

    request = RequestFactory().get("/gone/", HTTP_REFERER="http://blog.example/")
    Quiet(lambda request: HttpResponse(status=404))(request)
    assert not caplog.records

"""Enfilade's requests and responses beside Django's: the same question put to both."""

import io
from contextlib import contextmanager
from types import SimpleNamespace

import django.http
from django.core.handlers.asgi import ASGIRequest as DjangoASGIRequest
from django.core.handlers.wsgi import WSGIRequest as DjangoWSGIRequest
from django.test import override_settings

import enfilade.http
from enfilade.conf import settings as enfilade_settings
from enfilade.http.asgi_request import ASGIRequest
from enfilade.http.wsgi_request import WSGIRequest

OURS = SimpleNamespace(http=enfilade.http, wsgi=WSGIRequest, asgi=ASGIRequest)
DJANGO = SimpleNamespace(http=django.http, wsgi=DjangoWSGIRequest, asgi=DjangoASGIRequest)


@contextmanager
def site(**values):
    """Both with the same settings."""
    before = enfilade_settings.explicit()
    with override_settings(**values):
        for name, value in values.items():
            setattr(enfilade_settings, name, value)
        try:
            yield
        finally:
            for name in values:
                delattr(enfilade_settings, name)
                if name in before:
                    setattr(enfilade_settings, name, before[name])


def outcome(function, *args, **kwargs):
    """What *function* returns, or the name and the text of what it raises."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return type(error).__name__, str(error)


def assert_same(question):
    """Assert that *question* has the same answer for both."""
    ours, theirs = outcome(question, OURS), outcome(question, DJANGO)
    assert ours == theirs
    return ours


def environ(**changes):
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "server.example",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        **changes,
    }


def scope(**changes):
    return {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [],
        "server": ("testserver", 80),
        **changes,
    }

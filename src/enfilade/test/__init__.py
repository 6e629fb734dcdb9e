"""For people who test their sites: clients, request factories, a live server, other settings
for a while, assertions.

The names are loaded when they are first used, so that the pytest plugin costs nothing where
nobody asks for a site.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from enfilade.test.async_client import AsyncClient, AsyncRequestFactory
    from enfilade.test.cases import LiveServerTestCase, SimpleTestCase
    from enfilade.test.client import Client
    from enfilade.test.encoding import encode_file, encode_multipart
    from enfilade.test.factory import RequestFactory
    from enfilade.test.live import LiveServer
    from enfilade.test.override import modify_settings, override_script_prefix, override_settings
    from enfilade.test.redirects import RedirectCycleError

_HOMES = {
    "AsyncClient": "async_client",
    "AsyncRequestFactory": "async_client",
    "Client": "client",
    "LiveServer": "live",
    "LiveServerTestCase": "cases",
    "RedirectCycleError": "redirects",
    "RequestFactory": "factory",
    "SimpleTestCase": "cases",
    "encode_file": "encoding",
    "encode_multipart": "encoding",
    "modify_settings": "override",
    "override_script_prefix": "override",
    "override_settings": "override",
}

__all__ = [
    "AsyncClient",
    "AsyncRequestFactory",
    "Client",
    "LiveServer",
    "LiveServerTestCase",
    "RedirectCycleError",
    "RequestFactory",
    "SimpleTestCase",
    "encode_file",
    "encode_multipart",
    "modify_settings",
    "override_script_prefix",
    "override_settings",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'enfilade.test' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"enfilade.test.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])

"""For people who test their sites: request factories, clients, other settings for a while."""

from enfilade.test.async_client import AsyncClient, AsyncRequestFactory
from enfilade.test.client import Client
from enfilade.test.encoding import encode_file, encode_multipart
from enfilade.test.factory import RequestFactory
from enfilade.test.override import override_settings
from enfilade.test.redirects import RedirectCycleError

__all__ = [
    "AsyncClient",
    "AsyncRequestFactory",
    "Client",
    "RedirectCycleError",
    "RequestFactory",
    "encode_file",
    "encode_multipart",
    "override_settings",
]

"""``unittest`` classes with a client, and with a real server."""

import unittest
from typing import Any, ClassVar

from enfilade.bridge import async_to_sync, iscoroutinefunction
from enfilade.test import assertions
from enfilade.test.async_client import AsyncClient
from enfilade.test.client import Client
from enfilade.test.environment import TEST_HOST, answering
from enfilade.test.live import LiveServer
from enfilade.test.override import modify_settings, override_settings


@answering(TEST_HOST, DEBUG=False)
class SimpleTestCase(unittest.TestCase):
    """Each test has a new ``client`` and ``async_client``, may be ``async``, and runs with the
    site answering to ``testserver`` and ``DEBUG`` off."""

    client_class: ClassVar[type[Client]] = Client
    async_client_class: ClassVar[type[AsyncClient]] = AsyncClient
    client: Client
    async_client: AsyncClient

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        """Run the test, in an event loop if it is a coroutine function."""
        self._prepare()
        return super().run(result)

    def debug(self) -> None:
        """The same without collecting errors."""
        self._prepare()
        super().debug()

    def _prepare(self) -> None:
        self.client = self.client_class()
        self.async_client = self.async_client_class()
        test = getattr(self, self._testMethodName)
        if iscoroutinefunction(test):
            setattr(self, self._testMethodName, async_to_sync(test))

    def settings(self, **options: Any) -> override_settings:
        """Other settings for a ``with`` block."""
        return override_settings(**options)

    def modify_settings(self, **operations: Any) -> modify_settings:
        """Changed lists for a ``with`` block."""
        return modify_settings(**operations)

    assertContains = staticmethod(assertions.assertContains)
    assertNotContains = staticmethod(assertions.assertNotContains)
    assertRedirects = staticmethod(assertions.assertRedirects)
    assertURLEqual = staticmethod(assertions.assertURLEqual)
    assertTemplateUsed = staticmethod(assertions.assertTemplateUsed)
    assertTemplateNotUsed = staticmethod(assertions.assertTemplateNotUsed)
    assertHTMLEqual = staticmethod(assertions.assertHTMLEqual)
    assertHTMLNotEqual = staticmethod(assertions.assertHTMLNotEqual)
    assertInHTML = staticmethod(assertions.assertInHTML)
    assertNotInHTML = staticmethod(assertions.assertNotInHTML)
    assertJSONEqual = staticmethod(assertions.assertJSONEqual)
    assertJSONNotEqual = staticmethod(assertions.assertJSONNotEqual)
    assertXMLEqual = staticmethod(assertions.assertXMLEqual)
    assertXMLNotEqual = staticmethod(assertions.assertXMLNotEqual)
    assertRaisesMessage = staticmethod(assertions.assertRaisesMessage)
    assertWarnsMessage = staticmethod(assertions.assertWarnsMessage)


class LiveServerTestCase(SimpleTestCase):
    """The site is served at ``live_server_url`` while the tests of the class run."""

    host: ClassVar[str] = "localhost"
    port: ClassVar[int] = 0
    live_server_url: ClassVar[str]

    @classmethod
    def setUpClass(cls) -> None:
        """Start the server, which serves until the last test of the class is over."""
        super().setUpClass()
        server = cls.enterClassContext(LiveServer(host=cls.host, port=cls.port))
        cls.live_server_url = server.url

"""An assertion about the messages of a response, for test cases."""

from collections.abc import Sequence
from typing import Any

from enfilade.contrib.messages.api import get_messages
from enfilade.contrib.messages.message import Message

__all__ = ["MessagesTestMixin"]

__unittest = True  # a failure is shown where the test stands, not here


class MessagesTestMixin:
    """For a subclass of :class:`unittest.TestCase`."""

    def assertMessages(
        self: Any, response: Any, expected_messages: Sequence[Message], *, ordered: bool = True
    ) -> None:
        """Assert that the request of *response*, which a test client returned, has these
        messages, in this order unless *ordered* is false. Extra tags do not count."""
        request = getattr(response, "wsgi_request", None) or response.asgi_request
        assertion = self.assertEqual if ordered else self.assertCountEqual
        assertion(list(get_messages(request)), list(expected_messages))

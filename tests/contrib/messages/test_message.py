"""One message by itself, and the assertion for test cases."""

import unittest

import jinja2
import pytest
from markupsafe import Markup

from enfilade.contrib import messages
from enfilade.contrib.messages.storage.encoding import decode, encode
from enfilade.contrib.messages.test import MessagesTestMixin
from enfilade.test import AsyncClient, Client, override_settings


class Lazy:
    """Stands for a translation that is made when it is needed."""

    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text


class LazyHTML(Lazy):
    def __html__(self):
        return self.text


def stored(message):
    message.prepare()
    (again,) = decode(f"[{encode(message)}]")
    return again


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>", "&lt;b&gt;"),
        (Markup("<b>"), "<b>"),
        (Lazy("<b>"), "&lt;b&gt;"),
        (LazyHTML("<b>"), "<b>"),
        (42, "42"),
    ],
    ids=["text", "html", "lazy text", "lazy html", "number"],
)
def test_only_html_stays_html_in_a_storage_and_in_a_template(text, shown):
    template = jinja2.Environment(autoescape=True).from_string("{{ m }}{{ m.message }}")
    message = stored(messages.Message(messages.INFO, text))
    assert template.render(m=message) == shown * 2


def test_tags_are_those_of_the_level_and_its_own():
    assert messages.Message(messages.INFO, "x").tags == "info"
    assert messages.Message(21, "x").tags == ""
    assert messages.Message("40", "x", extra_tags=Lazy("wide")).tags == "wide error"


def test_tags_follow_their_setting():
    message = messages.Message(messages.ERROR, "x")
    with override_settings(MESSAGE_TAGS={messages.ERROR: "danger", 50: "critical"}):
        assert message.tags == "danger"
        assert messages.Message(50, "x").level_tag == "critical"
        assert messages.Message(messages.INFO, "x").level_tag == "info"
    assert message.tags == "error"


def test_messages_are_equal_by_level_and_text():
    one = messages.Message(messages.INFO, "x", extra_tags="a")
    assert one == messages.Message(messages.INFO, "x")
    assert one != messages.Message(messages.ERROR, "x")
    assert one != "x"
    assert repr(one) == "Message(level=20, message='x', extra_tags='a')"


class Case(MessagesTestMixin, unittest.TestCase):
    pass


def test_a_test_case_asserts_messages(keeping):
    saved = messages.Message(messages.SUCCESS, "Saved.")
    other = messages.Message(messages.INFO, "x")
    with keeping("cookie"):
        client = Client()
        client.get("/add/")
        response = client.get("/add/?text=Again.")
        again = messages.Message(messages.SUCCESS, "Again.")
        Case().assertMessages(response, [saved, again])
        Case().assertMessages(response, [again, saved], ordered=False)
        for wrong in ([again, saved], [saved], [saved, other], []):
            with pytest.raises(AssertionError):
                Case().assertMessages(response, wrong)


async def test_a_test_case_asserts_messages_of_an_async_client(keeping):
    with keeping("fallback"):
        response = await AsyncClient().get("/aadd/")
        Case().assertMessages(response, [messages.Message(messages.SUCCESS, "Saved.")])

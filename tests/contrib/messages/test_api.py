"""Adding and reading; what is compared with Django's is in tests/differential/test_messages.py."""

import pytest

from enfilade.contrib import messages
from enfilade.contrib.messages.storage import default_storage
from enfilade.exceptions import ImproperlyConfigured, SynchronousOnlyOperation
from enfilade.http import HttpRequest
from enfilade.test import AsyncClient, Client, override_settings


def test_a_message_is_shown_on_the_next_page_and_only_there(keeping):
    for kind in ("cookie", "session", "fallback"):
        with keeping(kind):
            client = Client()
            client.get("/add/?text=Saved.")
            assert [client.get("/show/").content for _ in range(2)] == [b"Saved.", b""]


def test_a_template_shows_messages_with_their_tags_and_escapes_them(keeping):
    with keeping("cookie"):
        client = Client()
        client.get("/add/?text=<script>")
        page = client.get("/later/").content
        assert page == b"<p class='wide success'>&lt;script&gt;</p>"


def test_without_the_middleware_the_error_says_what_to_add():
    with pytest.raises(messages.MessageFailure, match="without installing") as raised:
        messages.info(HttpRequest(), "x")
    assert "MessageMiddleware" in raised.value.hint
    messages.info(HttpRequest(), "x", fail_silently=True)


def test_something_that_is_no_request_is_named():
    with pytest.raises(TypeError, match="must be an HttpRequest object, not 'str'"):
        messages.info("request", "x")


def test_without_the_middleware_the_level_is_that_of_the_setting():
    request = HttpRequest()
    with override_settings(MESSAGE_LEVEL=messages.ERROR):
        assert messages.get_level(request) == messages.ERROR
    assert messages.set_level(request, messages.DEBUG) is False
    assert list(messages.get_messages(request)) == []


def test_a_level_may_be_taken_back_that_was_never_set(keeping):
    with keeping("session"):
        request = HttpRequest()
        request.session = {}
        request._messages = default_storage(request)
        assert messages.set_level(request, None) is True
        assert messages.get_level(request) == messages.INFO


@pytest.mark.parametrize("name", ["no.such.Storage", "enfilade.contrib.messages.Nothing", ""])
def test_a_storage_that_cannot_be_imported_is_an_error_at_start_up(name):
    with (
        override_settings(
            MESSAGE_STORAGE=name,
            MIDDLEWARE=["enfilade.contrib.messages.middleware.MessageMiddleware"],
        ),
        pytest.raises(ImproperlyConfigured, match="MESSAGE_STORAGE"),
    ):
        Client().get("/")


async def test_a_coroutine_that_does_not_await_is_told_what_to_await(keeping):
    with keeping("session"):
        client = AsyncClient()
        await client.get("/aadd/")
        with pytest.raises(SynchronousOnlyOperation, match="Messages in a session") as raised:
            await client.get("/careless/")
    assert "await aget_messages(request)" in raised.value.hint


@pytest.mark.parametrize("kind", ["cookie", "session", "fallback"])
@pytest.mark.parametrize("page", ["ashow", "arender", "later", "show"])
async def test_coroutines_and_their_templates_show_messages(keeping, kind, page):
    with keeping(kind):
        client = AsyncClient()
        await client.get("/aadd/?text=Hello")
        assert b"Hello" in (await client.get(f"/{page}/")).content
        assert b"Hello" not in (await client.get(f"/{page}/")).content


async def test_aget_messages_without_the_middleware_is_empty():
    assert list(await messages.aget_messages(HttpRequest())) == []

"""What the checks say of the storage of messages."""

from enfilade.contrib.messages.middleware import MessageMiddleware
from enfilade.contrib.sessions.middleware import SessionMiddleware
from enfilade.explain.checks import messages
from enfilade.explain.checks.middleware import check_followed
from enfilade.test import override_settings

COOKIE = "enfilade.contrib.messages.storage.cookie.CookieStorage"


class OwnSessions(SessionMiddleware):
    pass


def found(*chain, **values):
    with override_settings(MIDDLEWARE=list(chain), **values):
        return [finding.id for finding in messages.check_storage()]


def test_a_sound_site_is_left_alone():
    assert found() == []
    assert found(messages.SESSIONS, messages.MESSAGES) == []
    assert found(OwnSessions, MessageMiddleware) == []
    assert found(messages.MESSAGES, MESSAGE_STORAGE=COOKIE) == []


def test_a_storage_that_cannot_be_imported_is_an_error():
    assert found(messages.MESSAGES, MESSAGE_STORAGE="no.such.Storage") == ["messages.E001"]
    assert found(MESSAGE_STORAGE="no.such.Storage") == []


def test_a_storage_without_the_session_that_it_needs_is_an_error():
    assert found(messages.MESSAGES) == ["messages.E002"]


def test_sessions_stand_before_messages():
    with override_settings(MIDDLEWARE=[messages.MESSAGES, messages.SESSIONS]):
        (finding,) = check_followed()
    assert "MessageMiddleware stands before SessionMiddleware" in finding.message

"""``enfilade check`` on settings whose middleware stand in a wrong order: which, why, what then."""

import pytest

SECURITY = "enfilade.middleware.security.SecurityMiddleware"
SESSIONS = "enfilade.contrib.sessions.middleware.SessionMiddleware"
COMMON = "enfilade.middleware.common.CommonMiddleware"
AUTHENTICATION = "enfilade.contrib.auth.middleware.AuthenticationMiddleware"
MESSAGES = "enfilade.contrib.messages.middleware.MessageMiddleware"
UPDATE = "enfilade.middleware.cache.UpdateCacheMiddleware"

WSGI = """
import os
from enfilade import get_wsgi_application
os.environ.setdefault("ENFILADE_SETTINGS_MODULE", "settings")
application = get_wsgi_application()
"""
URLS = """
from enfilade import HttpResponse, path
urlpatterns = [path("", lambda request: HttpResponse("front"))]
"""


def check(folder, *middleware):
    """Exit code and what is printed, with every run of white space as one space."""
    folder.write("settings.py", f"ROOT_URLCONF = 'urls'\nMIDDLEWARE = {list(middleware)!r}\n")
    folder.write("urls.py", URLS)
    folder.write("wsgi.py", WSGI)
    done = folder.enfilade("check", columns=120)
    return done.returncode, " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("order", "code", "id_", "which", "why", "what_to_do"),
    [
        (
            [SECURITY, COMMON, AUTHENTICATION, SESSIONS],
            1,
            "middleware.E005",
            "AuthenticationMiddleware needs SessionMiddleware, which is after it.",
            "The session says who the visitor is, and must be there first.",
            f"Put '{SESSIONS}' before AuthenticationMiddleware.",
        ),
        (
            [SECURITY, COMMON, AUTHENTICATION],
            1,
            "middleware.E005",
            "AuthenticationMiddleware needs SessionMiddleware, which is not there.",
            "The session says who the visitor is, and must be there first.",
            f"Put '{SESSIONS}' before AuthenticationMiddleware.",
        ),
        (
            [SECURITY, COMMON, SESSIONS, UPDATE],
            0,
            "middleware.W006",
            "SessionMiddleware stands before UpdateCacheMiddleware.",
            "be shown to everybody else who comes without one.",
            f"Put '{UPDATE}' before SessionMiddleware.",
        ),
        (
            [COMMON, SECURITY],
            0,
            "middleware.W002",
            "SecurityMiddleware comes after CommonMiddleware",
            "whose own answers lack its headers.",
            "Put it first",
        ),
    ],
    ids=["after", "missing", "follows", "security"],
)
def test_a_wrong_order_is_told_with_its_reason_and_remedy(
    folder, order, code, id_, which, why, what_to_do
):
    returned, text = check(folder, *order)
    assert returned == code
    for part in (id_, which, why, what_to_do):
        assert part in text


def test_the_usual_order_is_sound(folder):
    code, text = check(folder, SECURITY, SESSIONS, COMMON, AUTHENTICATION, MESSAGES)
    assert code == 0
    assert "middleware." not in text

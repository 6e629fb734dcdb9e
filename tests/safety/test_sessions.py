"""Session fixation, and other ways to get into the session of somebody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from enfilade.contrib.sessions.engine import store_class
from enfilade.http import HttpRequest, HttpResponse
from enfilade.test import Client, override_settings
from enfilade.urls import path

KEY = "k" * 32


def show(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.session.get("user")))


def sign_in(request: HttpRequest) -> HttpResponse:
    """What auth's login() does: nothing that was known before is worth anything after."""
    request.session.cycle_key()
    request.session["user"] = "Zoë"
    return HttpResponse("welcome")


def sign_out(request: HttpRequest) -> HttpResponse:
    request.session.flush()
    return HttpResponse("good bye")


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain")


class URLs:
    urlpatterns = [path(f"{view.__name__}/", view) for view in (show, sign_in, sign_out, plain)]


@pytest.fixture(params=["file", "cache", "signed_cookies"], autouse=True)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    cache = {"BACKEND": "enfilade.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    with override_settings(
        ROOT_URLCONF=URLs,
        MIDDLEWARE=["enfilade.contrib.sessions.middleware.SessionMiddleware"],
        SESSION_ENGINE=f"enfilade.contrib.sessions.backends.{request.param}",
        SESSION_FILE_PATH=str(tmp_path),
        CACHES={"default": cache},
    ):
        yield request.param


def browser(cookie: str = "") -> Client:
    client = Client()
    if cookie:
        client.cookies["sessionid"] = cookie
    return client


def cookie_of(client: Client) -> str:
    return client.cookies["sessionid"].value


def test_session_fixation_by_a_key_of_the_attackers_choice() -> None:
    """A key that the store has not made is never taken over (CWE-384)."""
    victim = browser(KEY)
    victim.get("/sign_in/")
    assert cookie_of(victim) != KEY
    assert browser(KEY).get("/show/").content == b"None"


def test_session_fixation_by_a_session_of_the_attackers_own() -> None:
    """Who hands a genuine session to a victim does not share what that one makes of it."""
    attacker = browser()
    session = attacker.session
    session["trap"] = True
    session.save()
    attacker.cookies["sessionid"] = session.session_key
    victim = browser(cookie_of(attacker))
    victim.get("/sign_in/")
    assert victim.get("/show/").content == "Zoë".encode()
    assert attacker.get("/show/").content == b"None"


def test_session_fixation_by_an_old_key_after_signing_out(engine: str) -> None:
    victim = browser()
    victim.get("/sign_in/")
    stolen = cookie_of(victim)
    assert browser(stolen).get("/show/").content == "Zoë".encode()
    victim.get("/sign_out/")
    # The one store that has nothing to delete; docs/rooms/sessions.md says what that means.
    left = "Zoë" if engine == "signed_cookies" else "None"
    assert browser(stolen).get("/show/").content == left.encode()


@pytest.mark.parametrize("every", [False, True])
def test_a_shared_cache_never_serves_the_session_of_another_one(every: bool) -> None:
    """Django CVE-2026-35192: also where only SESSION_SAVE_EVERY_REQUEST has set the cookie."""
    with override_settings(SESSION_SAVE_EVERY_REQUEST=every):
        visitor = browser()
        for address in ("/sign_in/", "/show/", "/plain/", "/sign_out/"):
            response = visitor.get(address)
            personal = address != "/plain/" or every
            assert response.get("Vary") == ("Cookie" if personal else None), address


def test_scripts_and_other_sites_do_not_get_the_cookie() -> None:
    cookie = browser().get("/sign_in/").cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    "cookie",
    ["../../../../etc/passwd", "..%2f..%2fetc", '"\\000\\000\\000\\000\\000\\000\\000\\000"'],
)
def test_a_key_is_no_path(cookie: str) -> None:
    client = Client(headers={"cookie": f"sessionid={cookie}"})
    assert client.get("/show/").content == b"None"


def test_a_session_runs_no_code() -> None:
    """JSON, not pickle: an object is refused."""
    session: Any = store_class()()
    assert session.serializer.__name__ == "JSONSerializer"
    with pytest.raises(TypeError):
        session.encode({"object": object()})


def test_a_changed_cookie_changes_nobody(engine: str) -> None:
    client = browser()
    client.get("/sign_in/")
    cookie = cookie_of(client)
    for place in range(0, len(cookie), 7):
        changed = cookie[:place] + ("a" if cookie[place] != "a" else "b") + cookie[place + 1 :]
        assert browser(changed).get("/show/").content == b"None", place


def test_keys_are_not_guessed() -> None:
    """OWASP asks for 64 bits; and no worker draws those of another one."""
    session: Any = store_class()()
    keys = {session._get_new_session_key() for _ in range(10_000)}
    assert len(keys) == 10_000
    assert {len(key) for key in keys} == {32}
    assert len(set("".join(keys))) == 36

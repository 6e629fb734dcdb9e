"""What every store of sessions does, asked directly and awaited."""

import asyncio
import logging
import os
import resource
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.base import SessionBase as DjangoSessionBase
from sqlalchemy import insert, update

from enfilade.cache import caches
from enfilade.contrib.sessions.backends.base import (
    VALID_KEY_CHARS,
    CreateError,
    SessionBase,
    UpdateError,
)
from enfilade.contrib.sessions.engine import store_class
from enfilade.contrib.sessions.exceptions import InvalidSessionKey
from enfilade.contrib.sessions.tables import sessions
from enfilade.database import transaction
from enfilade.exceptions import (
    ImproperlyConfigured,
    ServiceUnavailable,
    SynchronousOnlyOperation,
)
from enfilade.test import override_settings

Store = type[SessionBase]
Ask = Callable[..., Any]


def saved(store: Store, **contents: Any) -> str:
    """The key of a new session with these contents."""
    session = store()
    session.update(contents)
    session.save()
    assert session.session_key is not None
    return session.session_key


def test_has_every_name_of_djangos() -> None:
    theirs = {name for name in dir(DjangoSessionBase) if not name.startswith("_")}
    assert theirs - set(dir(SessionBase)) == set()


# Contents


def test_what_is_put_in_comes_out_at_the_next_visit(store: Store, ask: Ask) -> None:
    session = store()
    ask(session, "set", "cart", ["tea", "milk"])
    ask(session, "update", {"name": "Zoë", "visits": 3})
    ask(session, "save")
    again = store(session.session_key)
    assert ask(again, "get", "cart") == ["tea", "milk"]
    assert dict(ask(again, "items")) == {"cart": ["tea", "milk"], "name": "Zoë", "visits": 3}
    assert sorted(ask(again, "keys")) == ["cart", "name", "visits"]
    assert 3 in ask(again, "values")
    assert ask(again, "has_key", "name")
    assert (again.accessed, again.modified) == (True, False)


def test_only_a_change_counts_as_one(store: Store, ask: Ask) -> None:
    key = saved(store, known=1)
    for name, args, changes in [
        ("get", ("known",), False),
        ("has_key", ("nothing",), False),
        ("setdefault", ("known", 2), False),
        ("setdefault", ("new", 2), True),
        ("pop", ("nothing", None), False),
        ("pop", ("known",), True),
        ("update", ({},), True),
        ("set_expiry", (None,), False),
        ("set_expiry", (60,), True),
        ("set_test_cookie", (), True),
    ]:
        session = store(key)
        ask(session, name, *args)
        assert (session.accessed, session.modified) == (True, changes), name


def test_a_key_that_is_missing_is_an_error_only_without_a_default(store: Store, ask: Ask) -> None:
    session = store()
    assert ask(session, "pop", "nothing", 7) == 7
    assert ask(session, "pop", "nothing", default=None) is None
    with pytest.raises(KeyError):
        ask(session, "pop", "nothing")
    with pytest.raises(KeyError):
        ask(session, "delete_test_cookie")
    assert not session.modified


def test_the_test_cookie_comes_and_goes(store: Store, ask: Ask) -> None:
    session = store()
    assert not ask(session, "test_cookie_worked")
    ask(session, "set_test_cookie")
    assert ask(session, "test_cookie_worked")
    session.modified = False
    ask(session, "delete_test_cookie")
    assert session.modified
    assert not ask(session, "test_cookie_worked")


def test_a_session_of_which_nothing_is_known_is_empty(store: Store) -> None:
    session = store()
    assert session.is_empty()
    assert not session.accessed
    session["a"] = 1
    assert not session.is_empty()
    del session["a"]
    assert session.is_empty()


# Keys


def test_a_key_that_the_store_does_not_know_is_given_up(keyed_store: Store, ask: Ask) -> None:
    session = keyed_store("chosenbysomebody")
    assert ask(session, "get", "anything") is None
    assert session.session_key is None
    assert session.is_empty()
    ask(session, "set", "a", 1)
    ask(session, "save")
    assert session.session_key not in (None, "chosenbysomebody")


@pytest.mark.parametrize(
    "key",
    ["", "short", "a" * 41, "A" * 32, "../../../etc/passwd", "nul\0nulnul", "é" * 32, "a b c d e"],
)
def test_a_key_that_nobody_has_made_reaches_no_store(keyed_store: Store, key: str) -> None:
    session = keyed_store(key)
    assert session.session_key is None
    assert session.get("a") is None


def test_a_new_key_keeps_the_contents_and_ends_the_old_one(keyed_store: Store, ask: Ask) -> None:
    key = saved(keyed_store, name="Zoë")
    session = keyed_store(key)
    ask(session, "cycle_key")
    assert session.modified
    assert session.session_key not in (None, key)
    assert ask(session, "get", "name") == "Zoë"
    assert keyed_store(key).get("name") is None
    assert keyed_store(session.session_key).get("name") == "Zoë"


def test_flushing_ends_the_session(keyed_store: Store, ask: Ask) -> None:
    key = saved(keyed_store, name="Zoë")
    session = keyed_store(key)
    ask(session, "flush")
    assert session.session_key is None
    assert session.is_empty()
    assert session.modified
    assert not ask(keyed_store(), "exists", key)


def test_flushing_a_signed_session_empties_the_cookie(kept_as: Any, ask: Ask) -> None:
    with kept_as("signed_cookies"):
        session = store_class()(saved(store_class(), name="Zoë"))
        ask(session, "flush")
        assert session.is_empty()
        assert session.modified


def test_deletes_this_session_or_another_one(keyed_store: Store, ask: Ask) -> None:
    one, other = saved(keyed_store, a=1), saved(keyed_store, a=2)
    ask(keyed_store(), "delete")  # has no key: nothing to do
    ask(keyed_store(one), "delete", other)
    assert ask(keyed_store(), "exists", one)
    assert not ask(keyed_store(), "exists", other)
    ask(keyed_store(one), "delete")
    assert not ask(keyed_store(), "exists", one)


def test_a_session_that_was_deleted_meanwhile_does_not_come_back(
    keyed_store: Store, ask: Ask
) -> None:
    session = keyed_store(saved(keyed_store, a=1))
    ask(session, "set", "a", 2)
    keyed_store().delete(session.session_key)
    with pytest.raises(UpdateError):
        ask(session, "save")
    assert not keyed_store().exists(session.session_key or "")


def test_a_session_that_is_deleted_while_it_is_saved_does_not_come_back(keyed_store: Store) -> None:
    together = threading.Barrier(2)

    def save(session: SessionBase) -> None:
        together.wait()
        with suppress(UpdateError):
            session.save()

    def delete(key: str) -> None:
        together.wait()
        keyed_store().delete(key)

    with ThreadPoolExecutor(2) as threads:
        for _ in range(40):
            key = saved(keyed_store, a=1)
            session = keyed_store(key)
            session["a"] = 2
            list(threads.map(lambda call: call(), (partial(save, session), partial(delete, key))))
            assert keyed_store(key).get("a") is None


def test_an_unknown_session_that_nobody_has_looked_into_cannot_be_saved(
    keyed_store: Store, ask: Ask
) -> None:
    with pytest.raises(UpdateError):
        ask(keyed_store("chosenbysomebody"), "save")


def test_a_key_that_is_taken_is_taken_once(keyed_store: Store, ask: Ask) -> None:
    session = keyed_store(saved(keyed_store, a=1))
    with pytest.raises(CreateError):
        ask(session, "save", must_create=True)
    assert keyed_store(session.session_key).get("a") == 1


def test_creating_saves_at_once(keyed_store: Store, ask: Ask) -> None:
    session = keyed_store()
    ask(session, "create")
    assert session.session_key is not None
    assert set(session.session_key) <= set(VALID_KEY_CHARS)
    assert len(session.session_key) == 32
    assert session.modified
    assert ask(keyed_store(), "exists", session.session_key)


# Expiry


def test_an_expiry_is_an_age_and_a_moment(store: Store, ask: Ask) -> None:
    now = datetime.now(UTC)
    session = store()
    assert ask(session, "get_expiry_age") == session.get_session_cookie_age() == 1209600
    for given, seconds in [
        (300, 300),
        (300.5, 300),
        (0, 1209600),
        (timedelta(minutes=5), 300),
        (now + timedelta(minutes=5), 300),
        ((now + timedelta(minutes=5)).astimezone().replace(tzinfo=None), 300),  # local time
        (None, 1209600),
    ]:
        ask(session, "set_expiry", given)
        assert abs(ask(session, "get_expiry_age") - seconds) < 5, given
        left = ask(session, "get_expiry_date") - now
        assert abs(left.total_seconds() - seconds) < 5, given
        assert ask(session, "get_expire_at_browser_close") is (given == 0)


def test_an_age_can_be_asked_for_without_loading(store: Store, ask: Ask) -> None:
    session = store("chosenbysomebody")
    then = datetime(2026, 1, 1, tzinfo=UTC)
    end = then + timedelta(seconds=90)
    assert ask(session, "get_expiry_age", modification=then, expiry=end) == 90
    assert ask(session, "get_expiry_age", modification=then, expiry=end.isoformat()) == 90
    assert ask(session, "get_expiry_date", modification=then, expiry=60) == end - timedelta(0, 30)
    assert ask(session, "get_expiry_age", expiry=None) == 1209600
    assert not session.accessed


def test_a_session_ends_at_its_moment(store: Store, ask: Ask) -> None:
    session = store()
    ask(session, "set", "a", 1)
    ask(session, "set_expiry", datetime.now(UTC) + timedelta(minutes=1))
    ask(session, "save")
    assert ask(store(session.session_key), "get", "a") == 1
    ask(session, "set_expiry", datetime.now(UTC) - timedelta(minutes=1))
    ask(session, "save")
    assert ask(store(session.session_key), "get", "a") is None


def test_the_browsers_end_is_what_the_settings_say_without_an_expiry(
    store: Store, ask: Ask
) -> None:
    with override_settings(SESSION_EXPIRE_AT_BROWSER_CLOSE=True):
        session = store()
        assert ask(session, "get_expire_at_browser_close") is True
        ask(session, "set_expiry", 60)
        assert ask(session, "get_expire_at_browser_close") is False


@pytest.mark.parametrize(
    "kind", ["db-sqlite", pytest.param("db-postgresql", marks=pytest.mark.service), "file"]
)
def test_what_has_ended_is_cleared_away_and_nothing_else(kept_as: Any, kind: str, ask: Ask) -> None:
    with kept_as(kind):
        store = store_class()
        alive, ended = saved(store, a=1), store()
        ended.set_expiry(datetime.now(UTC) - timedelta(seconds=1))
        ended.save()
        assert store().exists(ended.session_key or "")
        ask(store, "clear_expired")
        assert not store().exists(ended.session_key or "")
        assert store(alive)["a"] == 1


def test_a_store_that_forgets_by_itself_has_nothing_to_clear(store: Store, ask: Ask) -> None:
    key = saved(store, a=1)
    ask(store, "clear_expired")
    assert store(key)["a"] == 1


def test_a_file_ends_some_time_after_its_last_change(kept_as: Any, tmp_path: Path) -> None:
    with kept_as("file"):
        store = store_class()
        session = store()
        session.set_expiry(60)
        session.save()
        path = tmp_path / f"sessionid{session.session_key}"
        assert path.stat().st_mode & 0o777 == 0o600
        long_ago = path.stat().st_mtime - 61
        os.utime(path, (long_ago, long_ago))
        assert "_session_expiry" not in store(session.session_key)
        store.clear_expired()
        assert not path.exists()


# What goes wrong


def spoil(kind: str, key: str, tmp_path: Path, text: str) -> None:
    if kind == "file":
        (tmp_path / f"sessionid{key}").write_text(text)
    else:
        with transaction() as database:
            database.execute(update(sessions).where(sessions.c.key == key).values(data=text))


@pytest.mark.parametrize("kind", ["db-sqlite", "file"])
@pytest.mark.parametrize("text", ["", "nonsense", "é", "eyJhIjoxfQ:1vZ:forged"])
def test_what_was_tampered_with_is_empty_and_the_log_says_so(
    kept_as: Any, kind: str, text: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with kept_as(kind), caplog.at_level(logging.WARNING):
        store = store_class()
        key = saved(store, a=1)
        spoil(kind, key, tmp_path, text)
        assert dict(store(key).items()) == {}
    assert [(r.name, r.message) for r in caplog.records] == [
        ("enfilade.security.SuspiciousSession", "Session data corrupted")
    ]


def test_a_session_signed_by_an_old_key_is_still_one(store: Store) -> None:
    with override_settings(SECRET_KEY="the old key"):
        key = saved(store, a=1)
    with override_settings(SECRET_KEY="the new key", SECRET_KEY_FALLBACKS=["the old key"]):
        assert store(key)["a"] == 1


def test_a_forged_cookie_is_replaced_by_an_empty_one(kept_as: Any, ask: Ask) -> None:
    with kept_as("signed_cookies"):
        store = store_class()
        session = store(saved(store, admin=False).replace("e", "f"))
        assert ask(session, "get", "admin") is None
        assert session.modified


def test_a_signed_session_ends_after_the_age_that_it_says(kept_as: Any) -> None:
    with kept_as("signed_cookies"), override_settings(SESSION_COOKIE_AGE=-1):
        store = store_class()
        assert store(saved(store, a=1)).get("a") is None
        assert store(saved(store, a=1, _session_expiry=60)).get("a") == 1


def test_a_session_that_no_browser_will_keep_is_warned_of(
    kept_as: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with kept_as("signed_cookies"), caplog.at_level(logging.WARNING):
        saved(store_class(), noise=os.urandom(4000).hex())
    assert "too large for a cookie" in caplog.text


def test_on_the_event_loop_only_what_is_loaded_may_be_used_without_await(
    keyed_store: Store,
) -> None:
    key = saved(keyed_store, a=1)

    async def visit() -> None:
        session = keyed_store(key)
        with pytest.raises(SynchronousOnlyOperation, match="event loop"):
            session["a"]
        assert await session.aget("a") == 1
        session["a"] = session["a"] + 1
        await session.asave()

    asyncio.run(visit())
    assert keyed_store(key)["a"] == 2


def test_signed_cookies_never_wait(kept_as: Any) -> None:
    with kept_as("signed_cookies"):
        key = saved(store_class(), a=1)

        async def visit() -> int:
            return int(store_class()(key)["a"])

        assert asyncio.run(visit()) == 1


def test_two_coroutines_see_one_session(keyed_store: Store) -> None:
    session = keyed_store(saved(keyed_store, a=1))

    async def visit() -> None:
        await asyncio.gather(session.aset("b", 2), session.aset("c", 3), session.aget("a"))

    asyncio.run(visit())
    assert dict(session.items()) == {"a": 1, "b": 2, "c": 3}


def test_a_disk_that_cannot_be_written_to_is_a_store_that_does_not_answer(
    kept_as: Any, tmp_path: Path
) -> None:
    with kept_as("file"):
        key = saved(store_class(), a=1)
        (tmp_path / f"sessionid{key}").unlink()
        (tmp_path / f"sessionid{key}").mkdir()
        with pytest.raises(ServiceUnavailable, match="folder of sessions"):
            store_class()(key).get("a")


def test_a_session_that_does_not_fit_on_the_disk_leaves_no_file(
    kept_as: Any, tmp_path: Path
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with kept_as("file"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))
        try:
            with pytest.raises(ServiceUnavailable, match="folder of sessions"):
                saved(store_class(), a=1)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert list(tmp_path.iterdir()) == []


def test_a_session_that_cannot_be_encoded_leaves_no_file(kept_as: Any, tmp_path: Path) -> None:
    with kept_as("file"):
        with pytest.raises(TypeError):
            saved(store_class(), a=object())
        assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_says_what_to_do(tmp_path: Path, kept_as: Any) -> None:
    with kept_as("file"), override_settings(SESSION_FILE_PATH=str(tmp_path / "no")):
        with pytest.raises(ImproperlyConfigured, match="SESSION_FILE_PATH") as caught:
            saved(store_class(), a=1)
        assert caught.value.hint


def test_no_key_leads_out_of_the_folder(kept_as: Any) -> None:
    with kept_as("file"), pytest.raises(InvalidSessionKey):
        store_class()().delete("../important")


@pytest.mark.parametrize(
    ("setting", "value", "ask"),
    [
        ("SESSION_ENGINE", "no.such.module", store_class),
        ("SESSION_ENGINE", "enfilade.contrib.sessions.tables", store_class),
        ("SESSION_SERIALIZER", "no.such.Class", lambda: saved(store_class(), a=1)),
    ],
)
def test_a_setting_that_names_nothing_is_named(
    setting: str, value: str, ask: Callable[[], Any], kept_as: Any
) -> None:
    said = f"{setting} names '{value}'"
    with (
        kept_as("file"),
        override_settings(**{setting: value}),
        pytest.raises(ImproperlyConfigured, match=said),
    ):
        ask()


# The copy in the cache


def test_a_copy_is_read_while_it_is_there(kept_as: Any) -> None:
    with kept_as("cached_db-sqlite"):
        store = store_class()
        key = saved(store, a=1)
        with transaction() as database:
            database.execute(update(sessions).values(data="unreadable"))
        assert store(key)["a"] == 1
        caches["default"].clear()
        assert store(key).get("a") is None


def test_a_row_without_a_copy_is_copied(kept_as: Any) -> None:
    with kept_as("cached_db-sqlite"):
        store = store_class()
        key = saved(store, a=1)
        caches["default"].clear()
        assert store(key)["a"] == 1
        assert caches["default"].get(f"{store.cache_key_prefix}{key}") == {"a": 1}  # type: ignore[attr-defined]


@pytest.mark.parametrize("step", ["_row", "_keep"])
def test_a_session_that_is_deleted_while_it_is_read_leaves_no_copy(
    kept_as: Any, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kept_as("cached_db-sqlite"):
        store = store_class()
        key = saved(store, a=1)
        caches["default"].clear()
        take = getattr(store, step)

        def take_and_delete(self: SessionBase, *args: Any) -> Any:
            taken = take(self, *args)
            store().delete(key)
            return taken

        monkeypatch.setattr(store, step, take_and_delete)
        assert store(key).get("a") is None
        monkeypatch.undo()
        assert store(key).get("a") is None


def test_a_session_that_is_changed_while_it_is_read_leaves_the_newer_copy(
    kept_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kept_as("cached_db-sqlite"):
        store = store_class()
        key = saved(store, a=1)
        other = store(key)
        other["a"] = 2
        caches["default"].clear()
        read = store._row  # type: ignore[attr-defined]

        def read_late(self: SessionBase, key: str) -> Any:
            row = read(self, key)
            other.save()
            return row

        monkeypatch.setattr(store, "_row", read_late)
        assert store(key).get("a") == 1
        assert store(key).get("a") == 2


def test_a_key_drawn_twice_is_drawn_again(kept_as: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with kept_as("db-sqlite"):
        store = store_class()
        with transaction() as database:
            row = {"key": "a" * 32, "data": "x", "expires": datetime.now(UTC)}
            database.execute(insert(sessions).values(**row))
        drawn = iter(["a" * 32, "b" * 32])
        monkeypatch.setattr(store, "_get_new_session_key", lambda self: next(drawn))
        assert saved(store, a=1) == "b" * 32


def test_a_store_that_takes_nothing_is_given_up(
    kept_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kept_as("cache-locmem"):
        monkeypatch.setattr(store_class(), "_insert", lambda *_: False)
        with pytest.raises(ServiceUnavailable, match="does not keep"):
            saved(store_class(), a=1)

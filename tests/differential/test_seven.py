"""The seven middleware that most sites have: each alone, all together, in every order that
``enfilade check`` accepts. One browser walks through the same stories on both frameworks.
"""

import itertools
import random
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from enfilade.conf.importing import import_string
from oracle import DJANGO, ENFILADE, Framework
from oracle.browser import Browser
from oracle.people import add_user, people
from oracle.seven import AUTHENTICATION, MESSAGES, SESSIONS, SEVEN, Site
from oracle.stories import STORIES
from ordering import is_accepted

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume:Warning")

NEED_SESSIONS = (AUTHENTICATION, MESSAGES)
ALONE = [(SESSIONS, path) if path in NEED_SESSIONS else (path,) for path in SEVEN]
WITH_MESSAGES = ("GET /board/", "GET /page/", "GET /note/", "GET /fail/", "POST /form/")
"""What adds messages or shows some."""

PARTS = 10


@pytest.fixture(scope="module", autouse=True)
def ann(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with people(tmp_path_factory.mktemp("people")):
        for framework in (DJANGO, ENFILADE):
            add_user(framework, "ann")
        yield


# Which orders ---------------------------------------------------------------------------------


CLASSES = {path: import_string(f"enfilade.{path}") for path in SEVEN}
"""Found once: the check would import each again for each of 5,040 orders."""


def accepts(order: tuple[str, ...], **values: Any) -> bool:
    return is_accepted([CLASSES[path] for path in order], **values)


@cache
def accepted() -> list[tuple[str, ...]]:
    return [order for order in itertools.permutations(SEVEN) if accepts(order)]


def some(count: int) -> list[tuple[str, ...]]:
    """A few that are accepted wherever the token is kept, the same each time."""
    order, found, seed = list(SEVEN), [], random.Random(7)
    while len(found) < count:
        seed.shuffle(order)
        if accepts(tuple(order)) and accepts(tuple(order), CSRF_USE_SESSIONS=True):
            found.append(tuple(order))
    return found


# The stories ----------------------------------------------------------------------------------


Told = dict[str, list[dict[str, Any]]]
"""For each story what is seen at each of its steps."""


def tell(
    framework: Framework, chain: tuple[str, ...], folder: Path, *, asgi: bool, awaits: bool,
    **values: Any,
) -> Told:  # fmt: skip
    """What the browser sees in each story."""
    site = Site(framework, chain, awaits)
    if "MESSAGE_STORAGE" in values:
        values["MESSAGE_STORAGE"] = values["MESSAGE_STORAGE"].format(site.name)
    with site.open(folder, **values):
        handler = site.handler(asgi)
        told = {}
        for name, steps in STORIES.items():
            browser = Browser(handler, site.calls, asgi=asgi)
            told[name] = [browser.see(step) for step in steps]
        return told


def assert_same(chain: tuple[str, ...], folder: Path, **how: Any) -> Told:
    ours, theirs = (tell(framework, chain, folder, **how) for framework in (ENFILADE, DJANGO))
    for name in STORIES:
        for mine, other in zip(ours[name], theirs[name], strict=True):
            assert mine == _as_intended(other, mine, **how), (name, chain)
    return ours


def _as_intended(theirs: dict[str, Any], ours: dict[str, Any], **how: Any) -> dict[str, Any]:
    """What Django's answer would be with both of the differences on purpose in ``Vary: Cookie``:
    pages with messages always have it, and pages that look at no token never for its sake."""
    here, there = ours["vary"], theirs["vary"]
    more_here = theirs["step"].startswith(WITH_MESSAGES) and here == [*there, "Cookie"]
    fewer_here = how.get("CSRF_USE_SESSIONS") and there == [*here, "Cookie"]
    return {**theirs, "vary": here} if more_here or fewer_here else theirs


def assert_works_as(usual: Told, other: Told) -> None:
    """What the check accepts does not only fail as it does in Django: it works."""
    for name, steps in usual.items():
        for expected, seen in zip(steps, other[name], strict=True):
            for what in ("status", "body", "keeps"):
                assert seen[what] == expected[what], (name, expected["step"])


MODES = {
    "wsgi": {"asgi": False, "awaits": False},
    "asgi": {"asgi": True, "awaits": False},
    "asgi-async": {"asgi": True, "awaits": True},
}
SETTINGS = {
    "sessions in a cache": {"engine": "cache"},
    "tokens in sessions": {"CSRF_USE_SESSIONS": True},
    "every session saved": {"SESSION_SAVE_EVERY_REQUEST": True},
    "messages in sessions": {
        "MESSAGE_STORAGE": "{}.contrib.messages.storage.session.SessionStorage"
    },
    "messages in cookies": {"MESSAGE_STORAGE": "{}.contrib.messages.storage.cookie.CookieStorage"},
}


def _title(chain: tuple[str, ...]) -> str:
    return "+".join(path.rpartition(".")[2].removesuffix("Middleware") for path in chain) or "none"


@pytest.mark.parametrize("mode", ["wsgi", pytest.param("asgi-async", marks=pytest.mark.slow)])
@pytest.mark.parametrize("chain", [(), *ALONE], ids=_title)
def test_each_alone(chain: tuple[str, ...], mode: str, tmp_path: Path) -> None:
    assert_same(chain, tmp_path, **MODES[mode])


@pytest.mark.parametrize("mode", MODES)
def test_all_in_the_usual_order(mode: str, tmp_path: Path) -> None:
    assert accepts(SEVEN)
    assert_same(SEVEN, tmp_path, **MODES[mode])


@pytest.mark.slow
@pytest.mark.parametrize("values", SETTINGS.values(), ids=SETTINGS)
def test_with_other_settings(values: dict[str, Any], tmp_path: Path) -> None:
    assert_same(SEVEN, tmp_path, **MODES["asgi"], **values)


def test_pages_without_a_form_are_the_same_for_all_though_tokens_are_in_sessions(
    tmp_path: Path,
) -> None:
    """Django looks for the token in the session of every request."""
    ours, theirs = (
        tell(framework, SEVEN, tmp_path, **MODES["wsgi"], CSRF_USE_SESSIONS=True)
        for framework in (ENFILADE, DJANGO)
    )
    assert ours["nothing is touched"][0]["vary"] == []
    assert theirs["nothing is touched"][0]["vary"] == ["Cookie"]


@pytest.mark.slow
@pytest.mark.parametrize("order", some(2), ids=_title)
def test_a_few_in_other_orders(order: tuple[str, ...], tmp_path: Path) -> None:
    assert order != SEVEN
    for mode in ("wsgi", "asgi-async"):
        usual = tell(ENFILADE, SEVEN, tmp_path, **MODES[mode])
        assert_works_as(usual, assert_same(order, tmp_path, **MODES[mode]))


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(PARTS))
def test_all_in_every_order_that_is_accepted(part: int, tmp_path: Path) -> None:
    """With sessions in memory, for the sake of time; files are in the other tests."""
    assert len(accepted()) == 840
    how = {**MODES["wsgi"], "engine": "cache"}
    usual = tell(ENFILADE, SEVEN, tmp_path, **how)
    for order in accepted()[part::PARTS]:
        assert_works_as(usual, assert_same(order, tmp_path, **how))


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(PARTS))
def test_all_in_every_seventh_order_under_asgi(part: int, tmp_path: Path) -> None:
    """Django, which takes long for it, is asked every fourth time; half of those are async."""
    kinds = (MODES["asgi"], MODES["asgi-async"])
    usual = [tell(ENFILADE, SEVEN, tmp_path, **kind) for kind in kinds]
    for number, order in enumerate(accepted()[part :: 7 * PARTS]):
        turn = number // 4 % 2
        ask = partial(tell, ENFILADE) if number % 4 else assert_same
        assert_works_as(usual[turn], ask(order, tmp_path, **kinds[turn]))


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["wsgi", "asgi"])
@pytest.mark.parametrize("values", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("order", some(3), ids=_title)
def test_orders_with_other_settings(
    order: tuple[str, ...], values: dict[str, Any], mode: str, tmp_path: Path
) -> None:
    assert_same(order, tmp_path, **MODES[mode], **values)

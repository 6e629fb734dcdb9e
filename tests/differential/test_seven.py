"""The seven middleware that most sites have: each alone, all together, in every order that
``enfilade check`` accepts. One browser walks through the same stories on both frameworks.
"""

import itertools
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

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


def accepts(order: tuple[str, ...]) -> bool:
    return is_accepted([f"enfilade.{path}" for path in order])


@cache
def accepted() -> list[tuple[str, ...]]:
    return [order for order in itertools.permutations(SEVEN) if accepts(order)]


def some(count: int) -> list[tuple[str, ...]]:
    """A few of them, the same each time."""
    order, found, seed = list(SEVEN), [], random.Random(7)
    while len(found) < count:
        seed.shuffle(order)
        if accepts(tuple(order)):
            found.append(tuple(order))
    return found


# The stories ----------------------------------------------------------------------------------


def tell(
    framework: Framework, chain: tuple[str, ...], folder: Path, *, asgi: bool, awaits: bool,
    **values: Any,
) -> dict[str, list[dict[str, Any]]]:  # fmt: skip
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


def assert_same(chain: tuple[str, ...], folder: Path, **how: Any) -> None:
    ours, theirs = (tell(framework, chain, folder, **how) for framework in (ENFILADE, DJANGO))
    for name in STORIES:
        for mine, other in zip(ours[name], theirs[name], strict=True):
            assert mine == _as_intended(other, mine, **how), (name, chain)


def _as_intended(theirs: dict[str, Any], ours: dict[str, Any], **how: Any) -> dict[str, Any]:
    """What Django's answer would be with both of the differences on purpose in ``Vary: Cookie``:
    pages with messages always have it, and pages that look at no token never for its sake."""
    here, there = ours["vary"], theirs["vary"]
    more_here = theirs["step"].startswith(WITH_MESSAGES) and here == [*there, "Cookie"]
    fewer_here = how.get("CSRF_USE_SESSIONS") and there == [*here, "Cookie"]
    return {**theirs, "vary": here} if more_here or fewer_here else theirs


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


@pytest.mark.parametrize("mode", ["wsgi", "asgi-async"])
@pytest.mark.parametrize("chain", [(), *ALONE], ids=_title)
def test_each_alone(chain: tuple[str, ...], mode: str, tmp_path: Path) -> None:
    assert_same(chain, tmp_path, **MODES[mode])


@pytest.mark.parametrize("mode", MODES)
def test_all_in_the_usual_order(mode: str, tmp_path: Path) -> None:
    assert accepts(SEVEN)
    assert_same(SEVEN, tmp_path, **MODES[mode])


@pytest.mark.parametrize("values", SETTINGS.values(), ids=SETTINGS)
def test_with_other_settings(values: dict[str, Any], tmp_path: Path) -> None:
    assert_same(SEVEN, tmp_path, **MODES["asgi"], **values)


@pytest.mark.parametrize("order", some(4), ids=_title)
def test_a_few_in_other_orders(order: tuple[str, ...], tmp_path: Path) -> None:
    assert order != SEVEN
    assert_same(order, tmp_path, **MODES["wsgi"])
    assert_same(order, tmp_path, **MODES["asgi-async"])


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
@pytest.mark.parametrize("part", range(PARTS))
def test_all_in_every_order_that_is_accepted(part: int, asgi: bool, tmp_path: Path) -> None:
    """Under ASGI every other order has async views, which Django takes long for."""
    assert len(accepted()) == 180
    for place, order in enumerate(accepted()[part::PARTS]):
        assert_same(order, tmp_path, asgi=asgi, awaits=asgi and place % 2 == 1)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["wsgi", "asgi"])
@pytest.mark.parametrize("values", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("order", some(3), ids=_title)
def test_orders_with_other_settings(
    order: tuple[str, ...], values: dict[str, Any], mode: str, tmp_path: Path
) -> None:
    assert_same(order, tmp_path, **MODES[mode], **values)

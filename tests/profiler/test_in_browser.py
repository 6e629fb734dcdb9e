"""The pages of a shop that is served in development, in Chromium: by sight, keyboard and axe."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from patience import until
from running import Running, listener, running, surroundings

axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = [pytest.mark.service, pytest.mark.slow]

SHOP = Path(__file__).parents[2] / "scripts/picture_shop"
ROOT = "/-/enfilade/"
VISITS = ("/", "/teas/", "/search/?q=gold", "/checkout/", "/nowhere/")
PAGES = (
    "", "requests/", "requests/?status=3", "errors/", "routes/", "chain/", "workers/", "nowhere",
    "requests/00f067aa0ba902b7",
)  # fmt: skip

NOT_CUT_OFF = """() => document.documentElement.scrollWidth <= innerWidth"""
SEEN = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  return { tag: element.tagName, text: element.textContent.trim(), outline: style.outlineStyle };
}"""


def visit(address: str) -> None:
    try:
        urlopen(address).read()
    except HTTPError as error:
        error.read()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A shop that some have visited."""
    with listener() as sock:
        argv = [sys.executable, "-m", "enfilade", "dev", "shop:application", "--no-reload"]
        argv += ["--record-slow=0.3", "--bind", f"fd://{sock.fileno()}"]
        output = tmp_path_factory.mktemp("shop") / "output"
        port, env = sock.getsockname()[1], surroundings()
        with running(argv, port, output, cwd=SHOP, env=env, pass_fds=[sock.fileno()]) as server:
            for path in VISITS:
                visit(f"{server.url}{path}")
            yield server


@pytest.fixture
def open_page(browser: Any, shop: Running) -> Iterator[Callable[..., Any]]:
    """Opens a page in a window with these options; whatever the browser complains about fails."""
    contexts, complaints = [], []

    def open_one(path: str = "", **options: Any) -> Any:
        contexts.append(browser.new_context(**options))
        contexts[-1].set_default_timeout(15_000)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(f"{shop.url}{ROOT}{path}")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [each for each in complaints if "status of 404" not in each] == []


def requests_of(page: Any) -> list[str]:
    """The addresses of the pages of all requests in the list."""
    page.goto(re.sub(f"{ROOT}.*", f"{ROOT}requests/", page.url))
    links = page.locator("#entries th a").all()
    return [link.get_attribute("href").removeprefix(ROOT) for link in links]


def findings(page: Any) -> list[Any]:
    """What axe calls serious or critical."""
    found = axe.Axe().run(page).response["violations"]
    return [
        (page.url, each["id"], [node["target"] for node in each["nodes"]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
@pytest.mark.timeout(180)
def test_every_page_can_be_used_by_all(open_page: Any, width: int, scheme: str) -> None:
    page = open_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for path in [*PAGES, *requests_of(page)[-len(VISITS) :]]:
        page.goto(re.sub(f"{ROOT}.*", f"{ROOT}{path}", page.url))
        assert findings(page) == []
        assert page.evaluate(NOT_CUT_OFF), path


def test_axe_finds_what_is_wrong(open_page: Any) -> None:
    page = open_page()
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert [each[1] for each in findings(page)] == ["button-name"]


def test_the_keyboard_alone_leads_to_a_request_and_back(open_page: Any) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate(SEEN)["text"] == "To the content"
    page.keyboard.press("Enter")
    assert page.evaluate(SEEN)["tag"] == "MAIN"
    for _ in range(40):
        page.keyboard.press("Tab")
        seen = page.evaluate(SEEN)
        assert seen["outline"] == "solid", seen
        if seen["text"].startswith("GET /search/"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/*")
    assert "GET /search/" in page.locator("h1").inner_text()
    for _ in range(12):
        page.keyboard.press("Tab")
        if "Older" in page.evaluate(SEEN)["text"]:
            break
    page.keyboard.press("Enter")
    page.locator("h1", has_text="/teas/").wait_for()


def test_requests_come_in_by_themselves_until_they_are_paused(
    open_page: Any, shop: Running
) -> None:
    page = open_page("requests/?path=stock")
    page.get_by_role("status").get_by_text("live").wait_for()
    rows = page.locator("#entries tr")
    before = rows.count()
    visit(f"{shop.url}/api/stock/sencha/")
    visit(f"{shop.url}/teas/")
    page.locator("#entries").get_by_text("/api/stock/sencha/").first.wait_for()
    assert rows.count() == before + 1
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("paused").wait_for()
    visit(f"{shop.url}/api/stock/bancha/")
    page.wait_for_timeout(1500)
    assert rows.count() == before + 1
    page.get_by_role("button", name="Pause").click()
    page.locator("#entries").get_by_text("/api/stock/bancha/").wait_for()
    assert rows.count() == before + 2


def test_what_comes_in_is_text_and_nothing_else(open_page: Any, shop: Running) -> None:
    page = open_page("requests/?path=evil")
    page.get_by_role("status").get_by_text("live").wait_for()
    visit(f"{shop.url}/evil/%3Cimg%20src=x%20onerror=alert(1)%3E/?a=%22%3E%3Cscript%3E")
    page.locator("#entries").get_by_text("onerror").wait_for()
    assert page.locator("#entries img, #entries script").count() == 0


def test_the_workers_are_looked_at_again_and_again(open_page: Any, shop: Running) -> None:
    page = open_page("workers/")
    answered = page.locator("#workers-table tbody td").nth(3)
    before = int(answered.inner_text())
    for _ in range(3):
        visit(f"{shop.url}/")
    until(lambda: int(answered.inner_text()) >= before + 3, "three more are answered")


def test_everything_is_there_without_a_script(open_page: Any, shop: Running) -> None:
    page = open_page("requests/", java_script_enabled=False)
    assert page.locator("#entries tr").count() >= len(VISITS)
    assert not page.get_by_role("button", name="Pause").is_visible()
    before = page.locator("#entries tr").count()
    visit(f"{shop.url}/teas/yunnan/")
    page.get_by_role("link", name="Refresh").click()
    assert page.locator("#entries tr").count() == before + 1
    page.get_by_label("Path or route has").fill("yunnan")
    page.get_by_role("button", name="Show").click()
    assert page.locator("#entries tr").count() == 1
    page.locator("#entries a").click()
    assert "GET /teas/yunnan/" in page.locator("h1").inner_text()


def test_a_request_of_the_shop_shows_its_faults(open_page: Any) -> None:
    page = open_page()
    told = {}
    for path in requests_of(page):
        page.goto(re.sub(f"{ROOT}.*", f"{ROOT}{path}", page.url))
        told.setdefault(page.locator("h1").inner_text(), page.locator("main").inner_text())
    assert "The same query 14 times" in told["GET /teas/"]
    assert "shop.py" in told["GET /search/?q=gold"].partition("thread was found")[2]
    assert "searching the catalogue" in told["GET /search/?q=gold"]
    assert "PaymentUnavailable" in told["GET /checkout/"]
    assert str(SHOP.parent) not in "".join(told.values())

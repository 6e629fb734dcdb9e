"""The toolbar as Chromium shows it."""

from collections.abc import Iterator
from typing import Any

import pytest

from running import Running

pytestmark = [pytest.mark.slow, pytest.mark.service]

BAR = "enfilade-toolbar aside"
SHIFTS = """() => new Promise(resolve => {
  let total = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) total += entry.value;
  }).observe({type: "layout-shift", buffered: true});
  setTimeout(() => resolve(total), 300);
})"""


@pytest.fixture(scope="module")
def site(develop) -> Running:
    return develop("enfilade_site:application")


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """A window that fails the test if anything is written to its console."""
    context = browser.new_context(viewport={"width": 800, "height": 500})
    context.set_default_timeout(15_000)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert [line for line in said if "favicon" not in line and "404" not in line] == []


def test_is_one_line_at_the_bottom_that_leads_to_the_request(tab, site):
    tab.goto(site.url)
    bar = tab.locator(BAR)
    bar.wait_for()
    box = bar.bounding_box()
    assert box["height"] < 32
    assert box["y"] + box["height"] == 500
    assert tab.locator("h1").inner_text() == "News"
    link = tab.locator(f"{BAR} a")
    assert "200" in link.inner_text()
    assert " ms" in link.inner_text()
    assert "enfilade_site.front" in link.inner_text()
    assert link.evaluate("link => link.scrollWidth <= link.clientWidth"), "all of it is seen"
    link.click()
    tab.wait_for_url("**/-/enfilade/requests/*")
    assert tab.locator(BAR).count() == 0


def test_nothing_on_the_page_moves(tab, site):
    tab.goto(site.url)
    tab.locator(BAR).wait_for()
    assert tab.evaluate(SHIFTS) == 0
    assert tab.evaluate("document.documentElement.scrollHeight") == 500


def test_is_folded_by_the_keyboard_and_stays_so(tab, site):
    tab.goto(site.url)
    link = tab.locator(f"{BAR} a")
    link.wait_for()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    link.wait_for(state="hidden")
    tab.reload()
    tab.locator(f"{BAR} summary").wait_for()
    assert not link.is_visible()
    tab.locator(f"{BAR} summary").click()
    link.wait_for()
    tab.reload()
    link.wait_for()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/-/enfilade/requests/*")


def test_a_page_with_a_strict_policy_has_none_and_complains_of_nothing(tab, site):
    tab.goto(f"{site.url}/strict/")
    assert tab.locator("enfilade-toolbar").count() == 0
    assert tab.locator("h1").is_visible()


def test_works_without_its_script(tab, site):
    tab.goto(f"{site.url}/narrow/")
    link = tab.locator(f"{BAR} a")
    link.wait_for()
    tab.locator(f"{BAR} summary").click()
    link.wait_for(state="hidden")


def test_is_not_seen_without_its_style(browser, site):
    context = browser.new_context()
    page = context.new_page()
    page.route("**/toolbar.css", lambda route: route.abort())
    page.goto(site.url)
    assert page.locator(BAR).count() == 1
    assert not page.locator(BAR).is_visible()
    context.close()


def test_neither_style_touches_the_other(tab, site):
    tab.goto(site.url)
    tab.locator(BAR).wait_for()
    before = tab.locator("h1").bounding_box()
    tab.add_style_tag(content="a, aside, details, summary { display: none !important }")
    assert tab.locator(f"{BAR} a").is_visible()
    assert tab.locator("h1").bounding_box() == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(tab, site, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    tab.emulate_media(color_scheme=scheme)
    tab.goto(site.url)
    tab.locator(BAR).wait_for()
    results = axe.Axe().run(tab)
    assert results.response["violations"] == []


def test_is_not_printed(tab, site):
    tab.goto(site.url)
    tab.locator(BAR).wait_for()
    tab.emulate_media(media="print")
    assert not tab.locator(BAR).is_visible()

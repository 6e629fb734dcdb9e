"""The page of a plan as a browser lays it out."""

from dataclasses import replace
from typing import Any

import pytest

from enfilade.explain import explain_request
from enfilade.explain.line import Draft
from enfilade.explain.measured import Measurement, measure
from enfilade.explain.page import make_page
from enfilade.explain.rehearsal import rehearse
from enfilade.http import HttpResponse
from enfilade.urls import path

pytestmark = pytest.mark.slow
SECURITY = "enfilade.middleware.security.SecurityMiddleware"
FAR = "/home/somebody/projects/the-shop/.venv/lib/python3.11/site-packages/shop/middleware/doors.py"


def deep(measured: Measurement) -> Measurement:
    """*measured* with nodes as far in, and files as far away, as those of large sites."""
    nodes = []
    for each in measured.nodes:
        source = each.node.source and replace(each.node.source, file=FAR)
        node = replace(each.node, source=source, depth=each.node.depth + 4)
        nodes.append(replace(each, node=node, outcome="answered", detail="PermissionDenied"))
    return replace(measured, nodes=tuple(nodes))


@pytest.mark.timeout(60)
def test_all_columns_are_seen_in_a_window_of_1000_pixels(site: Any, browser: Any) -> None:
    handler = site(path("", lambda request: HttpResponse()), MIDDLEWARE=[SECURITY])
    plan = explain_request(handler, "GET", "/")
    measured = deep(measure(plan, rehearse(handler, Draft("GET", "/"))))
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    try:
        page.set_content(make_page(plan, measured, "shop.asgi:application"))
        outcome = page.get_by_role("columnheader", name="Outcome").bounding_box()
        region = page.locator(".scroll").first.bounding_box()
        assert outcome["x"] + outcome["width"] <= region["x"] + region["width"]
        assert page.evaluate("document.querySelector('.piece').clientWidth") > 150
    finally:
        page.close()

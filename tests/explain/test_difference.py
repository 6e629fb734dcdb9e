"""Two plans of one request: what came, what went, what moved, and what takes longer."""

import json
from typing import Any

import pytest

from enfilade.explain import explain_request
from enfilade.explain.difference import Difference, NotAPlan, compare
from enfilade.http import HttpResponse
from enfilade.test import override_settings
from enfilade.urls import path

SECURITY = "enfilade.middleware.security.SecurityMiddleware"
COMMON = "enfilade.middleware.common.CommonMiddleware"
FRAMES = "enfilade.middleware.clickjacking.XFrameOptionsMiddleware"


def view(request: Any) -> Any:
    return HttpResponse()


def plan_of(site: Any, *middleware: str, target: str = "/") -> Any:
    handler = site(path("", view), MIDDLEWARE=middleware)
    with override_settings(MIDDLEWARE=middleware):
        return json.loads(json.dumps(explain_request(handler, "GET", target).to_dict()))


def kinds(difference: Difference, kind: str) -> list[str]:
    return [change.label for change in difference.changes if change.kind == kind]


def test_the_same_plan_has_no_difference(site) -> None:
    plan = plan_of(site, SECURITY, COMMON)
    difference = compare(plan, plan)
    assert difference.is_empty
    assert {change.kind for change in difference.changes} == {"same"}
    assert json.loads(json.dumps(difference.to_dict()))["answers"]


def test_tells_what_came_and_what_went(site) -> None:
    difference = compare(plan_of(site, SECURITY, COMMON), plan_of(site, SECURITY, FRAMES))
    assert kinds(difference, "went") == [
        "CommonMiddleware.process_request",
        "CommonMiddleware.process_response",
    ]
    assert kinds(difference, "came") == ["XFrameOptionsMiddleware.process_response"]
    assert not difference.is_empty


def test_tells_what_moved_and_not_that_it_went_and_came(site) -> None:
    difference = compare(plan_of(site, SECURITY, COMMON), plan_of(site, COMMON, SECURITY))
    assert kinds(difference, "went") == kinds(difference, "came") == []
    moved = kinds(difference, "moved")
    assert len(moved) == 2
    assert {name.rpartition(".")[2] for name in moved} == {"process_request", "process_response"}


def test_what_stands_in_another_module_has_moved(site) -> None:
    before = plan_of(site, SECURITY, COMMON)
    after = json.loads(json.dumps(before).replace("enfilade.middleware.common.", "shop.common."))
    difference = compare(before, after)
    assert kinds(difference, "went") == kinds(difference, "came") == []
    assert kinds(difference, "moved") == [
        "CommonMiddleware.process_request",
        "CommonMiddleware.process_response",
    ]
    assert next(change.names for change in difference.changes if change.kind == "moved") == (
        f"{COMMON}.process_request",
        "shop.common.CommonMiddleware.process_request",
    )
    assert not difference.is_empty


def test_another_answer_is_a_difference(site) -> None:
    before, after = plan_of(site, COMMON), plan_of(site, COMMON, target="/nowhere/")
    difference = compare(before, after)
    assert difference.answers == ("the response by view", "404 by page_not_found")


def test_measured_plans_have_times_and_what_was_skipped_is_not_compared(site) -> None:
    def measured(ns: int, executed: bool) -> Any:
        plan = plan_of(site, SECURITY)
        for node in plan["nodes"]:
            node.update(total_ns=ns, executed=executed or node["event"] != "view")
        return {**plan, "measured": {"status": 200, "failure": ""}}

    difference = compare(measured(1000, True), measured(2000, False))
    assert kinds(difference, "went") == ["view"]
    same = [change for change in difference.changes if change.kind == "same"]
    assert {(change.before_ns, change.after_ns) for change in same} == {(1000, 2000)}


@pytest.mark.parametrize(
    "what", [[], {}, {"nodes": 1}, "plan", {"nodes": [{"name": "a"}]}, {"nodes": []}]
)
def test_what_is_no_plan_is_refused(what) -> None:
    with pytest.raises(NotAPlan, match="no plan of a request"):
        compare(what, what)


def test_what_was_merely_not_measured_has_not_gone(site) -> None:
    plan = plan_of(site, SECURITY)
    server = {"step": 2, "event": "read", "node": "threads 8", "label": "threads 8", "depth": 0}
    more = [{**server, "when": "", "option": "threads"}]
    times = [{**node, "total_ns": 7, "executed": True} for node in plan["nodes"]]
    static = {**plan, "nodes": [*more, *plan["nodes"]]}
    for status, same in ((200, True), (None, False)):
        measured = {**plan, "nodes": times, "measured": {"status": status, "failure": "KeyError"}}
        for difference in (compare(static, measured), compare(measured, static)):
            assert difference.partial
            assert difference.is_empty is same
            assert {change.kind for change in difference.changes} == {"same"}
    foretold = {**static, "answer": {"status": 404, "by": "page_not_found"}}
    assert compare(foretold, measured).answers == ("404 by page_not_found", "KeyError")
    recorded = {
        **measured,
        "entry": {},
        "nodes": [{**server, "when": "", "executed": True}, *times],
    }
    assert compare(measured, recorded).is_empty
    assert not compare(recorded, recorded).partial


def test_what_came_and_what_went_stand_in_the_order_of_their_steps(site) -> None:
    def node(step: int, event: str) -> Any:
        return {"step": step, "event": event, "node": event, "label": event, "depth": 0, "when": ""}

    answer = {"answer": {"status": None, "by": "view"}}
    view = [node(9, "view"), node(10, "render")]
    before = {**answer, "nodes": [node(7, "resolve"), *view]}
    after = {**answer, "nodes": [node(7, "resolve"), node(8, "middleware.view")]}
    steps = [(change.kind, change.step) for change in compare(before, after).changes]
    assert steps == [("same", 7), ("came", 8), ("went", 9), ("went", 10)]

"""The plan of a request to a Django site against its trace, on sites that nobody thought of."""

import logging
from typing import Any

import pytest
from hypothesis import given, settings

from django_sites import REQUESTS, SITES, ask, handler_of
from enfilade.explain import RequestPlan
from enfilade.explain.django.request import explain_django_request
from enfilade.explain.guides import follow
from enfilade.explain.line import Draft
from enfilade.trace import Trace
from foretold import keys, meets_what_is_certain, nobody_of_the_site_stops

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")


@pytest.fixture(autouse=True, scope="module")
def silence() -> Any:
    logger = logging.getLogger("django.request")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    yield
    logger.setLevel(before)


def explained(site: Any, request: Any, asgi: bool) -> tuple[RequestPlan, Trace]:
    record = Trace()
    with site.installed():
        handler = handler_of(asgi)
        plan = explain_django_request(handler, Draft(*request))
        ask(handler, *request, record)
    return plan, record


@settings(max_examples=100, deadline=None)
@given(SITES, REQUESTS)
def test_a_request_meets_the_nodes_of_its_plan_in_their_order(site, request) -> None:
    for asgi in (False, True):
        plan, record = explained(site, request, asgi)
        assert keys(follow(plan.walk, record)) == keys(record.events)
        meets_what_is_certain(plan, record)
        if nobody_of_the_site_stops(record, "django"):
            meets_the_plan_and_nothing_else(plan, record)


def meets_the_plan_and_nothing_else(plan: RequestPlan, record: Trace) -> None:
    happened = keys(record.events)
    usual = [node.key for node in plan.nodes if not node.when]
    # Nor has the view given a stream, a late response, or nothing at all.
    beside = {("write", "body"), ("render", "error page"), *(node.key for node in plan.nodes)}
    late = any(event.detail in ("Late", "returned None") for event in record.events)
    if not late and not (beside - set(usual)).intersection(happened):
        logged = happened[:-1] if happened[-1] == ("hop", "to thread") else happened
        assert usual in (happened, logged)

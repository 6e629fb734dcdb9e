"""Hooks that nobody calls, and those that take every request to a thread."""

from typing import Any

import pytest

from enfilade.explain.checks import hooks as checks
from enfilade.explain.checks.finding import Finding
from enfilade.explain.checks.run import run_checks
from enfilade.http import HttpResponse
from enfilade.middleware import MiddlewareMixin
from enfilade.middleware.common import CommonMiddleware
from enfilade.test import override_settings

THREAD = "under ASGI every request goes to a thread for it"


class Mistyped(MiddlewareMixin):
    def process_reponse(self, request: Any, response: Any) -> Any:
        return response


class Helping(MiddlewareMixin):
    def process_request(self, request: Any) -> None:
        self.process_requests([request])

    def process_requests(self, requests: Any) -> None:
        pass

    def process_payment(self, request: Any) -> None:
        pass


class OldTwin(MiddlewareMixin):
    async def aprocess_request(self, request: Any) -> None:
        pass


class Deaf:
    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        return self.get_response(request)

    def process_request(self, request: Any) -> None:
        pass

    def process_view(self, request: Any, *_: Any) -> None:
        pass


class Hearing(Deaf):
    def __call__(self, request: Any) -> Any:
        for name in ("process_request",):
            getattr(self, name)(request)
        return self.get_response(request)


class Around(MiddlewareMixin):
    def __call__(self, request: Any) -> Any:
        return super().__call__(request)

    def process_request(self, request: Any) -> None:
        pass


class Uncallable:
    def __init__(self, get_response: Any) -> None:
        pass


class Blocking(MiddlewareMixin):
    def process_request(self, request: Any) -> None:
        pass

    def process_response(self, request: Any, response: Any) -> Any:
        return response


class Prompt(Blocking):
    blocking = False


class Awaited(MiddlewareMixin):
    def process_request(self, request: Any) -> None:
        pass

    async def aprocess_request(self, request: Any) -> None:
        pass


class OwnCommon(CommonMiddleware):
    pass


def factory(get_response: Any) -> Any:
    return lambda request: get_response(request) or HttpResponse()


def found(*middleware: object) -> list[Finding]:
    with override_settings(MIDDLEWARE=list(middleware)):
        return [
            *checks.check_hook_names(),
            *checks.check_hooks_are_called(),
            *checks.check_can_be_called(),
        ]


def test_a_name_that_is_almost_a_hook_is_told_with_the_right_one() -> None:
    (finding,) = found(Mistyped)
    assert finding.id == "middleware.W008"
    assert finding.message.endswith("Mistyped.process_reponse is called by nobody.")
    assert finding.hint.startswith("Write process_response")
    line = Mistyped.process_reponse.__code__.co_firstlineno
    assert finding.where.endswith(f"test_hooks.py:{line}")


@pytest.mark.parametrize("middleware", [Helping, Hearing, Around, Prompt, Awaited, OwnCommon,
                                        factory, "no.such.Middleware"])  # fmt: skip
def test_what_may_be_called_is_not_spoken_of(middleware: object) -> None:
    assert found(middleware) == []


def test_a_hook_beside_a_call_of_its_own_is_never_called() -> None:
    (finding,) = found(Deaf)  # process_view is: the chain calls that of every middleware
    assert finding.id == "middleware.W009"
    assert "Deaf.process_request is never called" in finding.message


def test_a_twin_without_its_hook_is_never_called() -> None:
    (finding,) = found(OldTwin)
    assert finding.id == "middleware.W009"
    assert "the twin of a process_request" in finding.message


def test_a_class_whose_instances_cannot_be_called_is_an_error() -> None:
    assert [finding.id for finding in found(Uncallable)] == ["middleware.E010"]


@pytest.mark.parametrize(
    ("middleware", "said"),
    [
        ([Blocking], [f"Blocking may block: {THREAD} twice."]),
        ([factory], [f"factory is synchronous: {THREAD}."]),
        ([Prompt, factory, Prompt], [f"factory is synchronous: {THREAD}."]),
        ([Prompt, Awaited, OwnCommon], []),
    ],
)
def test_what_blocks_behind_an_asgi_server_is_told(middleware: Any, said: Any) -> None:
    with override_settings(MIDDLEWARE=middleware):
        assert [finding.message for finding in checks.check_nothing_blocks()] == said
        assert not any(finding.id == "middleware.W011" for finding in run_checks())


def test_neighbours_share_their_thread() -> None:
    class Neighbour(Blocking):
        pass

    with override_settings(MIDDLEWARE=[Blocking, Neighbour]):
        messages = [finding.message for finding in checks.check_nothing_blocks()]
    assert "shared with Neighbour" in messages[0]
    assert "shared with Blocking" in messages[1]

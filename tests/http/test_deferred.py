"""What a middleware promises is made by the first touch, once."""

import pytest

from enfilade.http import HttpRequest


def test_a_promise_is_kept_at_the_first_touch_only() -> None:
    request, made = HttpRequest(), []
    HttpRequest.session.promise(request, lambda of: made.append(of) or {"for": of})
    assert not HttpRequest.session.touched(request)
    assert request.session is request.session
    assert made == [request]
    assert HttpRequest.session.touched(request)


def test_a_plain_value_may_be_assigned() -> None:
    request = HttpRequest()
    request.user = "ada"
    assert request.user == "ada"


def test_a_request_without_the_middleware_has_no_such_attribute() -> None:
    assert not hasattr(HttpRequest(), "session")


def test_the_error_names_the_middleware_that_is_missing() -> None:
    with pytest.raises(AttributeError, match="no 'session'") as caught:
        _ = HttpRequest().session
    assert "enfilade.contrib.sessions.middleware.SessionMiddleware" in caught.value.__notes__[0]

import pytest

from enfilade.http import HttpRequest


@pytest.fixture
def accepting():
    def make(value):
        request = HttpRequest()
        request.META["HTTP_ACCEPT"] = value
        return request

    return make


def test_without_accept_anything_is_accepted():
    assert HttpRequest().accepts("image/png")
    assert HttpRequest().get_preferred_type(["a/b", "c/d"]) == "a/b"


def test_the_most_specific_range_decides(accepting):
    request = accepting("text/*;q=0.9, text/html;q=0, application/json;q=0.5")
    assert request.accepts("text/plain")
    assert request.get_preferred_type(["application/json", "text/plain"]) == "text/plain"


def test_nothing_is_preferred_where_nothing_is_acceptable(accepting):
    assert accepting("text/html").get_preferred_type(["image/png"]) is None
    assert accepting("*/*;q=0").get_preferred_type(["image/png"]) is None
    assert accepting("*/*").get_preferred_type([]) is None


def test_a_range_that_cannot_be_decoded_accepts_nothing(accepting):
    request = accepting("text/plain; a*=nonsense''x, text/html")
    assert [str(accepted) for accepted in request.accepted_types] == ["text/html"]


@pytest.mark.parametrize("value", ['text/html;"' + ";" * 60_000, 'a/b;c="' + '\\";' * 20_000])
def test_a_range_that_would_take_long_to_read_is_left_out(accepting, value):
    request = accepting(f"{value}, text/plain")
    assert [str(accepted) for accepted in request.accepted_types] == ["text/plain"]

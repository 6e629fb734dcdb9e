import copy

import pytest

from enfilade.exceptions import BadRequest
from enfilade.http import HttpRequest


def test_a_request_made_by_hand_has_forms_to_fill_in():
    request = HttpRequest()
    request.method = "POST"
    request.POST["a"] = "1"
    request.GET["b"] = "2"
    request.COOKIES["c"] = "3"
    request.FILES.appendlist("f", None)
    assert (request.POST.urlencode(), request.GET.urlencode()) == ("a=1", "b=2")
    assert (request.COOKIES, request.META) == ({"c": "3"}, {})


def test_an_untouched_request_made_by_hand_describes_itself():
    request = HttpRequest()
    assert repr(request) == "<HttpRequest>"
    assert (request.method, request.content_type, request.encoding) == (None, None, None)
    assert (request.resolver_match, request.urlconf) == (None, None)


def test_two_requests_made_by_hand_share_nothing():
    HttpRequest().META["X"] = 1
    assert HttpRequest().META == {}


def test_everything_can_be_replaced(wsgi_request):
    request = wsgi_request(b"a=1", CONTENT_TYPE="application/x-www-form-urlencoded")
    request.GET, request.POST, request.COOKIES, request.FILES = {1: 1}, {2: 2}, {3: 3}, {4: 4}
    assert (request.GET, request.POST, request.COOKIES) == ({1: 1}, {2: 2}, {3: 3})
    assert request.FILES == {4: 4}


def test_encoding_decodes_the_query_again(wsgi_request):
    request = wsgi_request(QUERY_STRING="a=%E9")
    assert request.GET["a"] == "\ufffd"
    request.encoding = "iso-8859-1"
    assert request.GET["a"] == "é"


@pytest.mark.parametrize("codec", ["hex", "idna", "punycode", "rot13", "undefined", "no-such"])
def test_a_charset_that_decodes_no_text_is_taken_for_none(wsgi_request, codec):
    request = wsgi_request(QUERY_STRING="a=%C3%A9", CONTENT_TYPE=f"text/plain; charset={codec}")
    assert request.GET["a"] == "é"


@pytest.mark.parametrize("codec", ["utf-7", "UTF7", "unicode_escape", "raw_unicode_escape"])
@pytest.mark.parametrize("half", ["%2B2AA-", "%5Cud800"])
def test_a_charset_cannot_bring_in_what_no_response_can_hold(wsgi_request, codec, half):
    content_type = f"text/plain; charset={codec}"
    request = wsgi_request(QUERY_STRING=f"a={half}", CONTENT_TYPE=content_type)
    assert request.GET["a"].encode()


def test_a_content_type_that_cannot_be_decoded_is_a_bad_request(wsgi_request):
    request = wsgi_request(CONTENT_TYPE="text/plain; charset*=nonsense''utf-8")
    with pytest.raises(BadRequest, match="Content-Type"):
        request.content_type


def test_a_content_type_that_cannot_be_decoded_does_not_hide_the_path(wsgi_request):
    request = wsgi_request(PATH_INFO="/a", CONTENT_TYPE="text/plain; charset*=nonsense''utf-8")
    assert request.get_full_path() == "/a"


def test_a_copy_can_be_changed_on_its_own(wsgi_request):
    request = wsgi_request()
    twin = copy.copy(request)
    twin.path = "/other"
    assert request.path == "/"

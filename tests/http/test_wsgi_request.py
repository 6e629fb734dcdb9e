import io

from enfilade.http.wsgi_request import WSGIRequest, get_script_name


def test_meta_is_the_environ_with_its_paths_decoded():
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/\xc3\xa9"}
    request = WSGIRequest(environ)
    assert request.META is request.environ is environ
    assert (environ["PATH_INFO"], environ["SCRIPT_NAME"]) == ("/é", "")


def test_making_a_request_needs_nothing_but_a_method():
    request = WSGIRequest({"REQUEST_METHOD": "get"})
    assert (request.method, request.path, request.path_info) == ("GET", "/", "/")
    assert list(request.GET.lists()) == []
    assert request.COOKIES == {}


def test_the_mount_point_can_be_forced(configure):
    configure(FORCE_SCRIPT_NAME="")
    assert get_script_name({"SCRIPT_NAME": "/site"}) == ""


def test_a_body_of_unknown_length_is_read_if_it_ends_by_itself(wsgi_request):
    chunked = {"wsgi.input": io.BytesIO(b"a=1"), "CONTENT_TYPE": "text/plain"}
    del_length = {"CONTENT_LENGTH": "", "REQUEST_METHOD": "POST"}
    request = wsgi_request(**chunked, **del_length, **{"wsgi.input_terminated": True})
    assert request.body == b"a=1"


def test_a_body_of_unknown_length_is_not_read_from_a_server_that_does_not_end_it(wsgi_request):
    request = wsgi_request(CONTENT_LENGTH="", **{"wsgi.input": io.BytesIO(b"the next request")})
    assert request.body == b""


def test_nothing_is_read_beyond_the_content_length(wsgi_request):
    stream = io.BytesIO(b"a=1GET / HTTP/1.1")
    request = wsgi_request(CONTENT_LENGTH="3", **{"wsgi.input": stream})
    assert request.read() == b"a=1"
    assert request.read() == b""
    assert stream.read() == b"GET / HTTP/1.1"


def test_a_malformed_content_length_is_none_at_all(wsgi_request):
    request = wsgi_request(CONTENT_LENGTH="abc", **{"wsgi.input": io.BytesIO(b"x")})
    assert request.body == b""

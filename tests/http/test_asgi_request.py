import pytest

from enfilade.exceptions import DisallowedHost
from enfilade.http.asgi_request import get_script_prefix


def test_cookies_sent_apart_are_all_read(asgi_request):
    request = asgi_request(headers=[(b"cookie", b"a=1"), (b"cookie", b"b=2")])
    assert request.COOKIES == {"a": "1", "b": "2"}
    assert request.META["HTTP_COOKIE"] == "a=1; b=2"


def test_other_fields_sent_twice_are_joined_with_a_comma(asgi_request):
    request = asgi_request(headers=[(b"x-new", b"1"), (b"x-new", b"2")])
    assert request.headers["X-New"] == "1,2"


def test_a_name_with_an_underscore_cannot_pose_as_one_with_a_hyphen(asgi_request):
    request = asgi_request(headers=[(b"x_real_ip", b"6.6.6.6"), (b"content_type", b"text/evil")])
    assert dict(request.headers) == {}
    assert request.content_type == ""


def test_cookies_are_utf8_as_under_wsgi(asgi_request):
    assert asgi_request(headers=[(b"cookie", "a=é".encode())]).COOKIES == {"a": "é"}


def test_a_query_that_is_not_utf8_is_refused_at_once(asgi_request):
    with pytest.raises(UnicodeDecodeError):
        asgi_request(query_string=b"a=\xff")


def test_a_unix_socket_has_no_port(asgi_request):
    request = asgi_request(server=("/run/site.sock", None))
    assert (request.META["SERVER_NAME"], request.get_port()) == ("/run/site.sock", "0")


def test_the_query_is_decoded_as_the_request_says(asgi_request):
    headers = [(b"content-type", b"text/plain; charset=iso-8859-1")]
    assert asgi_request(query_string=b"a=%e9", headers=headers).GET["a"] == "é"


def test_an_empty_forced_mount_point_is_none(configure):
    configure(FORCE_SCRIPT_NAME="")
    assert get_script_prefix({"root_path": "/site"}) == "/site"
    assert get_script_prefix({"root_path": None}) == ""


def test_a_multipart_form_needs_no_content_length(asgi_request):
    body = b'--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--xx--\r\n'
    headers = [(b"content-type", b"multipart/form-data; boundary=xx")]
    assert asgi_request(body, headers=headers).POST["a"] == "1"


def test_closing_closes_the_body(asgi_request):
    request = asgi_request(b"x")
    stream = request._stream
    request.close()
    assert stream.closed


@pytest.mark.parametrize(
    ("root_path", "path", "path_info"),
    [
        ("", "/room/", "/room/"),
        ("/house", "/house/room/", "/room/"),
        ("/house/", "/house/room/", "/room/"),
        ("/house", "/house", "/"),
        ("/house", "/house/", "/"),
        ("/house", "/household/", "/household/"),
        ("/house", "/room/", "/room/"),
    ],
)
def test_the_mount_point_ends_where_a_segment_ends(asgi_request, root_path, path, path_info):
    assert asgi_request(path=path, root_path=root_path).path_info == path_info


def test_the_host_is_read_without_the_rest_of_the_fields(asgi_request):
    request = asgi_request(headers=[(b"accept", b"*/*"), (b"host", b"testserver")])
    assert request.get_host() == "testserver"
    assert "META" not in vars(request)


def test_a_host_that_a_middleware_has_replaced_counts(asgi_request):
    request = asgi_request(headers=[(b"host", b"evil.example")])
    request.META["HTTP_HOST"] = "testserver"
    assert request.get_host() == "testserver"


def test_two_hosts_are_none(asgi_request):
    request = asgi_request(headers=[(b"host", b"testserver"), (b"host", b"testserver")])
    with pytest.raises(DisallowedHost):
        request.get_host()

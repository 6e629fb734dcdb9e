import pytest

from enfilade.exceptions import DisallowedHost, ImproperlyConfigured


def test_a_host_that_is_not_allowed_is_refused_with_advice(wsgi_request):
    with pytest.raises(DisallowedHost, match=r"add 'evil\.example' to ALLOWED_HOSTS"):
        wsgi_request(HTTP_HOST="evil.example:80").get_host()


def test_a_malformed_host_is_refused_as_malformed(wsgi_request):
    with pytest.raises(DisallowedHost, match="not valid"):
        wsgi_request(HTTP_HOST="a/b").get_host()


def test_a_proxy_header_counts_only_when_a_setting_says_so(wsgi_request, configure):
    request = wsgi_request(HTTP_HOST="testserver", HTTP_X_FORWARDED_HOST="localhost")
    assert request.get_host() == "testserver"
    configure(USE_X_FORWARDED_HOST=True)
    assert request.get_host() == "localhost"


def test_a_proxy_that_says_http_is_believed_over_the_connection(wsgi_request, configure):
    configure(SECURE_PROXY_SSL_HEADER=("HTTP_X_PROTO", "https"))
    assert not wsgi_request(HTTP_X_PROTO="http", **{"wsgi.url_scheme": "https"}).is_secure()
    assert wsgi_request(HTTP_X_PROTO=" https , http").is_secure()
    assert wsgi_request(**{"wsgi.url_scheme": "https"}).is_secure()


def test_a_malformed_proxy_setting_is_reported(wsgi_request, configure):
    configure(SECURE_PROXY_SSL_HEADER=("HTTP_X_PROTO",))
    with pytest.raises(ImproperlyConfigured, match="two values"):
        wsgi_request().scheme


def test_a_path_that_begins_with_two_slashes_is_no_host(wsgi_request):
    request = wsgi_request(PATH_INFO="//evil.example/x", HTTP_HOST="testserver")
    assert request.path == "//evil.example/x"
    assert request.build_absolute_uri() == "http://testserver//evil.example/x"

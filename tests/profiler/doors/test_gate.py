"""Who may see the profiler in production."""

import pytest

from enfilade.profiler.doors.attempts import MOST
from enfilade.profiler.doors.gate import Gate
from enfilade.profiler.doors.session import NAME

TOKEN = "a token for the tests"
ROOT = "/-/enfilade/"


def pages(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"the page"]


class Answer:
    """What *gate* answers."""

    def __init__(self, gate, path=ROOT, query="", peer="127.0.0.1", **variables):
        self.body = b"".join(
            gate(
                {
                    "REQUEST_METHOD": "GET",
                    "PATH_INFO": path,
                    "QUERY_STRING": query,
                    "REMOTE_ADDR": peer,
                    "HTTP_HOST": "127.0.0.1:9465",
                    "wsgi.url_scheme": "http",
                    **variables,
                },
                self._start,
            )
        ).decode()

    def _start(self, status, headers, exc_info=None):
        self.status, self.fields = int(status[:3]), dict(headers)

    @property
    def cookie(self):
        return self.fields["Set-Cookie"].partition(";")[0]


@pytest.fixture
def gate():
    return Gate(pages, TOKEN)


def test_without_the_token_there_is_nothing_but_what_to_do(gate):
    answer = Answer(gate)
    assert answer.status == 401
    assert answer.fields["WWW-Authenticate"].startswith("Bearer ")
    assert "?token=" in answer.body
    assert "ENFILADE_TRACE_TOKEN" in answer.body


def test_the_token_in_the_address_becomes_a_cookie(gate):
    entered = Answer(gate, query="token=a+token+for+the+tests")
    assert entered.status == 303
    assert entered.fields["Location"] == ROOT
    assert TOKEN not in str(entered.fields) + entered.body
    assert "Path=/-/enfilade/;" in entered.fields["Set-Cookie"]
    assert "HttpOnly; SameSite=Strict" in entered.fields["Set-Cookie"]
    seen = Answer(gate, HTTP_COOKIE=entered.cookie)
    assert (seen.status, seen.body) == (200, "the page")


def test_the_rest_of_the_address_stays(gate):
    query = "status=5xx&token=a%20token%20for%20the%20tests&path=/%C3%BC"
    entered = Answer(gate, path=f"{ROOT}requests/", query=query)
    assert entered.fields["Location"] == "/-/enfilade/requests/?status=5xx&path=%2F%C3%BC"


@pytest.mark.parametrize("path", ["/", "//evil.example/", "/-/enfilade", "/\\evil.example"])
def test_one_is_led_nowhere_else(gate, path):
    entered = Answer(gate, path=path, query=f"token={TOKEN}")
    assert entered.fields["Location"] == ROOT


def test_over_tls_the_cookie_is_for_tls_only(gate):
    entered = Answer(gate, query=f"token={TOKEN}", **{"wsgi.url_scheme": "https"})
    assert entered.fields["Set-Cookie"].endswith("; Secure")


def test_a_program_sends_the_token_with_each_request(gate):
    assert Answer(gate, HTTP_AUTHORIZATION=f"Bearer {TOKEN}").body == "the page"
    assert Answer(gate, HTTP_AUTHORIZATION=f"bearer  {TOKEN} ").status == 200
    assert Answer(gate, HTTP_AUTHORIZATION="Bearer wrong").status == 403
    assert Answer(gate, HTTP_AUTHORIZATION=f"Basic {TOKEN}").status == 401


@pytest.mark.parametrize("query", ["token=", "token=wrong", "token=%FF", f"token={TOKEN}x"])
def test_a_wrong_token_is_refused_with_what_to_do(gate, query):
    answer = Answer(gate, query=query)
    assert answer.status == 403
    assert "printed when it started" in answer.body
    assert "Set-Cookie" not in answer.fields


def test_who_guesses_has_few_guesses(gate, caplog):
    good = Answer(gate, query=f"token={TOKEN}").cookie
    with caplog.at_level("WARNING", logger="enfilade.server"):
        for _ in range(MOST):
            assert Answer(gate, query="token=wrong").status == 403
    refused = Answer(gate, query=f"token={TOKEN}")
    assert refused.status == 429
    assert 0 < int(refused.fields["Retry-After"]) <= 60
    assert Answer(gate, HTTP_AUTHORIZATION=f"Bearer {TOKEN}").status == 429
    assert Answer(gate, query=f"token={TOKEN}", peer="192.0.2.7").status == 303
    assert Answer(gate, HTTP_COOKIE=good).status == 200, "who is in stays in"
    assert "wrong" not in caplog.text


def test_a_name_that_could_be_anybody_s_is_refused_before_all_else(gate):
    answer = Answer(gate, query=f"token={TOKEN}", HTTP_HOST="evil.example:9465")
    assert answer.status == 421
    assert "evil.example" in answer.body
    anywhere = Gate(pages, TOKEN, None)
    assert Answer(anywhere, query=f"token={TOKEN}", HTTP_HOST="anything").status == 303


def test_every_answer_of_the_gate_keeps_the_address_to_itself(gate):
    for query in ("", "token=wrong", f"token={TOKEN}"):
        fields = Answer(gate, query=query).fields
        assert fields["Referrer-Policy"] == "no-referrer"
        assert fields["Cache-Control"] == "no-store"


def test_the_first_page_is_found_from_the_root(gate):
    cookie = Answer(gate, query=f"token={TOKEN}").cookie
    assert cookie.startswith(f"{NAME}=")
    assert Answer(gate, path="/", HTTP_COOKIE=cookie).fields["Location"] == ROOT

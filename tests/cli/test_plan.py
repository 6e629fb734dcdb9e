"""``enfilade plan``: what every request goes through."""

import pytest

BLOCKING = """
from enfilade.middleware import MiddlewareMixin

class Ledger(MiddlewareMixin):
    def process_request(self, request): pass
    def process_response(self, request, response): return response
"""


def test_shows_middleware_hooks_and_error_pages(site):
    text = site.output("plan", columns=100)
    for part in (
        "app:application   WSGI, settings from Application(...)",
        "SecurityMiddleware  process_request",
        "Application, 3 routes",
        "process_response           CommonMiddleware, SecurityMiddleware",
        "enfilade/middleware/common.py:",
        "404  built in, or the template 404.html",
        "Hops of every request",
    ):
        assert part in text


def test_draws_the_doors_of_blocking_middleware_under_asgi(site):
    text = site.path.joinpath("app.py").read_text()
    site.write("ledger.py", BLOCKING)
    site.write("app.py", text.replace("MIDDLEWARE=[", 'MIDDLEWARE=["ledger.Ledger",'))
    drawn = site.output("plan", "--asgi", columns=100)
    door, layer, back = drawn.index("share one thread"), drawn.index("Ledger"), drawn.index("again")
    assert door < layer < back
    assert "process_request may block (Ledger)" in drawn
    assert "share one thread, in" not in site.output("plan", columns=100)


def test_json_is_the_plan(site):
    plan = site.json("plan", "--json", "--asgi")
    assert (plan["interface"], plan["handler"]) == ("ASGI", "ASGIHandler")
    assert [layer["source"]["name"].rpartition(".")[2] for layer in plan["layers"]] == [
        "SecurityMiddleware",
        "CommonMiddleware",
    ]


def test_a_site_without_middleware_has_a_plan(folder):
    folder.write(
        "app.py",
        "from enfilade import Application, HttpResponse, path\n"
        "app = Application([path('', lambda request: HttpResponse('x'))])\n",
    )
    text = folder.output("plan")
    assert "middleware  none" in text
    assert "none  everything runs where it is" in text


def test_no_line_ends_in_blanks(site):
    lines = site.output("plan").splitlines()
    assert [line for line in lines if line != line.rstrip()] == []


def test_of_another_framework_the_part_of_the_server_is_shown(others):
    text = others.output("plan", columns=100)
    assert text == others.output("explain", "GET", "/", columns=100)
    assert text == others.output("explain", columns=100)
    assert "only sites of Enfilade and Django are looked into" in text
    assert "8 threads" in text
    plan = others.json("plan", "--json")
    assert (plan["application"], plan["is_closed"]) == ("app:application", True)


@pytest.mark.parametrize("command", [("plan",), ("explain", "GET", "/"), ("walk",)])
def test_a_wsgi_application_of_another_framework_has_no_asgi_door(others, command):
    done = others.enfilade(*command, "--asgi")
    assert (done.returncode, done.stdout) == (2, "")
    assert "app.application is a WSGI application and has no ASGI door." in done.stderr
    assert "Leave --asgi out" in done.stderr

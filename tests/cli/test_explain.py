"""``enfilade explain``: the picture of one request, and the same as JSON."""

import json

import pytest

ONE = """
from enfilade import Application, HttpResponse, path
application = Application([path("hello/", lambda request: HttpResponse("one"))])
"""

FORM = """
from enfilade import Application, HttpResponse, path
application = Application(
    [path("", lambda request: HttpResponse("one"))],
    MIDDLEWARE=["enfilade.middleware.csrf.CsrfViewMiddleware"],
)
"""


def test_draws_the_thirteen_rooms_in_order(site):
    lines = site.output("explain", "GET", "/articles/2026/some-article/").splitlines()
    inward = [int(line[:4]) for line in lines if line[:4].strip().isdigit()]
    outward = [int(line.split()[-1]) for line in lines if line[-2:] in ("11", "12", "13")]
    assert inward == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert outward == [13, 12, 11]


def test_says_how_a_request_is_written(site):
    told = {
        ("/a/",): "GET /a/",
        ("POST",): "GET /",
        ("--analyze",): "GET /",
        ("-H", "A: b"): "GET /",
    }
    for arguments, example in told.items():
        ended = site.enfilade("explain", *arguments)
        assert ended.returncode == 2
        assert f"enfilade explain {example}\n" in ended.stderr


def test_shows_hooks_route_arguments_view_and_answer(site):
    text = site.output("explain", "GET", "/articles/2026/some-article/", columns=100)
    for part in (
        "GET /articles/2026/some-article/",
        "app:application, WSGI",
        "PEP 3333",
        "SecurityMiddleware  process_request",
        "articles/<int:year>/<slug:slug>/  article",
        "year = 2026  int",
        "app.article  app.py:8",
        "async function, answers every method",
        "to a loop",
        "the response of article",
    ):
        assert part in text


def test_shows_why_a_route_loses_and_where_the_redirect_comes_from(site):
    text = site.output("explain", "GET", "/articles/2026/some-article", columns=100)
    assert "the path lacks the trailing slash" in text
    assert "301 Moved Permanently to /articles/2026/some-article/, by CommonMiddleware" in text
    assert "not entered 8 view hooks, 9 view" in text


def test_a_forged_form_gets_as_far_as_room_8(folder):
    folder.write("app.py", FORM)
    text = folder.output("explain", "POST", "/", columns=100)
    assert "ends here 403 Forbidden: CSRF cookie not set, by CsrfViewMiddleware" in text
    assert "not entered 9 view, 10 render" in text
    assert "if it raises" not in text


def test_a_404_gives_the_nearest_reasons_and_says_how_to_see_the_others(site):
    text = site.output("explain", "GET", "/nowhere/at/all/", "--candidates", "2", columns=100)
    assert "none of the 3 routes matches" in text
    assert text.count("┃             not ") == 2
    assert "1 more loses: --candidates 3" in text
    assert "more lose" not in site.output("explain", "GET", "/nowhere/", "--candidates", "3")


@pytest.mark.parametrize("path", ["/", "/hello/", "/nowhere/"])
def test_the_nearest_three_are_shown_unless_a_number_is_asked_for(folder, path):
    routes = ", ".join(
        f'path("{each}", lambda request: HttpResponse())'
        for each in ("", "hello/", "one/", "two/", "three/<int:number>/")
    )
    only = 'path("hello/", lambda request: HttpResponse("one"))'
    folder.write("app.py", ONE.replace(only, routes))
    text = folder.output("explain", "GET", path)
    assert text == folder.output("explain", "GET", path, "--candidates", "3")
    assert text.count("┃             not ") == 3
    assert "┃             not " not in folder.output("explain", "GET", path, "--candidates", "0")


def test_a_long_path_stands_in_the_heading_only(site):
    text = site.output("explain", "GET", f"/articles/2026/{'x' * 3000}!/", columns=100)
    heading, _, rooms = text.partition("▼")
    assert heading.count("x") == 3000
    assert 200 < rooms.count("x") < 1000
    assert len(rooms.splitlines()) < 60


def test_a_number_of_candidates_that_cannot_be_is_refused(site):
    done = site.enfilade("explain", "GET", "/", "--candidates", "-1")
    assert done.returncode == 2
    assert "--candidates" in done.stderr


def test_the_only_route_says_why_it_does_not_match(folder):
    folder.write("app.py", ONE)
    text = folder.output("explain", "GET", "/", columns=100)
    assert "the only route does not match" in text
    assert "not hello/" in text
    assert "more lose" not in text


def test_says_that_the_view_has_not_been_asked(site):
    assert "no view was run; it may still raise Http404" in site.output("explain", "GET", "/")
    assert "no view was run" not in site.output("explain", "GET", "/nowhere/")


def test_leaves_the_reading_to_the_server_of_an_asgi_application(site):
    assert "buffered, so that" in site.output("explain", "GET", "/")
    text = site.output("explain", "--asgi", "GET", "/")
    assert "by the ASGI server" in text
    assert "buffered, so that" not in text


def test_looks_at_the_asgi_twin(site):
    text = site.output("explain", "--asgi", "GET", "/")
    assert "ASGI 3" in text
    assert "ASGIHandler" in text
    assert "to a thread" in text


def test_json_has_the_same_rooms(site):
    plan = site.json("explain", "--json", "DELETE", "/post/")
    assert plan["application"] == "app:application"
    assert plan["answer"]["status"] == 405
    assert [room["number"] for room in plan["rooms"]] == list(range(1, 14))


def test_json_does_without_rich(imported):
    assert " rich" not in imported("explain", "--json", "GET", "/")


def test_a_pipe_gets_no_colours_and_a_terminal_without_unicode_plain_walls(site):
    assert "\x1b" not in site.output("explain", "GET", "/")
    plain = site.output("explain", "GET", "/", PYTHONIOENCODING="ascii")
    assert plain.isascii()
    assert "+= SecurityMiddleware" in plain


def test_no_color_is_stronger_than_a_wish_for_colour(site):
    coloured = site.output("explain", "GET", "/", FORCE_COLOR="1", TERM="xterm")
    assert "\x1b[36m" in coloured
    plain = site.output("explain", "GET", "/", FORCE_COLOR="1", NO_COLOR="1")
    assert "\x1b[36m" not in plain


def test_a_path_without_slash_is_refused_with_advice(site):
    done = site.enfilade("explain", "GET", "articles/")
    assert done.returncode == 2
    assert "Hint: Write /articles/" in done.stderr


def test_an_application_of_another_framework_is_explained_as_far_as_it_can_be_seen(others):
    said = others.output("explain", "GET", "/")
    assert "only sites of Enfilade and Django are looked into" in said
    assert "environ: PATH_INFO='/'" in said


def test_a_site_that_does_not_load_shows_its_own_traceback(site):
    site.write("app.py", "import no_such_module\napplication = None\n")
    done = site.enfilade("explain", "GET", "/")
    assert done.returncode == 1
    assert "app:application does not load" in done.stderr
    assert 'app.py", line 1' in done.stderr
    assert "enfilade/cli" not in done.stderr


def test_an_empty_folder_is_told_so(folder):
    done = folder.enfilade("explain", "GET", "/")
    assert done.returncode == 2
    assert "no application" in done.stderr


def test_the_application_can_be_named(site):
    site.write("door.py", "from app import application as way_in\n")
    assert "door:way_in" in site.output("explain", "GET", "/", "door:way_in")


def test_help_imports_nothing_of_the_framework(imported):
    code = imported("explain", "--help")
    assert "enfilade.cli.explain" in code
    assert "enfilade.http" not in code
    assert " rich" not in code


SLOW = """
import time
from enfilade import Application, HttpResponse, path

def front(request):
    time.sleep(0.05)
    return HttpResponse(request.POST.get("word", "") + request.headers.get("X-Word", ""))

def porter(get_response):
    def middleware(request):
        stop = request.headers.get("X-Stop")
        return HttpResponse("stop", status=403) if stop else get_response(request)
    return middleware

application = Application([path("", front)], MIDDLEWARE=[porter])
"""


def test_analyze_makes_the_request_and_marks_where_the_time_goes(folder):
    folder.write("app.py", SLOW)
    lines = folder.output("explain", "--analyze", "GET", "/", "-H", "X-Word: door").splitlines()
    (view,) = (line for line in lines if " front " in line)
    assert view.split()[0] == "9"
    assert "◀" in view
    assert float(view.split()[3]) >= 10
    assert any("200 OK, 4 bytes" in line for line in lines)


def test_the_only_measurement_of_a_process_is_told_to_be_its_first(folder):
    folder.write("app.py", SLOW)
    ask = ("explain", "--analyze", "GET", "/")
    first = "the first request of this process"
    text = " ".join(folder.output(*ask).split())
    assert f"{first}: imports are part of it; --times 9 shows medians" in text
    assert first not in folder.output(*ask, "--times", "2")
    assert folder.output(*ask, "--html", "plan.html") == ""
    assert first in (folder.path / "plan.html").read_text()


def test_analyze_tells_what_was_never_executed(folder):
    folder.write("app.py", SLOW)
    text = folder.output("explain", "--analyze", "GET", "/", "-H", "X-Stop: yes")
    (view,) = (line for line in text.splitlines() if " front " in line)
    assert view.endswith("never executed")
    assert "answered" in text
    assert "403 Forbidden" in text


def test_analyze_sends_a_form_or_a_body(folder):
    folder.write("app.py", SLOW)
    folder.write("body", "word=window")
    for asgi in ([], ["--asgi"]):
        form = folder.output("explain", *asgi, "--analyze", "POST", "/", "--form", "word=door")
        assert "200 OK, 4 bytes" in form
    kind = ("-H", "Content-Type: application/x-www-form-urlencoded")
    assert "6 bytes" in folder.output("explain", "--analyze", "POST", "/", "--data", "@body", *kind)


def test_analyze_as_json_has_times_in_the_nodes(folder):
    folder.write("app.py", SLOW)
    plan = folder.json("explain", "--json", "--analyze", "--times", "3", "GET", "/")
    assert plan["measured"]["times"] == 3
    (view,) = (node for node in plan["nodes"] if node["event"] == "view")
    assert view["total_ns"] >= view["self_ns"] >= 10_000_000
    assert (view["step"], view["line"], view["executed"]) == (9, 5, True)


def test_how_often_is_asked_for_what_is_made_only(site):
    done = site.enfilade("explain", "--times", "3", "GET", "/")
    assert done.returncode == 2
    assert "--times is for --analyze" in done.stderr


def test_a_header_field_changes_what_is_foreseen(site):
    text = site.output("explain", "GET", "/", "-H", "Host: elsewhere.example", columns=100)
    assert "400" in text
    assert "DisallowedHost" in text


def test_what_cannot_be_sent_is_refused_with_advice(site):
    for arguments, said in {
        ("-H", "nothing"): "is not a header field",
        ("--form", "nothing"): "write --form name=value",
        ("--form", "a=b", "--data", "c"): "take --data or --form",
        ("--data", "@nowhere"): "cannot be read from nowhere",
    }.items():
        done = site.enfilade("explain", "POST", "/", *arguments)
        assert done.returncode == 2
        assert said in done.stderr


def test_a_page_is_written_for_both_kinds_of_plan(folder):
    folder.write("app.py", SLOW)
    done = folder.enfilade("explain", "GET", "/", "--html", "plan.html")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "The plan is written to plan.html; every browser opens it.\n"
    assert folder.output("explain", "--analyze", "GET", "/", "--html", "measured.html") == ""
    assert "What it will meet" in (folder.path / "plan.html").read_text()
    assert "What it met" in (folder.path / "measured.html").read_text()
    done = folder.enfilade("explain", "GET", "/", "--html", "plan.html", "--json")
    assert (done.returncode, "take one" in done.stderr) == (2, True)
    done = folder.enfilade("explain", "GET", "/", "--html", "no/such/folder.html")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_a_page_is_written_to_standard_output(folder):
    folder.write("app.py", SLOW)
    done = folder.enfilade("explain", "GET", "/", "--html", "-")
    assert (done.returncode, done.stderr) == (0, "")
    folder.output("explain", "GET", "/", "--html", "plan.html")
    assert done.stdout == (folder.path / "plan.html").read_text("utf-8")
    assert not (folder.path / "-").exists()


def test_saved_plans_are_compared_without_a_site(folder):
    folder.write("app.py", SLOW)
    before = folder.output("explain", "--json", "GET", "/")
    folder.write("app.py", SLOW.replace("porter", "doorman"))
    folder.write("before.json", before)
    folder.write("after.json", folder.output("explain", "--json", "GET", "/"))
    (folder.path / "app.py").unlink()
    lines = folder.output("explain", "--diff", "before.json", "after.json").splitlines()
    rows = [line.split() for line in lines]
    changed = [[row[0], row[3]] for row in rows if row[:1] in (["+"], ["-"])]
    assert changed == [["-", "porter"], ["+", "doorman"], ["-", "porter"], ["+", "doorman"]]
    same = folder.output("explain", "--diff", "before.json", "before.json")
    assert "the same way to the same answer" in same


def test_what_differs_by_its_module_only_is_told_by_its_whole_names(folder):
    folder.write("app.py", SLOW)
    folder.write("new.py", SLOW)
    names = ("app:application", "new:application")
    lines = folder.output("explain", "--diff", *names, "GET", "/").splitlines()
    assert [line.split()[0] for line in lines if "app.porter, now new.porter" in line] == ["~"] * 2
    assert [line[:1] for line in lines if line[:1] in ("+", "-")] == []


def test_two_requests_are_both_in_the_heading(folder):
    folder.write("app.py", SLOW)
    for name, target in (("a", "/"), ("b", "/other/")):
        folder.write(f"{name}.json", folder.output("explain", "--json", "POST", target))
    text = folder.output("explain", "--diff", "a.json", "b.json", columns=100)
    assert "POST /, then POST /other/   a.json, then b.json" in text


def test_two_sites_are_compared_by_asking_both(folder):
    folder.write("app.py", SLOW)
    folder.write("new.py", SLOW.replace("MIDDLEWARE=[porter]", "MIDDLEWARE=[]"))
    names = ("app:application", "new:application")
    changes = folder.json("explain", "--json", "--diff", *names, "GET", "/")["changes"]
    assert "porter" in [change["label"] for change in changes if change["kind"] == "went"]


def test_what_the_site_prints_does_not_get_into_what_is_told(folder):
    folder.write("app.py", "print('hello')\n" + SLOW.replace("time.sleep(0.05)", "print('now')"))
    for command in (("explain",), ("explain", "--analyze"), ("walk",)):
        done = folder.enfilade(*command, "--json", "GET", "/")
        assert json.loads(done.stdout)
        assert "hello" in done.stderr
    assert "the same way" in folder.output("explain", "--diff", *["app:application"] * 2)


@pytest.mark.parametrize("path", ["/%00/", "/%1b%5b31mred/", "/a%0d%0ab/", "/%e2%80%ae/"])
def test_terminals_are_not_told_what_they_would_obey(folder, path):
    folder.write("app.py", SLOW.replace('path("",', 'path("<str:name>/",'))
    for command in (("explain",), ("explain", "--analyze"), ("walk", "--all")):
        said = folder.output(*command, "GET", path)
        assert all(char.isprintable() or char == "\n" for char in said)


def test_what_cannot_be_compared_is_told(folder):
    folder.write("app.py", SLOW)
    folder.write("text", "no plan")
    folder.write("list", "[]")
    folder.write("loud.py", "import os\nos.write(1, b'hello')\n" + SLOW)
    for name, said in {
        "text": "no JSON file",
        "list": "no plan of a request",
        "no.such:site": "neither a file nor a site",
        "loud:application": "writes to standard output",
    }.items():
        done = folder.enfilade("explain", "--diff", name, name)
        assert done.returncode in (1, 2)
        assert said in done.stderr


def test_a_plan_that_is_compared_with_its_measurement_is_the_same(folder):
    folder.write("app.py", SLOW)
    folder.write("plan.json", folder.output("explain", "--json", "GET", "/"))
    folder.write("measured.json", folder.output("explain", "--json", "--analyze", "GET", "/"))
    text = folder.output("explain", "--diff", "plan.json", "measured.json")
    assert "the same way to the same answer" in text
    assert "the steps of the server, of which" in text
    assert "before" not in text  # times, of which that plan has none
    alike = folder.output("explain", "--diff", "measured.json", "measured.json")
    assert "before" in alike
    assert "left out" not in alike


def test_a_comparison_without_times_has_no_columns_for_them(folder):
    folder.write("app.py", SLOW)
    folder.write("plan.json", folder.output("explain", "--json", "GET", "/"))
    text = folder.output("explain", "--diff", "plan.json", "plan.json")
    assert not {"before", "after", "change"} & set(text.split())


def test_a_file_that_is_not_there_is_no_module(folder):
    folder.write("app.py", SLOW)
    folder.write("plan.json", folder.output("explain", "--json", "GET", "/"))
    done = folder.enfilade("explain", "--diff", "plan.json", "missing.json", "GET", "/")
    assert done.returncode == 2
    assert "There is no file missing.json" in done.stderr
    assert "module" not in done.stderr


def test_an_option_in_the_place_of_what_is_compared_is_told(folder):
    folder.write("app.py", SLOW)
    done = folder.enfilade("explain", "--diff", "--json", "app:application", "app:application")
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert "Two things follow --diff" in said
    assert "--json is none" in said


def test_two_plans_make_no_page(folder):
    done = folder.enfilade("explain", "--diff", "a.json", "b.json", "--html", "plan.html")
    assert done.returncode == 2
    assert "take --json" in done.stderr


def test_an_application_beside_two_that_are_named_is_refused(folder):
    folder.write("app.py", SLOW)
    names = ("app:application", "app:application")
    done = folder.enfilade("explain", "--diff", *names, "GET", "/", "third:application")
    assert done.returncode == 2
    assert "leave third:application out" in done.stderr


def test_a_method_without_a_path_is_no_comparison(folder):
    done = folder.enfilade("explain", "--diff", "rev:HEAD", "rev:HEAD", "POST")
    assert done.returncode == 2
    assert "enfilade explain GET /" in done.stderr


def test_saved_plans_are_of_their_own_request(folder):
    folder.write("app.py", SLOW)
    folder.write("plan.json", folder.output("explain", "--json", "GET", "/old/"))
    done = folder.enfilade("explain", "--diff", "plan.json", "plan.json", "GET", "/")
    assert done.returncode == 2
    assert "leave METHOD and PATH out" in done.stderr
    asked = folder.json("explain", "--json", "--diff", "plan.json", "app:application")
    assert asked["answers"] == ["404 by page_not_found", "404 by page_not_found"]


def test_the_sites_of_two_folders_are_compared(folder):
    for name, middleware in (("blue", "[porter]"), ("green", "[]")):
        (folder.path / name).mkdir()
        folder.write(f"{name}/app.py", SLOW.replace("[porter]", middleware))
    changes = folder.json("explain", "--json", "--diff", "blue", "green", "GET", "/")["changes"]
    assert {change["label"] for change in changes if change["kind"] == "went"} == {"porter"}


def test_the_server_is_the_one_that_run_would_be(site):
    site.write("enfilade.toml", 'workers = 2\nstatic = ["/files=."]\n')
    text = site.output("explain", "GET", "/", "--threads", "3", columns=100)
    assert "2 workers of 3 threads  enfilade.toml:1, --threads" in text
    text = site.output("explain", "GET", "/files/app.py", columns=100, ENFILADE_LIMIT_LINE="99")
    assert "line 26 of 99 bytes" in text
    assert "file: app.py  below /files/  enfilade.toml:2" in text
    assert "not entered the application" in text
    assert "PEP 3333" not in text


@pytest.mark.parametrize(
    "flags",
    [
        ("--static", "/files=nowhere"),
        ("--static", "/files=.", "--static-try", "/other=/other/index.html"),
        ("--sendfile", "/files=nowhere"),
        ("--certificate", "nowhere.pem"),
        ("--client-ca", "app.py"),
        ("--bind", "https://127.0.0.1:0"),
        ("--forwarded", "forwarded", "--forwarded", "x-forwarded-for"),
    ],
)
def test_what_run_would_end_with_ends_a_plan_of_the_same_options(site, flags):
    bind = () if "--bind" in flags else ("--bind", "127.0.0.1:0")
    served = site.enfilade("run", *bind, *flags)
    assert served.returncode == 2
    explained = site.enfilade("explain", "GET", "/", *flags)
    assert explained.returncode == 2
    assert explained.stdout == ""
    assert served.stderr.endswith(explained.stderr)


def test_what_a_file_says_for_another_machine_is_told_in_the_plan(site):
    site.write("enfilade.toml", '[run]\ncertificate = "/no/such.pem"\nstatic = ["/files=none"]\n')
    text = site.output("explain", "GET", "/", columns=116)
    assert "does not start: Cannot read /no/such.pem: No such file or directory." in text
    assert "there is no folder" in text
    assert "a file that is served" not in text
    assert site.enfilade("explain", "GET", "/", "--strict").returncode == 1


def test_a_key_that_only_the_server_may_read_is_no_obstacle(site, tmp_path):
    key = tmp_path / "key.pem"
    key.write_text("a secret")
    key.chmod(0)
    flags = ("--certificate", str(key))
    assert "does not start" not in site.output("explain", "GET", "/", *flags)


@pytest.mark.parametrize(
    "request_",
    [
        ("/files/app.py", "--static", "/files=."),
        ("/", "-H", "Host: a b"),
        ("/", "-H", f"X-Long: {'x' * 9000}"),
    ],
)
def test_what_ends_at_the_server_could_be_stopped_by_nothing_behind_it(site, request_):
    plan = site.json("explain", "--json", "GET", *request_)
    assert plan["answer"]["status"] in (200, 400, 431)
    assert plan["stops"]
    assert {stop["by"] for stop in plan["stops"]} == {"the server"}
    assert "Middleware" not in site.output("explain", "GET", *request_)


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (("GET", "/", "-H", "foo bar: x"), "'foo bar' is not a header", "Accept-Language: de"),
        (("GET", "/", "-H", "Cookie a: b"), "'Cookie' is not a header", "Accept-Language: de"),
        (("GET", "ftp://x/"), "'ftp://x/' is neither", "begins with http:// or https://"),
        (("GET", "http:///x"), "'http:///x' is neither", "has a host: http://example.org/"),
        (("OPTIONS", "*"), "'*' is neither", "the server as a whole"),
        (("GET", "orders/"), "'orders/' is neither", "Write /orders/ or https://example.org/orde"),
    ],
)
def test_what_is_no_request_is_told_with_what_to_write(site, arguments, error, hint):
    done = site.enfilade("explain", *arguments)
    assert done.returncode == 2
    assert error in done.stderr
    assert hint in done.stderr


def test_a_measurement_says_where_the_server_would_not_ask_the_application(site):
    asked = ("--analyze", "GET", "/files/app.py", "--static", "/files=.")
    text = site.output("explain", *asked, columns=116)
    assert "the server would say 200 OK, by the server's files, and not ask" in text


def test_options_of_the_server_are_no_part_of_the_help(site):
    assert "--limit-line" not in site.output("explain", "--help")
    done = site.enfilade("explain", "GET", "/", "--limit-line", "many")
    assert done.returncode == 2
    assert "--limit-line" in done.stderr


def test_two_plans_differ_in_the_options_of_their_servers(site):
    site.write("before.json", site.output("explain", "--json", "GET", "/"))
    site.write("enfilade.toml", "threads = 9\n")
    site.write("after.json", site.output("explain", "--json", "GET", "/"))
    changes = site.json("explain", "--json", "--diff", "before.json", "after.json")["changes"]
    changed = {(each["kind"], each["label"]) for each in changes if each["kind"] != "same"}
    assert changed == {("went", "threads 8"), ("came", "threads 9")}


MISTYPED = """
from enfilade import Application, HttpResponse, path
from enfilade.middleware import MiddlewareMixin

class Porter(MiddlewareMixin):
    def process_reponse(self, request, response):
        return response

application = Application([path("", lambda request: HttpResponse())], MIDDLEWARE=[Porter])
"""


def test_mistakes_are_told_and_end_a_strict_command_with_1(folder):
    folder.write("app.py", MISTYPED)
    for command in (("plan",), ("explain", "GET", "/")):
        done = folder.enfilade(*command, columns=100)
        assert done.returncode == 0
        assert "Porter.process_reponse is called by nobody." in done.stdout
        assert "app.py:6" in done.stdout
        strict = folder.enfilade(*command, "--strict", columns=100)
        assert (strict.returncode, strict.stdout) == (1, done.stdout)
    (finding,) = folder.json("explain", "--json", "GET", "/")["lints"]
    assert finding["id"] == "middleware.W008"


def test_a_strict_comparison_ends_with_1_where_plans_differ(folder):
    folder.write("app.py", SLOW)
    folder.write("new.py", SLOW.replace("[porter]", "[]"))
    ask = ("explain", "--strict", "--diff", "app:application")
    assert folder.enfilade(*ask, "new:application", "GET", "/").returncode == 1
    assert folder.enfilade(*ask, "app:application", "GET", "/").returncode == 0


def test_without_a_request_the_whole_site_is_explained(site):
    assert site.output("explain") == site.output("plan")
    assert site.json("explain", "--json") == site.json("plan", "--json")
    assert site.output("explain", "--asgi") == site.output("plan", "--asgi")


def test_the_application_can_be_named_before_the_request(site):
    site.write("door.py", "from app import application as way_in\n")
    assert "door:way_in" in site.output("explain", "--app", "door:way_in", "GET", "/")
    assert "door:way_in" in site.output("explain", "--app", "door:way_in")
    done = site.enfilade("explain", "--app", "door:way_in", "GET", "/", "app:application")
    assert done.returncode == 2
    assert "--app names door:way_in" in done.stderr


def test_a_comparison_says_of_what_and_can_be_drawn_in_plain_characters(folder):
    folder.write("app.py", SLOW)
    folder.write("new.py", SLOW.replace("[porter]", "[]"))
    ask = ("explain", "--analyze", "--diff", "app:application", "new:application", "GET", "/")
    text = folder.output(*ask, PYTHONIOENCODING="ascii")
    assert text.isascii()
    assert "GET /   app:application, then new:application" in text

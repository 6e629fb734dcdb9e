"""``enfilade check``: findings, and an exit code that a pipeline can use."""

import json

import pytest

PROJECT = {
    "settings.py": "ROOT_URLCONF = 'urls'\nMIDDLEWARE = ['nowhere.Middleware']\n",
    "urls.py": (
        "from enfilade import HttpResponse, path\n"
        "urlpatterns = [path('/a/', lambda request: HttpResponse('x'))]\n"
    ),
    "wsgi.py": (
        "import os\n"
        "from enfilade import get_wsgi_application\n"
        "os.environ.setdefault('ENFILADE_SETTINGS_MODULE', 'settings')\n"
        "application = get_wsgi_application()\n"
    ),
}


def write_project(folder, **changes):
    for name, text in PROJECT.items():
        folder.write(name, changes.get(name.partition(".")[0], text))


def test_a_sound_site_exits_with_0(site):
    assert "No mistakes found." in site.output("check")


def test_warnings_alone_exit_with_0(site):
    text = site.output("check", "--deploy")
    assert "deploy.W003" in text
    assert "deploy.W020" in text
    assert "enfilade check --explain deploy.W003" in text
    assert "3 warnings" in text


def test_errors_exit_with_1_and_are_found_though_the_site_does_not_load(folder):
    write_project(folder)
    done = folder.enfilade("check")
    assert done.returncode == 1
    assert "middleware.E001" in done.stdout
    assert "urls.W003" in done.stdout
    assert "1 error, 1 warning" in done.stdout
    assert "site.E001" not in done.stdout


def test_a_view_that_does_not_take_what_its_route_gives_is_found(site):
    text = site.path.joinpath("app.py").read_text()
    site.write("app.py", text.replace("article(request, year, slug)", "article(request, year)"))
    done = site.enfilade("check", columns=100)
    assert done.returncode == 1
    assert "views.E001" in done.stdout
    assert "def article(request, year, slug)" in done.stdout
    assert "app.py:8" in done.stdout


def test_json_tells_id_severity_hint_and_place(folder):
    write_project(folder)
    done = folder.enfilade("check", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["errors"]) == (1, 1)
    assert report["application"] == "wsgi:application"
    warning = report["findings"][1]
    assert (warning["id"], warning["severity"]) == ("urls.W003", "warning")
    assert warning["where"] == "urls.py:2"
    assert "'a/'" in warning["hint"]
    assert warning["explanation"] == "enfilade check --explain urls.W003"


def test_a_settings_module_that_does_not_load_is_the_finding(folder):
    write_project(folder, settings="import no_such_module\n")
    done = folder.enfilade("check")
    assert done.returncode == 1
    assert "site.E001" in done.stdout
    assert "no_such_module" in done.stdout
    assert "settings.py:1" in done.stdout


def test_a_syntax_error_is_found_with_its_line(folder):
    write_project(folder, urls="urlpatterns = [\n")
    done = folder.enfilade("check")
    assert done.returncode == 1
    assert "urls.E001" in done.stdout
    assert "urls.py:1" in done.stdout


def test_the_place_of_a_failure_is_in_the_site_and_not_in_what_it_called(folder):
    folder.write("app.py", "import json\n\napplication = json.loads('{')\n")
    report = json.loads(folder.enfilade("check", "--json").stdout)
    [finding] = report["findings"]
    assert (finding["id"], finding["where"]) == ("site.E001", "app.py:3")
    assert "JSONDecodeError" in finding["message"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "is_ours"),
    [
        ("raise ImproperlyConfigured('There is no database.')", False),
        ("raise RuntimeError('There is no database.')", False),
        ("path('<nothing:room>/', print)", True),
    ],
)
def test_a_traceback_is_promised_only_where_plan_prints_one(folder, line, is_ours):
    folder.write(
        "app.py",
        "from enfilade import path\n"
        "from enfilade.exceptions import ImproperlyConfigured\n"
        f"{line}\napplication = None\n",
    )
    [finding] = json.loads(folder.enfilade("check", "--json").stdout)["findings"]
    is_printed = "Traceback" in folder.enfilade("plan").stderr
    assert ("traceback" in finding["hint"]) is is_printed
    assert is_printed is not is_ours
    assert finding["hint"]


def test_a_wrong_name_is_told_in_a_sentence_without_a_place(folder):
    report = json.loads(folder.enfilade("check", "nothing", "--json").stdout)
    [finding] = report["findings"]
    assert finding["message"].startswith("nothing does not load. There is no module 'nothing'")
    assert finding["where"] == ""


def test_another_framework_is_no_finding_but_a_refusal(others):
    done = others.enfilade("check")
    assert done.returncode == 2
    assert "not an Enfilade application" in done.stderr
    assert "read sites of Enfilade and of Django" in done.stderr


def test_json_does_without_rich(folder, imported):
    assert " rich" not in imported("routes", "--json")


@pytest.mark.parametrize("identifier", ["urls.W003", "URLS.w003"])
def test_a_finding_is_explained_with_an_example_where_there_is_no_site(folder, identifier):
    text = folder.output("check", "--explain", identifier)
    assert text.startswith("urls.W003\n\nWarning: a route begins with a slash")
    assert "What to do: Write " in text
    assert '\n    urlpatterns = [path("/archive/", view)]\n' in text
    assert "```" not in text


def test_an_id_that_no_finding_has_is_told_the_nearest(folder):
    done = folder.enfilade("check", "--explain", "url.W003")
    assert done.returncode == 2
    assert "There is no finding 'url.W003'. Did you mean urls.W003" in done.stderr
    assert "such as urls.W003" in folder.enfilade("check", "--explain", "nonsense").stderr


def test_what_blocks_is_looked_for_where_an_asgi_server_is_meant(folder):
    folder.write(
        "app.py",
        "from enfilade import Application\n"
        "from enfilade.middleware import MiddlewareMixin\n"
        "class Porter(MiddlewareMixin):\n"
        "    answers = False\n"
        "    def process_request(self, request): pass\n"
        "application = Application([], MIDDLEWARE=[Porter])\n",
    )
    assert "middleware.W011" not in folder.output("check")
    assert "middleware.W011" in folder.output("check", "--asgi")

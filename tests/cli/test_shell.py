"""``enfilade shell``: scripts, errors, and a person at a terminal."""

import os
import pty
import subprocess
import sys
import time
from importlib.util import find_spec

import pytest

from commands import enfilade
from running import surroundings


def test_runs_code_with_the_site_loaded(site):
    said = site.output("shell", "-c", "print(reverse('article', args=[2026, 'a']))")
    assert said == "/articles/2026/a/\n"


def test_takes_a_script_from_standard_input(site):
    script = (
        "def status(path):\n"
        "    return client.get(path).status_code\n"
        "print(status('/'), status('/nowhere'), __name__)\n"
        "print(resolve('/post/').view_name.rpartition('.')[2], settings.ALLOWED_HOSTS, names)\n"
    )
    done = enfilade("shell", cwd=site.path, input=script)
    assert done.stdout.splitlines() == [
        "200 404 __main__",
        "post ['localhost'] {'front': '/', 'article': '/articles/<int:year>/<slug:slug>/'}",
    ]


def test_takes_the_name_of_the_application(site):
    site.write("other.py", (site.path / "app.py").read_text())
    code = "print(settings.ROOT_URLCONF.urlpatterns[0].name)"
    assert site.output("shell", "-c", code, "other:application") == "front\n"


def test_the_application_is_there_by_its_name_or_not(site):
    code = "import app; print(application is app.application)"
    assert site.output("shell", "-c", code) == "True\n"
    site.write("other.py", "from app import application as wrapped\n")
    assert site.output("shell", "-c", code, "other:wrapped") == "True\n"


def test_the_application_of_a_settings_module_is_there(folder):
    folder.write("conf.py", "ROOT_URLCONF = 'urls'\nSECRET_KEY = 'x' * 60\n")
    folder.write("urls.py", "urlpatterns = []\n")
    folder.write(
        "wsgi.py",
        "import os\nos.environ['ENFILADE_SETTINGS_MODULE'] = 'conf'\n"
        "from enfilade import get_wsgi_application\napplication = get_wsgi_application()\n",
    )
    code = "print(type(application).__name__, client.get('/').status_code)"
    assert folder.output("shell", "-c", code) == "WSGIHandler 404\n"


def test_an_async_client_is_there(site):
    code = "import asyncio; print(asyncio.run(async_client.get('/articles/1/a/')).text)"
    assert site.output("shell", "-c", code) == "a\n"


def test_the_client_asks_a_host_that_the_site_answers_to(site):
    text = (site.path / "app.py").read_text()
    site.write("app.py", text.replace('["localhost"]', '[".example.org"]'))
    code = "r = client.get('/'); print(r.status_code, r.wsgi_request.get_host())"
    assert site.output("shell", "-c", code) == "200 example.org\n"


def test_an_error_of_the_script_is_told_from_its_own_line_on(site):
    done = site.enfilade("shell", "-c", "x = 1\nx / 0\n")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[:3] == [
        "Traceback (most recent call last):",
        '  File "<-c>", line 2, in <module>',
        "    x / 0",
    ]
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert "enfilade" not in done.stderr


def test_a_syntax_error_is_told_without_our_own_lines(site):
    done = site.enfilade("shell", "-c", "x = = 1")
    assert done.returncode == 1
    assert "SyntaxError" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_script_may_choose_its_exit_status(site):
    assert site.enfilade("shell", "-c", "raise SystemExit(7)").returncode == 7


def test_an_application_of_others_has_nothing_to_offer(others):
    done = others.enfilade("shell", "-c", "")
    assert done.returncode == 2
    assert "is not an Enfilade application" in done.stderr


def test_a_folder_without_an_application_is_told(folder):
    done = folder.enfilade("shell", "-c", "")
    assert done.returncode == 2
    assert "There is no application" in done.stderr


class Terminal:
    """A pseudo-terminal with the shell at it."""

    def __init__(self, folder, *arguments, **env):
        self.ours, theirs = pty.openpty()
        inherited = surroundings()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "enfilade", "shell", *arguments],
            cwd=folder.path,
            env={**inherited, "TERM": "dumb", "PYTHON_BASIC_REPL": "1", **env},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        self.said = ""

    def read_until(self, text):
        """What has been printed up to *text*."""
        deadline = time.monotonic() + 20
        while text not in self.said:
            assert time.monotonic() < deadline, self.said
            try:
                self.said += os.read(self.ours, 4096).decode()
            except OSError:
                break  # how Linux tells the end of a terminal
        before, found, self.said = self.said.partition(text)
        assert found, before
        return before.replace("\r\n", "\n")

    def type(self, text):
        os.write(self.ours, text.encode())

    def end(self):
        """The exit status."""
        try:
            return self.process.wait(20)
        finally:
            self.process.kill()
            os.close(self.ours)


@pytest.fixture
def terminal():
    opened = []

    def open_terminal(*arguments, **env):
        opened.append(Terminal(*arguments, **env))
        return opened[-1]

    yield open_terminal
    for each in opened:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()


def test_a_person_gets_a_banner_and_a_prompt(site, terminal):
    shell = terminal(site, "--interface", "python")
    banner = shell.read_until(">>> ")
    assert "app:application, settings from settings.configure()" in banner
    assert "application, async_client, client, names, resolve, reverse, settings" in banner
    shell.type("client.get('/').text\n")
    assert "'front'" in shell.read_until(">>> ")
    shell.type("1 / 0\n")
    assert "ZeroDivisionError" in shell.read_until(">>> ")
    shell.type("\x04")
    assert shell.end() == 0


def test_the_tab_key_completes_names(site, terminal):
    pytest.importorskip("readline")
    shell = terminal(site, "--interface", "python")
    shell.read_until(">>> ")
    shell.type("settings.ALLOWED_HO\t\n")
    assert "['localhost']" in shell.read_until(">>> ")
    shell.type("exit()\n")
    assert shell.end() == 0


@pytest.mark.skipif(bool(find_spec("ptpython")), reason="ptpython is installed")
def test_says_that_a_prompt_is_not_installed(site, terminal):
    shell = terminal(site, "--interface", "ptpython")
    assert "Error: ptpython is not installed." in shell.read_until("Hint: pip install ptpython")
    assert shell.end() == 2


@pytest.mark.slow
def test_ipython_is_taken_where_it_is_installed(site, terminal):
    pytest.importorskip("IPython")
    shell = terminal(site, IPYTHONDIR=str(site.path / "ipython"))
    shell.read_until("Here are:")
    shell.read_until("In [1]:")
    shell.type("print('status', client.get('/').status_code)\r\n")
    shell.read_until("status 200")
    shell.type("exit\r\n")
    assert shell.end() == 0

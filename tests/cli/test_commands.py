"""The command line as a person meets it: a process, what it prints, how it exits."""

import re
import socket
import subprocess
import sys
from dataclasses import fields

import pytest

from enfilade.cli import COMMANDS
from enfilade.server.options import Options


@pytest.fixture
def enfilade(tmp_path):
    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "enfilade", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=30,
        )

    return run


def test_tells_its_version(enfilade):
    done = enfilade("--version")
    assert re.match(r"enfilade \d+\.\d+\.\d+", done.stdout)


def test_the_version_tells_that_the_build_is_plain_and_why(enfilade, monkeypatch):
    monkeypatch.setenv("ENFILADE_PLAIN", "1")
    done = enfilade("--version")
    assert re.fullmatch(r"enfilade \S+, plain build \(ENFILADE_PLAIN=1\)\n", done.stdout)


def test_help_lists_the_commands(enfilade):
    done = enfilade("--help")
    assert done.returncode == 0
    for name in ("run", "dev"):
        assert f"  {name} " in done.stdout
        assert COMMANDS[name][:30] in done.stdout


def test_help_imports_neither_the_server_nor_the_framework():
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from enfilade.cli import group\n"
        "assert CliRunner().invoke(group, ['--help']).exit_code == 0\n"
        "print(sorted(m for m in sys.modules if m.startswith('enfilade.')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['enfilade.cli', 'enfilade.exceptions', 'enfilade.version']"


@pytest.mark.parametrize("command", ["run", "dev"])
def test_every_option_is_in_the_help_with_its_description(enfilade, command):
    text = enfilade(command, "--help").stdout
    for entry in fields(Options)[1:]:
        assert re.search(rf"--{entry.name.replace('_', '-')}\b", text)
        assert letters(entry.metadata["description"]) in letters(text)


def letters(text):
    """*text* without what depends on where its lines are broken."""
    return re.sub(r"\W", "", text)


@pytest.mark.parametrize("flag", ["--queue-timeout", "--max-requests", "--drain-delay"])
def test_help_tells_which_number_is_off(enfilade, flag):
    told = enfilade("run", "--help").stdout.partition(f"{flag} NUMBER")[2]
    assert letters(told.partition("--")[0]).endswith("0off")


def test_help_of_dev_shows_its_own_presets(enfilade):
    assert re.search(r"--reload / --no-reload .*\n?.*\[on\]", enfilade("dev", "--help").stdout)


def test_an_unknown_command_or_flag_is_a_mistake_of_the_caller(enfilade):
    assert enfilade("nothing").returncode == 2
    done = enfilade("run", "--worker", "2")
    assert done.returncode == 2
    assert "--workers" in done.stderr


def test_a_wrong_value_names_its_flag(enfilade):
    done = enfilade("run", "--workers", "two")
    assert done.returncode == 2
    assert done.stderr == "Error: --workers: 'two' is not a whole number or auto.\n"


def test_a_mistake_in_the_file_is_told_with_a_hint(enfilade, tmp_path):
    (tmp_path / "enfilade.toml").write_text("worker = 2\n")
    done = enfilade("run")
    assert done.returncode == 2
    assert "enfilade.toml has an unknown key, 'worker'." in done.stderr
    assert "Hint: Did you mean workers?" in done.stderr


@pytest.mark.parametrize("command", ["run", "dev"])
def test_no_application_is_told_with_what_was_looked_for(enfilade, command):
    done = enfilade(command)
    assert done.returncode == 2
    assert "There is no application in" in done.stderr
    assert (
        f"Hint: Name it: enfilade {command} MODULE:NAME; or start a site: enfilade new"
        in done.stderr
    )


@pytest.mark.parametrize("command", ["routes", "plan", "check", "shell"])
def test_hints_tell_to_write_the_command_that_was_typed(enfilade, command):
    assert f"Name it: enfilade {command} MODULE:NAME;" in enfilade(command).stderr


def test_hints_tell_what_stands_before_the_application(enfilade):
    stderr = enfilade("explain", "GET", "/").stderr
    assert "Name it: enfilade explain METHOD PATH MODULE:NAME;" in stderr


@pytest.mark.parametrize("command", [("run",), ("routes",), ("check",), ("explain", "GET", "/")])
def test_a_folder_that_is_not_there_is_told(enfilade, tmp_path, command):
    done = enfilade(*command, "--app-directory=nowhere")
    assert done.returncode == 2
    assert f"--app-directory: there is no folder {tmp_path / 'nowhere'}." in done.stderr


def test_several_applications_are_listed(enfilade, tmp_path):
    (tmp_path / "app.py").write_text("app = 1")
    (tmp_path / "main.py").write_text("app = 1")
    assert "app:app, main:app" in enfilade("run").stderr


def test_a_port_in_use_is_told_with_how_to_find_who_has_it(enfilade, tmp_path):
    (tmp_path / "app.py").write_text("app = 1")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = enfilade("run", f"--bind=127.0.0.1:{port}")
    assert done.returncode == 2
    assert f"Cannot listen at 127.0.0.1:{port}: Address already in use." in done.stderr
    assert "Hint: Find who has it with: lsof" in done.stderr
    assert "free: --bind 127.0.0.1:0\n" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "bind"),
    [
        (["8001"], "127.0.0.1:8001"),
        (["0.0.0.0:8001"], "0.0.0.0:8001"),
        (["--port", "8001"], "127.0.0.1:8001"),
        (["app:app", "--port=8001", "--host=::1"], "[::1]:8001"),
        (["--host", "0.0.0.0"], "0.0.0.0:8000"),
    ],
)
def test_an_address_as_other_servers_take_it_is_answered_with_ours(enfilade, arguments, bind):
    done = enfilade("dev", *arguments)
    assert done.returncode == 2
    assert done.stderr.endswith(f"Hint: Write --bind {bind}\n")


@pytest.mark.parametrize(
    ("typed", "meant"), [("rnu", "run"), ("runserver", "dev"), ("startproject", "new")]
)
def test_a_command_that_is_not_there_is_answered_with_one_that_is(enfilade, typed, meant):
    done = enfilade(typed)
    assert done.returncode == 2
    assert done.stderr.endswith(f"Hint: Did you mean enfilade {meant}?\n")


@pytest.mark.slow
def test_a_store_that_is_away_is_told_without_a_traceback(enfilade, tmp_path):
    (tmp_path / "app.py").write_text(
        "from enfilade import Application\n"
        'DATABASE_URL = "postgresql://nobody@127.0.0.1:9/none"\n'
        "application = Application([], DATABASE_URL=DATABASE_URL)\n"
    )
    for command in (["clearsessions"], ["migrate", "--list"], ["createuser", "--username", "ann"]):
        done = enfilade(*command)
        assert done.returncode == 1, done.stderr
        assert done.stderr.startswith("Error: The database does not answer"), done.stderr

"""What a person reads when the server is ready, and when it is not."""

import re
import signal

import pytest

from enfilade.server.banner import print_banner
from enfilade.server.configuration import configure
from enfilade.server.cores import usable_cores


@pytest.fixture
def without_watchfiles(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['watchfiles'] = None\n")
    return {"PYTHONPATH": str(tmp_path)}


def row(server, name):
    (text,) = re.findall(rf"^  {name} +(.*)$", server.log, re.MULTILINE)
    return text


def test_development_is_said_to_be_that(launch):
    server = launch(command="dev").wait_until_ready()
    assert row(server, "Mode") == "development: reloads on change, explains errors"
    assert "Mode" not in launch().wait_until_ready().log


def test_flags_are_shown_as_they_were_typed(launch):
    server = launch("--no-reload", "--workers=2", command="dev").wait_until_ready()
    assert row(server, "Options") == "--bind 127.0.0.1:0, --workers 2, --no-reload"
    assert row(server, "Mode") == "development: explains errors"


def test_other_options_are_shown_with_their_value_and_place(launch, tmp_path):
    (tmp_path / "enfilade.toml").write_text("workers = 2\n[run]\nkeep-alive = 3\n")
    server = launch(ENFILADE_THREADS="3").wait_until_ready()
    assert row(server, "Options").split(", ") == [
        "workers 2 from enfilade.toml",
        "keep-alive 3 from enfilade.toml [run]",
        "threads 3 from ENFILADE_THREADS",
        "--bind 127.0.0.1:0",
    ]


def test_an_export_without_a_recorder_is_said_to_send_nothing(capsys):
    environ = {"ENFILADE_OPENTELEMETRY": "yes", "ENFILADE_RECORDER": "no"}
    print_banner(configure({}, environ), [], "wsgi", 0.1)
    said = capsys.readouterr().err
    assert re.search(r"^  Ignored +opentelemetry; without the recorder", said, re.MULTILINE)


def test_values_are_shown_as_a_shell_would_take_them(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "enfilade.toml").write_text(
        'bind = [":1", "unix:a b"]\nhealth = true\naccess-log-format = "%(h)s %(s)s"\n'
        'metrics = ""\nreload-dir = []\ngrace = 2.5\n'
    )
    print_banner(configure({}, {"ENFILADE_DEBUG": "no"}), [], "wsgi", 0.1)
    (options,) = re.findall(r"^  Options +(.*)$", capsys.readouterr().err, re.MULTILINE)
    assert options.split(" from enfilade.toml, ") == [
        "bind :1 'unix:a b'",
        "health on",
        "access-log-format '%(h)s %(s)s'",
        "metrics ''",
        "reload-dir none",
        "grace 2.5",
        "debug off from ENFILADE_DEBUG",
    ]


def test_auto_is_shown_with_the_number_that_it_stands_for(launch):
    server = launch("--workers", "auto").wait_until_ready()
    assert "--workers auto" in row(server, "Options").split(", ")
    assert row(server, "Workers") == f"{usable_cores()} × 8 threads"


def test_dev_starts_without_watchfiles_and_says_what_is_missing(launch, without_watchfiles):
    server = launch(command="dev", **without_watchfiles).wait_until_ready()
    assert server.get().startswith("one ")
    assert row(server, "Mode") == (
        'development: does not reload on change (pip install "enfilade[dev]"), explains errors'
    )


@pytest.mark.parametrize("command", ["dev", "run"])
def test_reloading_that_is_asked_for_needs_watchfiles(launch, without_watchfiles, command):
    server = launch("--reload", command=command, **without_watchfiles)
    assert server.wait() == 2
    assert "Error: Reloading needs watchfiles, which is not installed." in server.log


def test_dev_waits_for_a_file_that_is_not_python_yet(launch, tmp_path, write_app):
    (tmp_path / "app.py").write_text("def app(:\n")
    server = launch(command="dev").wait_until_ready()
    assert row(server, "Serving") == "app (does not start), found in the working directory"
    assert "SyntaxError: invalid syntax" in server.get()
    write_app("two")
    server.send(signal.SIGHUP)
    server.until(lambda: server.get().startswith("two "), "the correction serves")


def test_a_change_that_does_not_start_is_not_called_reloaded(launch, tmp_path, write_app):
    server = launch(command="dev").wait_until_ready()
    (tmp_path / "app.py").write_text("def app(:\n")
    server.send(signal.SIGHUP)
    server.wait_for_log("the application does not start; waiting for a change")
    assert "reloaded in" not in server.log
    write_app("two")
    server.send(signal.SIGHUP)
    server.wait_for_log("reloaded in")


def test_a_configuration_without_sources_is_said_to_be_the_defaults(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    print_banner(configure({}, {}), ["http://127.0.0.1:8000"], "wsgi", 0.1)
    assert "\n  Options   all at their defaults\n" in capsys.readouterr().err


def test_a_secret_is_not_shown(launch):
    said = "a-token-of-some-length"
    server = launch("--workers=1", ENFILADE_TRACE_TOKEN=said).wait_until_ready()
    assert "trace-token •••••••• from ENFILADE_TRACE_TOKEN" in row(server, "Options")
    assert said not in server.log

"""Gunicorn's command line: what means the same is accepted, the rest is answered with ours."""

import re

import pytest
from click.testing import CliRunner

from enfilade.cli import group
from enfilade.cli.foreign_flags import INSTEAD
from enfilade.cli.run import command
from enfilade.server.options import Options
from pages import ROOT, Page

SAME = {
    "-w": "workers", "--workers": "workers", "--threads": "threads", "-b": "bind",
    "--bind": "bind", "-t": "application_timeout", "--timeout": "application_timeout",
    "--graceful-timeout": "grace", "--keep-alive": "keep_alive", "--backlog": "backlog",
    "--max-requests": "max_requests", "--max-requests-jitter": "max_requests_jitter",
    "--limit-request-line": "limit_line", "--limit-request-fields": "limit_fields",
    "--limit-request-field_size": "limit_field", "--pid": "pid_file", "-u": "user",
    "--user": "user", "-g": "group", "--group": "group", "--access-logfile": "access_log",
    "--access-logformat": "access_log_format", "--forwarded-allow-ips": "trusted_proxies",
    "--certfile": "certificate", "--keyfile": "key", "--ca-certs": "client_ca",
    "--reload": "reload", "--proxy-protocol": "proxy_protocol", "--reuse-port": "reuse_port",
}  # fmt: skip


@pytest.mark.parametrize(("flag", "option"), SAME.items())
def test_what_means_the_same_is_accepted(flag, option):
    found = [parameter.name for parameter in command.params if flag in parameter.opts]
    assert found == [option]
    assert option in Options.__dataclass_fields__


@pytest.mark.parametrize("flag", INSTEAD)
def test_what_means_something_else_is_answered_with_ours(flag):
    done = CliRunner().invoke(group, ["run", flag, "x"])
    assert done.exit_code == 2
    assert f"There is no option {flag}." in done.output
    assert INSTEAD[flag].partition(" ")[0] in done.output


def test_several_are_answered_together():
    flags = ["--preload", "-k", "gevent", "--log-level=info", "--preload"]
    done = CliRunner().invoke(group, ["run", *flags])
    assert "There are no options --preload, -k and --log-level." in done.output
    for flag in ("--preload", "-k", "--log-level"):
        assert f"\n{flag}: {INSTEAD[flag]}" in done.output.replace("Hint: ", "\n")


def test_hints_name_options_that_there_are():
    known = {spelling for parameter in command.params for spelling in parameter.opts}
    named = {flag for hint in INSTEAD.values() for flag in re.findall(r"--[a-z-]+", hint)}
    assert named <= known


def test_gunicorn_s_file_is_not_read_and_the_way_is_told(tmp_path):
    (tmp_path / "gunicorn.conf.py").write_text("bind = ':8000'\nimport os\n")
    done = CliRunner().invoke(group, ["run", "--config", str(tmp_path / "gunicorn.conf.py")])
    assert done.exit_code == 2
    assert "enfilade migrate-config" in done.output


def test_the_page_names_the_same_flags():
    page = Page(ROOT / "docs/operations/coming-from-gunicorn.md")
    cells = "".join(row[0] for row in page.rows("Flags that mean the same"))
    assert set(re.findall(r"`([^`]+)`", cells)) == set(SAME)

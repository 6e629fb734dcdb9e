import re
import traceback
from pathlib import Path

import pytest

from enfilade.server.configuration import ConfigurationError, configure
from enfilade.server.cores import usable_cores
from enfilade.server.options import Options


@pytest.fixture
def toml(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return (tmp_path / "enfilade.toml").write_text


def test_without_sources_everything_is_at_its_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    configuration = configure({}, {})
    assert configuration.options == Options()
    assert configuration.sources == {}


def test_flags_win_over_environment_over_file_over_defaults(toml):
    toml("workers = 2\nthreads = 2\nbacklog = 2\n")
    environ = {"ENFILADE_WORKERS": "3", "ENFILADE_THREADS": "3", "PATH": "/bin"}
    configuration = configure({"workers": "4"}, environ)
    options = configuration.options
    assert (options.workers, options.threads, options.backlog) == (4, 3, 2)
    assert options.grace == Options().grace
    assert configuration.sources == {
        "workers": "--workers",
        "threads": "ENFILADE_THREADS",
        "backlog": "backlog in enfilade.toml",
    }


def test_a_commands_presets_win_over_the_file_and_its_table_over_them(toml):
    toml("workers = 4\ngrace = 9\n[dev]\ngrace = 5\n[run]\nthreads = 2\n")
    presets = {"workers": 1, "grace": 2.0}
    dev = configure({}, {}, command="dev", presets=presets)
    assert (dev.options.workers, dev.options.grace) == (1, 5.0)
    assert dev.sources["workers"] == "enfilade dev"
    assert dev.sources["grace"] == "grace in enfilade.toml [dev]"
    run = configure({}, {}, command="run")
    assert (run.options.workers, run.options.grace, run.options.threads) == (4, 9.0, 2)


def test_reads_another_file_when_told_to(toml, tmp_path):
    toml("workers = 2")
    (tmp_path / "other.toml").write_text("workers = 5")
    assert configure({}, {}, file="other.toml").options.workers == 5


def test_lists_may_be_written_as_lists_or_as_text(toml):
    toml('bind = [":1", ":2"]')
    assert configure({}, {}).options.bind == (":1", ":2")
    assert configure({}, {"ENFILADE_BIND": ":3, :4"}).options.bind == (":3", ":4")
    toml('bind = ":5"')
    assert configure({}, {}).options.bind == (":5",)


@pytest.mark.parametrize(("text", "value"), [("1", True), ("No", False), ("on", True), ("", False)])
def test_truth_is_read_from_the_environment(toml, text, value):
    toml("")
    assert configure({}, {"ENFILADE_RELOAD": text}).options.reload is value


def test_keys_may_be_written_with_hyphens(toml):
    toml("boot-timeout = 3")
    assert configure({}, {}).options.boot_timeout == 3.0


def test_workers_may_be_as_many_as_there_are_cores_for_them(toml):
    toml('workers = "auto"')
    assert configure({}, {}).options.workers == usable_cores() >= 1
    assert configure({"workers": "auto"}, {}).options == configure({}, {}).options


def test_foreign_variables_of_our_prefix_are_left_alone(toml):
    toml("")
    assert configure({}, {"ENFILADE_SETTINGS_MODULE": "shop.settings"}).options == Options()


@pytest.mark.parametrize(
    ("content", "complaint", "hint"),
    [
        ("worker = 2", "enfilade.toml has an unknown key, 'worker'.", "Did you mean workers?"),
        ("zzz = 2", "enfilade.toml has an unknown key, 'zzz'.", None),
        ("[dev]\nx = 1", None, None),
        ("[dve]\nx = 1", "enfilade.toml has an unknown table, [dve].", "Did you mean [dev]?"),
        ("[prod]\nx = 1", "unknown table, [prod].", "The tables are [dev] and [run]."),
        ("workers = 'two'", "workers in enfilade.toml: 'two' is not a whole number or auto.", None),
        ("threads = 'auto'", "threads in enfilade.toml: 'auto' is not a whole number.", None),
        ("threads = 1.5", "threads in enfilade.toml: 1.5 is not a whole number.", None),
        ("threads = true", "threads in enfilade.toml: True is not a whole number.", None),
        ("workers = 0", "workers in enfilade.toml: must be 1 or more, not 0.", None),
        ("grace = -1", "grace in enfilade.toml: must be 0 or more, not -1.0.", None),
        ("grace = nan", "grace in enfilade.toml: must be 0 or more, not nan.", None),
        ("debug = 'perhaps'", "debug in enfilade.toml: 'perhaps' is neither true nor false.", None),
        ("interface = 'cgi'", "'cgi' is not one of auto, wsgi, asgi", None),
        ("bind = ['8000']", "bind in enfilade.toml: '8000' is not an address", None),
        ("bind = []", "bind in enfilade.toml: at least one is needed", None),
        ("bind = [1]", "bind in enfilade.toml: [1] is not a list of texts", None),
        ("socket_mode = '9'", "'9' is not three octal digits", None),
        ("app_directory = 1", "app_directory in enfilade.toml: 1 is not a text", None),
        ("run = 1", "run in enfilade.toml must be a table", None),
        ("workers =", "enfilade.toml is not TOML", None),
    ],
)
def test_says_which_value_is_wrong_and_where_it_stands(toml, content, complaint, hint):
    toml(content)
    if complaint is None:
        assert configure({}, {}).options == Options()  # another command's table
        return
    with pytest.raises(ConfigurationError, match=re.escape(complaint)) as caught:
        configure({}, {})
    assert caught.value.hint == hint


def test_says_which_variable_is_wrong(toml):
    toml("")
    with pytest.raises(ConfigurationError, match="ENFILADE_THREADS: 'many' is not"):
        configure({}, {"ENFILADE_THREADS": "many"})
    with pytest.raises(ConfigurationError, match="ENFILADE_WORKER in the environment") as caught:
        configure({}, {"ENFILADE_WORKER": "3"})
    assert caught.value.hint == "Did you mean ENFILADE_WORKERS?"


def test_says_which_flag_is_wrong(toml):
    toml("")
    with pytest.raises(ConfigurationError, match="--limit-head: 'big' is not a whole number"):
        configure({"limit_head": "big"}, {})


def test_a_named_file_must_exist(tmp_path):
    with pytest.raises(ConfigurationError, match="Cannot read"):
        configure({}, {}, file=str(Path(tmp_path) / "nothing.toml"))


def test_a_number_beyond_what_the_system_takes_is_refused_with_the_range():
    with pytest.raises(ConfigurationError, match=r"must be from 1 to 2147483647, not 99999999999"):
        configure({"backlog": "99999999999"}, {})


@pytest.mark.parametrize("said", ['"too short"', '"with blanks in its midst"', "12345678901234567"])
def test_a_complaint_about_a_secret_does_not_repeat_it(toml, said):
    toml(f"trace-token = {said}")
    with pytest.raises(ConfigurationError) as caught:
        configure({}, {})
    assert "trace-token in " in str(caught.value)
    assert said.strip('"') not in "".join(traceback.format_exception(caught.value))


def test_options_are_shown_without_their_secrets():
    options = Options(trace_token="a-token-of-some-length")
    assert "a-token" not in repr(options)

import subprocess
import sys

from enfilade.server.loading.application import ApplicationError, load_application
from enfilade.server.loading.failure import describe_failure, error_page


def failure_of(content, tmp_path, monkeypatch):
    name = f"failing_{abs(hash(content))}"
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / f"{name}.py").write_text(content)
    try:
        load_application(f"{name}:app")
    except Exception as error:
        return error.with_traceback(error.__traceback__.tb_next)  # without this frame
    raise AssertionError


def test_the_traceback_begins_in_the_application(tmp_path, monkeypatch):
    text = describe_failure(failure_of("def f():\n    1 / 0\nf()\n", tmp_path, monkeypatch))
    lines = text.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert str(tmp_path) in lines[1]
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert "importlib" not in text


def test_a_syntax_error_is_shown_with_its_place(tmp_path, monkeypatch):
    text = describe_failure(failure_of("x = (\n", tmp_path, monkeypatch))
    assert "line 1" in text
    assert "SyntaxError" in text
    assert "Traceback" not in text


def test_a_wrong_name_is_told_in_a_sentence(tmp_path, monkeypatch):
    error = failure_of("application = print\n", tmp_path, monkeypatch)
    assert isinstance(error, ApplicationError)
    text = describe_failure(error)
    assert text.endswith(":application?")
    assert "Traceback" not in text


def test_the_page_shows_the_failure_escaped():
    answered = []
    application = error_page(ValueError("<script>alert(1)</script>"))
    body = b"".join(application({}, lambda status, headers: answered.append((status, headers))))
    status, headers = answered[0]
    assert status == "500 Internal Server Error"
    assert dict(headers)["Content-Length"] == str(len(body))
    assert b"&lt;script&gt;" in body
    assert b"<script>" not in body


def test_the_page_needs_nothing_of_the_framework():
    code = (
        "import sys, enfilade.server.processes.worker, enfilade.server.loading.failure;"
        "framework = ('enfilade.http', 'enfilade.conf', 'enfilade.views', 'jinja2');"
        "print([name for name in sys.modules if name.startswith(framework)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

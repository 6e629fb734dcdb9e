import subprocess
import sys

import pytest

from enfilade.server.loading.application import load_application
from enfilade.server.loading.error_page import error_page


def page_of(error):
    answered = []
    application = error_page(error)
    body = b"".join(application({}, lambda status, headers: answered.append((status, headers))))
    status, headers = answered[0]
    assert status == "500 Internal Server Error"
    assert dict(headers)["Content-Length"] == str(len(body))
    return body.decode()


@pytest.mark.parametrize(
    ("name", "content", "title", "marked"),
    [
        ("unfinished", "x = 1\ny = (\n", "SyntaxError: &#x27;(&#x27; was never closed", "2  y = ("),
        ("dividing", "x = 1\nx / 0\n", "ZeroDivisionError: division by zero", "2  x / 0"),
    ],
)
def test_the_page_is_headed_by_the_failure_and_shows_its_line(
    tmp_path, monkeypatch, name, content, title, marked
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / f"{name}.py").write_text(content)
    with pytest.raises((SyntaxError, ZeroDivisionError)) as caught:
        load_application(f"{name}:app")
    page = page_of(caught.value)
    assert f"<title>{title}</title>" in page
    assert f"<h1>{title}</h1>" in page
    assert f"<mark>   {marked}</mark>" in page
    assert f"{name}.py, line 2" in page


def test_a_failure_without_words_is_headed_by_its_kind():
    assert "<h1>KeyboardInterrupt</h1>" in page_of(KeyboardInterrupt())


def test_the_page_shows_the_failure_escaped():
    page = page_of(ValueError("<script>alert(1)</script>"))
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_the_page_needs_nothing_of_the_framework():
    code = (
        "import sys, enfilade.server.processes.worker, enfilade.server.loading.error_page;"
        "framework = ('enfilade.http', 'enfilade.conf', 'enfilade.views', 'jinja2');"
        "print([name for name in sys.modules if name.startswith(framework)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

from enfilade.server.loading.application import ApplicationError, load_application
from enfilade.server.loading.failure import describe_failure


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

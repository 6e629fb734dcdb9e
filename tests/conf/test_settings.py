import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

import pytest

from enfilade.conf import LazySettings
from enfilade.conf.defaults import items
from enfilade.exceptions import ImproperlyConfigured


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    module = ModuleType("settings_of_a_test")
    module.ALLOWED_HOSTS = ["example.org"]
    module.lower_case = "not a setting"
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setenv("ENFILADE_SETTINGS_MODULE", module.__name__)
    return module


def test_reads_the_module_on_first_use(module: ModuleType) -> None:
    settings = LazySettings()
    assert not settings.configured
    assert settings.ALLOWED_HOSTS == ["example.org"]
    assert settings.source == module.__name__


def test_falls_back_to_the_defaults(module: ModuleType) -> None:
    settings = LazySettings()
    assert settings.APPEND_SLASH is True
    assert not settings.is_overridden("APPEND_SLASH")
    assert settings.is_overridden("ALLOWED_HOSTS")


def test_lists_every_setting_for_those_who_explore(module: ModuleType) -> None:
    settings = LazySettings()
    module.MINE = 1
    assert "MINE" not in dir(settings)  # looking around loads nothing
    assert settings.MINE == 1
    assert {"MINE", "ALLOWED_HOSTS", "APPEND_SLASH", "configure"} <= set(dir(settings))


def test_ignores_names_that_are_not_upper_case(module: ModuleType) -> None:
    with pytest.raises(AttributeError):
        _ = LazySettings().lower_case


def test_says_what_to_do_without_any_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENFILADE_SETTINGS_MODULE", raising=False)
    with pytest.raises(ImproperlyConfigured) as caught:
        _ = LazySettings().DEBUG
    assert "ENFILADE_SETTINGS_MODULE" in caught.value.hint


def test_configure_takes_the_place_of_a_module() -> None:
    settings = LazySettings()
    settings.configure(DEBUG=True)
    assert settings.DEBUG is True


def test_configure_stands_on_an_object_of_defaults() -> None:
    settings = LazySettings()
    settings.configure(SimpleNamespace(APPEND_SLASH=False, other=1), DEBUG=True)
    assert settings.APPEND_SLASH is False


def test_refuses_to_be_configured_twice() -> None:
    settings = LazySettings()
    settings.configure()
    with pytest.raises(RuntimeError, match="already configured"):
        settings.configure()


def test_refuses_lower_case_names() -> None:
    with pytest.raises(TypeError, match="'debug' must be uppercase"):
        LazySettings().configure(debug=True)


@pytest.mark.parametrize(
    "name", ["ALLOWED_HOSTS", "MIDDLEWARE", "TEMPLATES", "SECURE_REDIRECT_EXEMPT"]
)
def test_refuses_text_where_a_list_belongs(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        LazySettings().configure(**{name: "localhost"})


def test_an_error_about_a_setting_does_not_tell_its_value() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY_FALLBACKS .* not str") as caught:
        LazySettings().configure(SECRET_KEY_FALLBACKS="s3cret")
    assert "s3cret" not in str(caught.value)


def test_an_empty_secret_key_is_an_error_only_when_it_is_read() -> None:
    settings = LazySettings()
    settings.configure()
    assert settings.DEBUG is False
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        _ = settings.SECRET_KEY


def test_names_a_setting_that_does_not_exist() -> None:
    settings = LazySettings()
    settings.configure()
    with pytest.raises(AttributeError, match="MIDDLEWEAR"):
        _ = settings.MIDDLEWEAR


def test_a_changed_setting_is_seen_at_once_and_can_be_taken_back() -> None:
    settings = LazySettings()
    settings.configure()
    assert settings.APPEND_SLASH is True
    settings.APPEND_SLASH = False
    assert settings.APPEND_SLASH is False
    del settings.APPEND_SLASH
    assert settings.APPEND_SLASH is True


def test_development_turns_debug_on_only_where_the_site_left_it_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENFILADE_DEBUG", "1")
    undecided, decided = LazySettings(), LazySettings()
    undecided.configure()
    decided.configure(DEBUG=False)
    assert undecided.DEBUG is True
    assert decided.DEBUG is False


def test_every_setting_is_documented() -> None:
    for name, _, description in items():
        assert name.isupper()
        assert description.endswith((".", ".'"))


def test_the_default_of_one_site_is_not_changed_by_another() -> None:
    first, second = LazySettings(), LazySettings()
    first.configure()
    second.configure()
    first.ALLOWED_HOSTS.append("changed.example")
    assert second.ALLOWED_HOSTS == []

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from enfilade.conf.importing import import_named, import_string
from enfilade.exceptions import ImproperlyConfigured


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    folder = tmp_path / "a_shop"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "stores.py").write_text("class Outer:\n    class Inner: pass\n")
    (folder / "broken.py").write_text("import a_library_that_nobody_has\nclass Store: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "a_shop"
    for name in [each for each in sys.modules if each.partition(".")[0] == "a_shop"]:
        del sys.modules[name]


@pytest.mark.parametrize("path", ["stores.Outer.Inner", "stores:Outer.Inner"])
def test_gives_what_the_path_names(package: str, path: str) -> None:
    assert import_string(f"{package}.{path}").__qualname__ == "Outer.Inner"


def test_names_the_library_that_the_module_lacks(package: str) -> None:
    with pytest.raises(ModuleNotFoundError, match="a_library_that_nobody_has"):
        import_string(f"{package}.broken.Store")


def test_names_the_module_that_is_not_there(package: str) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"a_shop\.store'"):
        import_string(f"{package}.store.Outer")


def test_names_what_the_module_lacks(package: str) -> None:
    with pytest.raises(AttributeError, match="'Store'"):
        import_string(f"{package}.stores.Store")


def test_refuses_what_is_no_path() -> None:
    with pytest.raises(ValueError, match="not a path"):
        import_string("not a path")


def test_a_setting_that_leads_somewhere_gives_what_is_there(package: str) -> None:
    assert import_named(f"{package}.stores.Outer", "SHOP_STORE").__name__ == "Outer"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("broken.Store", "a_library_that_nobody_has"),
        ("store.Outer", r"a_shop\.store'"),
        ("stores.Store", "'Store'"),
        ("not a path", "invalid format"),
    ],
)
def test_a_setting_that_leads_nowhere_is_named_with_the_reason(
    package: str, path: str, why: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=why) as caught:
        import_named(f"{package}.{path}", "SHOP_STORE", "Name a store.")
    assert str(caught.value).startswith(f"SHOP_STORE names 'a_shop.{path}', which cannot be ")
    assert caught.value.hint == "Name a store."

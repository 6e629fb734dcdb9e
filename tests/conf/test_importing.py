import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from enfilade.conf.importing import import_string


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

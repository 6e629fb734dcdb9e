"""What docs/operations/reload-drain-pause.md tells owners of a Django site to write."""

import subprocess
import sys

import pytest

from pages import ROOT, Page

SETTINGS = 'ROOT_URLCONF = "mysite.urls"\nSECRET_KEY = "x"\n'


@pytest.fixture
def load(tmp_path):
    """Load a Django site whose ``urls.py`` is broken by a ``wsgi.py`` with the given text."""
    folder = tmp_path / "mysite"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "settings.py").write_text(SETTINGS)
    (folder / "urls.py").write_text("urlpatterns = [1 / 0]\n")

    def load(text):
        (folder / "wsgi.py").write_text(text)
        command = [sys.executable, "-c", "import mysite.wsgi"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30)

    return load


def test_a_broken_urlconf_fails_at_the_start_with_the_line_that_the_page_shows(load):
    page = Page(ROOT / "docs/operations/reload-drain-pause.md")
    (shown,) = (block.text for block in page.blocks if block.language == "py")
    assert "ZeroDivisionError" in load(shown).stderr
    without, line, _ = shown.partition("import mysite.urls")
    assert line
    assert load(without).returncode == 0

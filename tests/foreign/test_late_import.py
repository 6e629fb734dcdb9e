"""What connects to databases is observed although it is imported when the site is served."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

from enfilade.foreign.watch import install

SITE = """
def application(environ, start_response):
    import sqlalchemy

    with sqlalchemy.create_engine("sqlite://").connect() as connection:
        connection.execute(sqlalchemy.text("SELECT 1"))
    start_response("200 OK", [])
    return []
"""

CALL = """
import sys
from enfilade.foreign import observing
from enfilade.server.loading.application import load_application
from enfilade.trace import Trace, carrying

application = load_application("site_with_late_import")
assert "sqlalchemy" not in sys.modules
with carrying(trace := Trace()):
    application({}, print)
with observing():
    pass
finders = [type(each).__module__ for each in sys.meta_path]
print([note.text for note in trace.notes], finders.count("enfilade.foreign.watch"))
"""


def test_queries_are_noted_of_a_library_that_is_imported_late(tmp_path: Path):
    (tmp_path / "site_with_late_import.py").write_text(SITE)
    done = subprocess.run(
        [sys.executable, "-c", CALL], cwd=tmp_path, capture_output=True, text=True
    )
    assert "['SELECT 1'] 1" in done.stdout, done.stderr


def test_a_library_that_does_not_take_what_we_do_works_as_ever(caplog, monkeypatch):
    def refuse(_module):
        raise TypeError("no such event")

    monkeypatch.setattr("enfilade.foreign.sqlalchemy.install", refuse)
    install(ModuleType("sqlalchemy.engine"))
    assert "cannot be observed" in caplog.text

"""Groups on a machine that lacks their library; ``test_store.py`` tries what they do."""

import subprocess
import sys


def test_without_sqlalchemy_it_is_said_what_to_install() -> None:
    code = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        "from enfilade.exceptions import ImproperlyConfigured\n"
        "try: from enfilade.contrib.auth.groups import Group\n"
        "except ImproperlyConfigured as error: print(error.hint)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == 'pip install "enfilade[auth]"\n'

"""Which library a site lacks for its sessions."""

import subprocess
import sys

import pytest

AUTH = "enfilade.contrib.auth.middleware.AuthenticationMiddleware"


@pytest.mark.parametrize(("middleware", "extra"), [([], "database"), ([AUTH], "auth")])
def test_without_sqlalchemy_it_is_said_what_to_install(middleware: list[str], extra: str) -> None:
    code = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        f"from enfilade.conf import settings; settings.configure(MIDDLEWARE={middleware})\n"
        "from enfilade.contrib.sessions.engine import store_class\n"
        "from enfilade.exceptions import ImproperlyConfigured\n"
        "try: store_class()\n"
        "except ImproperlyConfigured as error: print(error.hint)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith(f'pip install "enfilade[{extra}]", or keep sessions elsewhere')

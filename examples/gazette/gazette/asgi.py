"""The door for an ASGI server: ``enfilade run gazette.asgi``."""

import os

from enfilade import get_asgi_application

os.environ.setdefault("ENFILADE_SETTINGS_MODULE", "gazette.settings")

application = get_asgi_application()

"""The door for a WSGI server: ``enfilade run`` finds it."""

import os

from enfilade import get_wsgi_application

os.environ.setdefault("ENFILADE_SETTINGS_MODULE", "gazette.settings")

application = get_wsgi_application()

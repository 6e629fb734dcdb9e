"""What the paper sets itself; everything else is the framework's default.

The environment can move the paper without an edit: ``GAZETTE_DEBUG=1``, ``GAZETTE_HOSTS``
(comma-separated), ``GAZETTE_DATABASE`` and ``GAZETTE_MEDIA`` (paths).
"""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
VAR = HERE.parent / "var"

# "enfilade dev" sets ENFILADE_DEBUG.
DEBUG = os.environ.get("GAZETTE_DEBUG", os.environ.get("ENFILADE_DEBUG")) == "1"
ALLOWED_HOSTS = os.environ.get("GAZETTE_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
ROOT_URLCONF = "gazette.urls"

MIDDLEWARE = [
    "enfilade.middleware.security.SecurityMiddleware",
    "enfilade.middleware.common.CommonMiddleware",
    "enfilade.middleware.clickjacking.XFrameOptionsMiddleware",
    "gazette.api.middleware.ErrorHandlerMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "enfilade.template.Jinja2",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {"environment": "gazette.typography.environment"},
    }
]

# The paper's own settings.
GAZETTE_DATABASE = Path(os.environ.get("GAZETTE_DATABASE", VAR / "gazette.sqlite3"))
GAZETTE_MEDIA = Path(os.environ.get("GAZETTE_MEDIA", VAR / "media"))
GAZETTE_STYLE = HERE / "static" / "style.css"
GAZETTE_PICTURE_MAX_BYTES = 2 * 1024 * 1024

"""What the paper sets itself; everything else is the framework's default.

The environment can move the paper without an edit: ``GAZETTE_DEBUG=1``, ``GAZETTE_HOSTS``
(comma-separated), ``GAZETTE_DATABASE`` and ``GAZETTE_MEDIA`` (paths), ``GAZETTE_ACCOUNTS`` (the
address of another database) and ``GAZETTE_SECRET_KEY``.
"""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
VAR = HERE.parent / "var"

# "enfilade dev" sets ENFILADE_DEBUG.
DEBUG = os.environ.get("GAZETTE_DEBUG", os.environ.get("ENFILADE_DEBUG")) == "1"
ALLOWED_HOSTS = os.environ.get("GAZETTE_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
ROOT_URLCONF = "gazette.urls"
# It signs cookies. Everybody can read this one, so a paper with readers needs another.
SECRET_KEY = os.environ.get("GAZETTE_SECRET_KEY", "the-ninth-step-has-been-missing-since-1887")

MIDDLEWARE = [
    "enfilade.middleware.security.SecurityMiddleware",
    "enfilade.contrib.staticfiles.serving.StaticFilesMiddleware",
    "enfilade.contrib.sessions.middleware.SessionMiddleware",
    "enfilade.middleware.common.CommonMiddleware",
    "enfilade.middleware.csrf.CsrfViewMiddleware",
    "enfilade.contrib.auth.middleware.AuthenticationMiddleware",
    "enfilade.contrib.messages.middleware.MessageMiddleware",
    "enfilade.middleware.clickjacking.XFrameOptionsMiddleware",
    "gazette.api.middleware.ErrorHandlerMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "enfilade.template.Jinja2",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "environment": "gazette.typography.environment",
            "context_processors": [
                "enfilade.contrib.auth.context_processors.auth",
                "enfilade.contrib.messages.context_processors.messages",
            ],
        },
    }
]

STATICFILES_DIRS = [HERE / "static"]

LOGIN_URL = "desk:sign-in"
LOGIN_REDIRECT_URL = "desk:front"
LOGOUT_REDIRECT_URL = "newsroom:front"

# The paper's own settings.
GAZETTE_DATABASE = Path(os.environ.get("GAZETTE_DATABASE", VAR / "gazette.sqlite3"))
GAZETTE_MEDIA = Path(os.environ.get("GAZETTE_MEDIA", VAR / "media"))
GAZETTE_PICTURE_MAX_BYTES = 2 * 1024 * 1024

# Accounts and sessions lie beside the articles, or in a database of their own.
DATABASE_URL = os.environ.get("GAZETTE_ACCOUNTS", f"sqlite:///{GAZETTE_DATABASE}")

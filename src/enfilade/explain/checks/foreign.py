"""Checks of settings that mean something to Django and nothing here."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from enfilade.conf import settings
from enfilade.conf.settings import DEFAULTS
from enfilade.explain.checks.finding import Finding
from enfilade.explain.source import locate_settings

DATABASE = "DATABASE_URL = 'postgresql://USER:PASSWORD@HOST/NAME' or 'sqlite:///FILE'"
NO_ORM = "There is no ORM here: the site's tables are SQLAlchemy's, or of any library it likes."
TIMES = "All times here are UTC and know it; show them with zoneinfo where they are shown."
FORMATS = "Dates and numbers are written as the language has them, by the filters of templates."
MAIL = (
    "No mail is sent here: PASSWORD_RESET_DELIVERY names a function that brings links, and an "
    "SMTPHandler in LOGGING can report errors."
)
RUN = "The command line names it: enfilade run MODULE:NAME"

INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "ADMINS": MAIL,
        "ASGI_APPLICATION": RUN,
        "AUTH_USER_MODEL": "AUTH_USER_STORE names what keeps users of the site's own.",
        "DATABASES": DATABASE,
        "DATABASE_ROUTERS": NO_ORM,
        "DATETIME_FORMAT": FORMATS,
        "DATE_FORMAT": FORMATS,
        "DEFAULT_AUTO_FIELD": NO_ORM,
        "DEFAULT_FROM_EMAIL": MAIL,
        "DEFAULT_TABLESPACE": NO_ORM,
        "FORMAT_MODULE_PATH": FORMATS,
        "INSTALLED_APPS": (
            "Nothing is installed here. Import what you use; TEMPLATES names folders of templates, "
            "STATICFILES_PACKAGES packages with static files, MIGRATIONS packages with tables."
        ),
        "MANAGERS": MAIL,
        "MIGRATION_MODULES": "MIGRATIONS lists the packages whose folder migrations/ makes tables.",
        "SERVER_EMAIL": MAIL,
        "SILENCED_SYSTEM_CHECKS": "Nothing silences a finding; a warning fails no pipeline.",
        "STORAGES": "STATICFILES_STORAGE names the one of static files; uploads are the site's.",
        "TEST_RUNNER": "Tests are run by pytest, with the fixtures of enfilade.test.",
        "TIME_FORMAT": FORMATS,
        "TIME_ZONE": TIMES,
        "USE_L10N": FORMATS,
        "USE_THOUSAND_SEPARATOR": FORMATS,
        "USE_TZ": TIMES,
        "WSGI_APPLICATION": RUN,
    }
)
"""What a site does in the place of each."""


def check_settings() -> Iterator[Finding]:
    """settings.W004: a setting of Django's has no meaning here."""
    for name in sorted(settings.explicit().keys() - DEFAULTS.keys()):
        hint = MAIL if name.startswith("EMAIL_") else INSTEAD.get(name)
        if hint:
            yield Finding(
                "settings.W004",
                f"{name} is a setting of Django's; here it does nothing unless the site reads it.",
                f"Leave it out. {hint}",
                locate_settings(),
            )

"""Every setting that both frameworks have starts with the same value."""

from typing import Any

import pytest
from django.conf import global_settings

from enfilade.conf.defaults import items

OTHERWISE = {
    "LOGGING_CONFIG",  # the same function, by another name
    "CSRF_FAILURE_VIEW",  # our own
    "FILE_UPLOAD_HANDLERS",  # our own classes
    "LANGUAGES",  # see DIFFERENCES.md
    "PASSWORD_HASHERS",  # see DIFFERENCES.md
    "SIGNING_BACKEND",
    "STATICFILES_FINDERS",
    "STATIC_URL",  # see DIFFERENCES.md
    "SIGNED_COOKIE_LEGACY_SALT_FALLBACK",  # see DIFFERENCES.md
}
SHARED = [
    (name, default)
    for name, default, _ in items()
    if name not in OTHERWISE and hasattr(global_settings, name)
]


@pytest.mark.parametrize(("name", "default"), SHARED, ids=[name for name, _ in SHARED])
def test_the_default_is_django_s(name: str, default: Any) -> None:
    assert as_django_calls_it(default) == getattr(global_settings, name)


def as_django_calls_it(value: Any) -> Any:
    """*value* with the import paths that the same things have in Django."""
    if isinstance(value, dict):
        return {key: as_django_calls_it(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_django_calls_it(each) for each in value]
    if isinstance(value, str) and value.startswith("enfilade."):
        return value.replace("enfilade.cache", "django.core.cache").replace("enfilade.", "django.")
    return value

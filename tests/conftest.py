"""Settings for the whole suite: Enfilade's, and Django's as the oracle, each configured once.

Tests that need other values override them for their own duration.
"""

import os

import django
import hypothesis
from django.conf import settings as django_settings

from enfilade.conf import settings

_SITE = {
    "ALLOWED_HOSTS": ["testserver", "localhost", "127.0.0.1"],
    "SECRET_KEY": "a key for the tests only",
}

if not settings.configured:
    settings.configure(**_SITE)

if not django_settings.configured:
    django_settings.configure(**_SITE, USE_TZ=True)
    django.setup()

hypothesis.settings.register_profile("long", max_examples=5000, deadline=None)
if profile := os.environ.get("HYPOTHESIS_PROFILE"):
    hypothesis.settings.load_profile(profile)

"""What a site needs to be tested: it answers to the test client's host, and hides its errors
as in production."""

import os
from typing import Any

from enfilade.conf import settings
from enfilade.conf.settings import ENVIRONMENT_VARIABLE
from enfilade.http.address import validate_host
from enfilade.test.override import override_settings

TEST_HOST = "testserver"
"""The host that factories and clients ask for."""


def has_settings() -> bool:
    """Whether there is a site: settings that are configured, or named in the environment."""
    return settings.configured or bool(os.environ.get(ENVIRONMENT_VARIABLE))


class answering(override_settings):  # noqa: N801 (it stands among Django's names)
    """Let the site answer to *hosts* besides those of ``ALLOWED_HOSTS``; set *options*, too.

    Does nothing where there is no site.
    """

    order = -1

    def __init__(self, *hosts: str, **options: Any) -> None:
        super().__init__(**options)
        self.hosts = hosts

    def values(self) -> dict[str, Any]:
        """The options, and ``ALLOWED_HOSTS`` if a host is missing there."""
        if not has_settings():
            return {}
        allowed = settings.ALLOWED_HOSTS
        missing = [host for host in self.hosts if not validate_host(host, allowed)]
        return {**self.options, **({"ALLOWED_HOSTS": [*allowed, *missing]} if missing else {})}

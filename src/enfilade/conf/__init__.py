"""The site's settings: ``from enfilade.conf import settings``."""

from enfilade.conf.settings import LazySettings

settings = LazySettings()

__all__ = ["LazySettings", "settings"]

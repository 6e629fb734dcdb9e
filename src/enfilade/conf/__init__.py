"""The site's settings: ``from enfilade.conf import settings``."""

from enfilade.conf.settings import LazySettings

settings = LazySettings()
"""The one site of this process, an instance of :class:`LazySettings`."""

__all__ = ["LazySettings", "settings"]

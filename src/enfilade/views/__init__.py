"""Views: what a URL pattern leads to, and the pages for when it leads nowhere."""

from enfilade.views.base import View

__all__ = ["View"]

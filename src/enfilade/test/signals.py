"""The signals that tests listen to."""

from enfilade.dispatch import setting_changed
from enfilade.template.signals import template_rendered

__all__ = ["setting_changed", "template_rendered"]

"""Templates: Jinja2 engines, and responses that are rendered late."""

from enfilade.template.engine import Jinja2, Template
from enfilade.template.errors import ContentNotRenderedError, TemplateDoesNotExist
from enfilade.template.loader import engines, get_template, render_to_string, select_template
from enfilade.template.response import SimpleTemplateResponse, TemplateResponse
from enfilade.template.signals import template_rendered

__all__ = [
    "ContentNotRenderedError",
    "Jinja2",
    "SimpleTemplateResponse",
    "Template",
    "TemplateDoesNotExist",
    "TemplateResponse",
    "engines",
    "get_template",
    "render_to_string",
    "select_template",
    "template_rendered",
]

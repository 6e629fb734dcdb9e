"""Assertions about responses and texts, as plain functions with Django's names and arguments.

They raise :exc:`AssertionError`, so they serve with pytest as well as in
:class:`~enfilade.test.SimpleTestCase`, whose methods they are.
"""

from enfilade.test.assertions.messages import assertRaisesMessage, assertWarnsMessage
from enfilade.test.assertions.redirects import assertRedirects, assertURLEqual
from enfilade.test.assertions.responses import assertContains, assertNotContains
from enfilade.test.assertions.templates import assertTemplateNotUsed, assertTemplateUsed
from enfilade.test.assertions.texts import (
    assertHTMLEqual,
    assertHTMLNotEqual,
    assertInHTML,
    assertJSONEqual,
    assertJSONNotEqual,
    assertNotInHTML,
    assertXMLEqual,
    assertXMLNotEqual,
)

__all__ = [
    "assertContains",
    "assertHTMLEqual",
    "assertHTMLNotEqual",
    "assertInHTML",
    "assertJSONEqual",
    "assertJSONNotEqual",
    "assertNotContains",
    "assertNotInHTML",
    "assertRaisesMessage",
    "assertRedirects",
    "assertTemplateNotUsed",
    "assertTemplateUsed",
    "assertURLEqual",
    "assertWarnsMessage",
    "assertXMLEqual",
    "assertXMLNotEqual",
]

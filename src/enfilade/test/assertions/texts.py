"""Two texts that mean the same: JSON, HTML, XML."""

import json
from difflib import ndiff
from typing import Any
from unittest import TestCase
from xml.etree.ElementTree import ParseError

from enfilade.test.assertions.html import Element, parse_html
from enfilade.test.assertions.xml import canonical

# JSON --------------------------------------------------------------------------------------


def assertJSONEqual(raw: str | bytes, expected_data: Any, msg: str | None = None) -> None:
    """*raw* is JSON of *expected_data*; text is taken as JSON, too."""
    TestCase().assertEqual(*_both(raw, expected_data), msg)


def assertJSONNotEqual(raw: str | bytes, expected_data: Any, msg: str | None = None) -> None:
    """*raw* is JSON, but of something else than *expected_data*."""
    TestCase().assertNotEqual(*_both(raw, expected_data), msg)


def _both(raw: str | bytes, expected_data: Any) -> tuple[Any, Any]:
    data = _loaded(raw, "First")
    if isinstance(expected_data, str):
        expected_data = _loaded(expected_data, "Second")
    return data, expected_data


def _loaded(text: str | bytes, which: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise AssertionError(f"{which} argument is not valid JSON: {text!r} ({error})") from None


# HTML --------------------------------------------------------------------------------------


def assertHTMLEqual(html1: str, html2: str, msg: str | None = None) -> None:
    """Both are the same tree: white space, the order of attributes and the like aside."""
    first, second = _parsed(html1, html2)
    if first != second:
        _fail(msg, "The two pieces of HTML differ:\n" + _diff(first, second))


def assertHTMLNotEqual(html1: str, html2: str, msg: str | None = None) -> None:
    """Both are HTML, and not the same tree."""
    first, second = _parsed(html1, html2)
    if first == second:
        _fail(msg, "The two pieces of HTML are the same:\n" + "\n".join(first.lines()))


def assertInHTML(
    needle: str, haystack: str, count: int | None = None, msg_prefix: str = ""
) -> None:
    """*needle* stands in *haystack*, *count* times or at least once."""
    wanted, page = _parsed(needle, haystack)
    found = page.count(wanted)
    if found == count or (count is None and found):
        return
    prefix = f"{msg_prefix}: " if msg_prefix else ""
    if count is None:
        said = f"Couldn't find {needle!r} in"
    elif count == 0:
        said = f"{needle!r} unexpectedly found in"
    else:
        said = f"Found {found} instances of {needle!r} (expected {count}) in"
    raise AssertionError(f"{prefix}{said} the following HTML:\n" + "\n".join(page.lines()))


def assertNotInHTML(needle: str, haystack: str, msg_prefix: str = "") -> None:
    """*needle* stands nowhere in *haystack*."""
    assertInHTML(needle, haystack, count=0, msg_prefix=msg_prefix)


def _parsed(first: str, second: str) -> tuple[Element, Element]:
    return parse_html(first, "First argument"), parse_html(second, "Second argument")


def _diff(first: Element, second: Element) -> str:
    return "\n".join(ndiff(list(first.lines()), list(second.lines())))


# XML ---------------------------------------------------------------------------------------


def assertXMLEqual(xml1: str, xml2: str, msg: str | None = None) -> None:
    """Both are the same document or fragment: white space around elements, the order of
    attributes, comments and the like aside."""
    first, second = _canonical(xml1, xml2)
    if first != second:
        difference = "\n".join(ndiff(xml1.splitlines(), xml2.splitlines()))
        _fail(msg, f"The two pieces of XML differ:\n{difference}")


def assertXMLNotEqual(xml1: str, xml2: str, msg: str | None = None) -> None:
    """Both are XML, and not the same."""
    first, second = _canonical(xml1, xml2)
    if first == second:
        _fail(msg, f"The two pieces of XML are the same:\n{xml1}")


def _canonical(*texts: str) -> list[str]:
    try:
        return [canonical(text) for text in texts]
    except ParseError as error:
        raise AssertionError(f"First or second argument is not valid XML: {error}") from None


def _fail(msg: str | None, said: str) -> None:
    raise AssertionError(f"{said}\n{msg}" if msg else said)

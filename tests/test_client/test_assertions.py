"""The assertions, and Django's: the same arguments are right or wrong for both."""

import re
import unittest
import warnings

import pytest
from django.test import SimpleTestCase as DjangoTestCase

from enfilade.http import HttpResponse, StreamingHttpResponse
from enfilade.template import TemplateResponse, render_to_string
from enfilade.test import AsyncClient, Client, SimpleTestCase, assertions
from enfilade.test.assertions.html import parse_html

DJANGO = DjangoTestCase()


def passes(assertion, *args, **kwargs):
    try:
        assertion(*args, **kwargs)
    except AssertionError:
        return False
    return True


def judge(name, *args, **kwargs):
    """Whether the assertion holds; Django must think the same."""
    ours = passes(getattr(assertions, name), *args, **kwargs)
    assert ours == passes(getattr(DJANGO, name), *args, **kwargs), "Django disagrees"
    return ours


# HTML --------------------------------------------------------------------------------------

EQUAL_HTML = [
    ("<p>a</p>", "  <p> a </p>\n"),
    ("<p>a  b</p>", "<p>a\nb</p>"),
    ("<b>a</b> <i>b</i>", "<b>a</b><i>b</i>"),
    ('<a href="x" id="y">z</a>', "<a id=y href=x>z</a>"),
    ('<p class="b a">x</p>', '<p class="a  b ">x</p>'),
    ("<input checked>", '<input checked="checked"/>'),
    ('<input checked="">', "<INPUT CHECKED>"),
    ("<a data-x>t</a>", '<a data-x="">t</a>'),
    ("<p>&lt;&amp;é</p>", "<p>&#60;&#38;&eacute;</p>"),
    ("<!doctype html><p>a</p>", "<p>a<!-- b --></p>"),
    ("<br>", "<br/>"),
    ("<p>a", "<p>a"),
    ("a b", " a  b "),
    ("", ""),
    ("<ul><li>a</ul>", "<ul><li>a</ul>"),
    ("<p>a<!-- x -->b</p>", "<p>ab</p>"),
]
DIFFERENT_HTML = [
    ("<p>a</p>", "<p>b</p>"),
    ("<p>a</p>", "<div>a</div>"),
    ("<p>a</p>", "<p id=x>a</p>"),
    ("<p>a</p><p>b</p>", "<p>b</p><p>a</p>"),
    ("<input checked>", "<input>"),
    ('<a rel="b a"></a>', '<a rel="a b"></a>'),
    ("<p>ab</p>", "<p>a b</p>"),
    ("<p></p>", ""),
]
INVALID_HTML = ["</p>", "<p></b></p>", "</br>", "a</i>b"]


@pytest.mark.parametrize(("first", "second"), EQUAL_HTML)
def test_html_that_means_the_same_is_equal(first, second):
    assert judge("assertHTMLEqual", first, second)
    assert not judge("assertHTMLNotEqual", first, second)


@pytest.mark.parametrize(("first", "second"), DIFFERENT_HTML)
def test_html_that_means_something_else_is_not_equal(first, second):
    assert not judge("assertHTMLEqual", first, second)
    assert judge("assertHTMLNotEqual", first, second)


@pytest.mark.parametrize("text", INVALID_HTML)
def test_html_that_closes_what_is_not_open_fails(text):
    assert not judge("assertHTMLEqual", text, "<p></p>")
    assert not judge("assertHTMLNotEqual", text, "<p></p>")
    with pytest.raises(AssertionError, match=r"unexpected end tag .* in line 1"):
        assertions.assertHTMLEqual(text, text)


PAGE = """<html><body><ul><li>a</li><li>b</li><li>a</li></ul>
<p class="x y">one <b>two</b> three</p><p>one</p><input type=text disabled></body></html>"""


@pytest.mark.parametrize(
    ("needle", "count"),
    [
        ("<li>a</li>", 2),
        ("<li>b</li>", 1),
        ("<li>c</li>", 0),
        ("<li>a</li><li>b</li>", 1),
        ("<li>b</li><li>a</li>", 1),
        ("<li>a</li><li>a</li>", 0),
        ('<p class="y x">one <b>two</b>\nthree</p>', 1),
        ('<input disabled="disabled" type="text">', 1),
        ("<b>two</b>", 1),
        ("one", 1),
        ("two", 1),
        ("three", 0),
        ("<ul><li>a</li><li>b</li><li>a</li></ul>", 1),
    ],
)
def test_counts_pieces_of_html(needle, count):
    assert parse_html(PAGE, "").count(parse_html(needle, "")) == count
    for claimed in (0, 1, 2):
        assert judge("assertInHTML", needle, PAGE, count=claimed) == (claimed == count)
    assert judge("assertInHTML", needle, PAGE) == bool(count)
    assert judge("assertNotInHTML", needle, PAGE) != bool(count)


def test_finds_texts_and_elements_side_by_side():
    assertions.assertInHTML("one <b>two</b>", PAGE)
    assertions.assertNotInHTML("<b>two</b>", "<p>two</p>")


def test_a_failure_shows_where_two_trees_part():
    with pytest.raises(AssertionError, match=r"-   a\n.*\+   b") as caught:
        assertions.assertHTMLEqual("<p>a</p>", "<p>b</p>", "the front page")
    assert "the front page" in str(caught.value)


# JSON, XML, URLs ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('{"a": 1, "b": [2]}', {"b": [2], "a": 1}),
        (b"[1, 2]", "[1,2]"),
        ("1", 2),
        ('"a"', '"a"'),
        ("{", {}),
        ("{}", "{"),
        ("null", None),
    ],
)
def test_json_is_compared_by_value(raw, expected):
    judge("assertJSONEqual", raw, expected)
    judge("assertJSONNotEqual", raw, expected)


def test_a_failure_shows_what_is_no_json():
    with pytest.raises(AssertionError, match="First argument is not valid JSON: 'nope'"):
        assertions.assertJSONEqual("nope", {})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("<a x='1' y='2'/>", '<a y="2" x="1"></a>'),
        ("<a>b  c</a>", "<a>b\t\nc</a>"),
        ("<a x='b  c'/>", "<a x='b c'/>"),
        ("<a/><b/>", "<a></a><b/>"),
        ("<a><!-- c --></a>", "<a/>"),
        ('<?xml version="1.0"?><a/>', '<?xml version="1.0"?>\n<!-- c --><a/>'),
        ("<a>1</a>", "<a>2</a>"),
        ("<a/>", "<b/>"),
        ("<a><b/><c/></a>", "<a><c/><b/></a>"),
        ("<a", "<a/>"),
        ("<a x='1'/>", "<a x='2'/>"),
    ],
)
def test_xml_is_compared_by_meaning(first, second):
    judge("assertXMLEqual", first, second)
    judge("assertXMLNotEqual", first, second)


def test_white_space_between_the_elements_of_xml_means_nothing():
    assertions.assertXMLEqual("<a><b/><c>d</c></a>", "<a>\n  <b/>\n  <c> d </c>\n</a>")


@pytest.mark.parametrize(
    "notation", ["<a><![CDATA[b]]></a>", "<!DOCTYPE a><a>b</a>", "<?xml version='1.0'?><a>b</a>"]
)
def test_two_notations_of_the_same_xml_are_equal(notation):
    assertions.assertXMLEqual(notation, "<a>b</a>")
    assertions.assertXMLNotEqual(notation, "<?print now?><a>b</a>")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/path/?x=1&y=2", "/path/?y=2&x=1"),
        ("/path/?a=1&a=2", "/path/?a=2&a=1"),
        ("/path/#a", "/path/#b"),
        ("http://testserver/a/", "/a/"),
        ("/a/", "/a/?"),
    ],
)
def test_urls_are_compared_without_the_order_of_parameters(first, second):
    judge("assertURLEqual", first, second)


# Exceptions and warnings -------------------------------------------------------------------


def fail_with(error):
    raise error


@pytest.mark.parametrize(
    ("expected", "message", "raised"),
    [
        (ValueError, "bad", ValueError("a bad value")),
        (ValueError, "(regex)", ValueError("a (regex) is no regex")),
        (ValueError, "good", ValueError("a bad value")),
        (LookupError, "x", KeyError("x")),
    ],
)
def test_an_exception_has_the_message_in_its_text(expected, message, raised):
    judge("assertRaisesMessage", expected, message, fail_with, raised)


def test_an_exception_can_be_expected_of_a_block():
    with assertions.assertRaisesMessage(ValueError, "bad") as caught:
        raise ValueError("a bad value")
    assert caught.exception.args == ("a bad value",)
    with pytest.raises(AssertionError), assertions.assertRaisesMessage(ValueError, "bad"):
        pass


def test_a_warning_has_the_message_in_its_text():
    assert judge("assertWarnsMessage", UserWarning, "old", warnings.warn, "an old thing")
    assert not judge("assertWarnsMessage", UserWarning, "new", warnings.warn, "an old thing")


# Responses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count", "status", "html"),
    [
        ("one", None, 200, False),
        ("one", 2, 200, False),
        ("one", 3, 200, False),
        (b"\xc3\xa9", 1, 200, False),
        ("é", 1, 200, False),
        ("zero", None, 200, False),
        ("one", None, 404, False),
        (7, 1, 200, False),
        ("<b   >two</b>", 1, 200, True),
        ("<b>x</b>", None, 200, True),
    ],
)
def test_counts_texts_in_a_response(text, count, status, html):
    response = HttpResponse("<p>one <b>two</b> one é 7</p>")
    judge("assertContains", response, text, count=count, status_code=status, html=html)
    judge("assertNotContains", response, text, status_code=status, html=html)


def test_a_failure_shows_the_body_but_not_all_of_it():
    response = HttpResponse(b"x" * 5000)
    said = r"(?s)my page: Couldn't find 'y' in the following response:\nxxx.*\(3000 more"
    with pytest.raises(AssertionError, match=said):
        assertions.assertContains(response, "y", msg_prefix="my page")


def test_reads_streams_of_both_kinds():
    async def parts():
        yield b"a"
        yield b"b"

    assertions.assertContains(StreamingHttpResponse(iter([b"a", b"b"])), "ab")
    assertions.assertContains(StreamingHttpResponse(parts()), "ab")


async def test_reads_an_async_stream_within_a_coroutine():
    async def parts():
        yield b"ab"

    assertions.assertContains(StreamingHttpResponse(parts()), "ab")


def test_renders_a_response_that_is_not_rendered_yet(rf):
    assertions.assertContains(TemplateResponse(rf.get("/"), "poem.html", {"title": "Ode"}), "Ode")


# Redirects ---------------------------------------------------------------------------------


def test_follows_a_redirect_with_the_same_client():
    client = Client(headers={"X-All": "1"})
    response = client.get("/redirect/302/echo/", headers={"X-Own": "2"}, secure=True)
    assertions.assertRedirects(response, "/echo/")
    assertions.assertRedirects(client.get("/redirect/301/echo/"), "/echo/", status_code=301)
    assertions.assertRedirects(client.get("/relative/"), "/echo/")


def test_a_redirect_elsewhere_has_the_address_with_its_host():
    response = Client().get("/elsewhere/")
    assertions.assertRedirects(response, "https://www.example.org:8443/echo/?a=1")


@pytest.mark.parametrize(
    ("path", "arguments", "said"),
    [
        ("/echo/", ("/x/",), "Response code was 200 (expected 302)"),
        ("/redirect/301/echo/", ("/echo/",), "Response code was 301 (expected 302)"),
        ("/redirect/302/echo/", ("/form/",), "redirected to '/echo/', expected '/form/'"),
        ("/redirect/302/none/", ("/none/",), "'/none/': response code was 404 (expected 200)"),
    ],
)
def test_says_what_is_wrong_with_a_redirect(path, arguments, said):
    with pytest.raises(AssertionError, match=re.escape(said)):
        assertions.assertRedirects(Client().get(path), *arguments)


def test_a_target_with_another_status_may_be_expected():
    response = Client().get("/redirect/302/none/")
    assertions.assertRedirects(response, "/none/", target_status_code=404)
    assertions.assertRedirects(response, "/none/", fetch_redirect_response=False)


def test_a_target_on_another_site_is_not_fetched(settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    response = Client().get("/elsewhere/")
    with pytest.raises(ValueError, match=r"'www\.example\.org' is not in ALLOWED_HOSTS"):
        assertions.assertRedirects(response, "https://www.example.org:8443/echo/?a=1")


def test_judges_redirects_that_were_followed():
    response = Client().get("/redirect/301/redirect/302/echo/", follow=True)
    assertions.assertRedirects(response, "/echo/", status_code=301)
    with pytest.raises(AssertionError, match="Initial response"):
        assertions.assertRedirects(response, "/echo/")
    with pytest.raises(AssertionError, match=r"Response code was 200 \(expected 302\)"):
        assertions.assertRedirects(Client().get("/echo/", follow=True), "/echo/")


async def test_follows_a_redirect_with_an_async_client():
    response = await AsyncClient().get("/redirect/302/echo/")
    assertions.assertRedirects(response, "/echo/")


# Templates ---------------------------------------------------------------------------------


def test_tells_which_templates_a_response_was_made_of():
    response = Client().get("/two-templates/")
    assertions.assertTemplateUsed(response, "poem.html", count=2)
    assertions.assertTemplateNotUsed(response, "prose.html")
    with pytest.raises(AssertionError, match="expected to be rendered 1 time"):
        assertions.assertTemplateUsed(response, "poem.html", count=1)
    with pytest.raises(AssertionError, match=r"Actual template\(s\) used: poem.html"):
        assertions.assertTemplateUsed(response, "prose.html")
    with pytest.raises(AssertionError, match="used unexpectedly"):
        assertions.assertTemplateNotUsed(response, "poem.html")
    with pytest.raises(AssertionError, match="No templates used"):
        assertions.assertTemplateUsed(Client().get("/echo/"), "poem.html")


def test_tells_which_templates_a_block_rendered():
    with assertions.assertTemplateUsed("poem.html"):
        render_to_string("poem.html", {})
    with assertions.assertTemplateNotUsed(template_name="poem.html"):
        pass
    with pytest.raises(AssertionError), assertions.assertTemplateUsed("poem.html"):
        pass
    with pytest.raises(AssertionError), assertions.assertTemplateNotUsed("poem.html"):
        render_to_string("poem.html", {})


def test_a_response_of_no_client_has_no_templates_to_tell_of():
    with pytest.raises(ValueError, match="test client"):
        assertions.assertTemplateUsed(HttpResponse(), "poem.html")
    with pytest.raises(TypeError, match="must be provided"):
        assertions.assertTemplateUsed()


def test_the_test_case_has_every_assertion():
    for name in assertions.__all__:
        assert getattr(SimpleTestCase, name) is getattr(assertions, name)
        assert not hasattr(unittest.TestCase, name)

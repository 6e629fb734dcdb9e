"""``{% cache %}``: a piece of a page that is kept for a while.

::

    {% cache 300, "sidebar", request.user.pk %} … {% endcache %}

The seconds (``none`` for ever), a name, and whatever the piece depends on; ``using="alias"``
names the cache, else it is "template_fragments", if ``CACHES`` has it, or the default one. What
:func:`~enfilade.cache.fragments.make_template_fragment_key` makes of the name and the rest is the
key. Every template has the tag; the module is imported with the first.
"""

import logging
from collections.abc import Callable
from typing import Any

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from enfilade.cache import DEFAULT_CACHE_ALIAS, caches
from enfilade.cache.fragments import make_template_fragment_key
from enfilade.exceptions import ServiceUnavailable

logger = logging.getLogger("enfilade.cache")

FRAGMENTS_ALIAS = "template_fragments"


class CacheExtension(Extension):
    """The tag; a mistake in it is jinja2's ``TemplateSyntaxError``."""

    tags = {"cache"}

    def parse(self, parser: Parser) -> nodes.Node:
        """The tag and what is in it, as a call of :meth:`_fragment`."""
        line = next(parser.stream).lineno
        given, using = self._arguments(parser)
        if len(given) < 2:
            parser.fail("cache takes the seconds and a name: {% cache 300, 'sidebar' %}", line)
        body = parser.parse_statements(("name:endcache",), drop_needle=True)
        call = self.call_method("_fragment", [*given[:2], nodes.List(given[2:]), using])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _arguments(self, parser: Parser) -> tuple[list[nodes.Expr], nodes.Expr]:
        given: list[nodes.Expr] = []
        using: nodes.Expr = nodes.Const(None)
        while parser.stream.current.type != "block_end":
            if given:
                parser.stream.expect("comma")
            if parser.stream.current.test("name:using") and parser.stream.look().type == "assign":
                parser.stream.skip(2)
                using = parser.parse_expression()
            else:
                given.append(parser.parse_expression())
        return given, using

    def _fragment(
        self,
        timeout: float | None,
        name: str,
        vary_on: list[Any],
        using: str | None,
        caller: Callable[[], str],
    ) -> str:
        """The text that was kept, else what *caller* gives, which is kept."""
        cache = caches[using or _alias()]
        key = make_template_fragment_key(name, vary_on)
        text: str | None = _tried(cache.get, key)
        if text is None:
            text = str(caller())
            _tried(cache.set, key, text, timeout)
        return text


def _tried(operation: Callable[..., Any], *arguments: Any) -> Any:
    """What *operation* returns; ``None`` if the cache is away, which costs nobody the page."""
    try:
        return operation(*arguments)
    except ServiceUnavailable as error:
        logger.warning("A piece of a page is made without its cache: %s", error)
        return None


def _alias() -> str:
    return FRAGMENTS_ALIAS if FRAGMENTS_ALIAS in caches else DEFAULT_CACHE_ALIAS

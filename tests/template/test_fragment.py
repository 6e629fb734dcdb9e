"""Pieces of a page that are kept."""

import jinja2
import pytest

from enfilade.cache import cache, caches
from enfilade.cache.fragments import make_template_fragment_key
from enfilade.template import Jinja2
from enfilade.test import override_settings
from services import redis_server

LOCMEM = "enfilade.cache.backends.locmem.LocMemCache"


@pytest.fixture(autouse=True)
def empty():
    cache.clear()
    yield
    cache.clear()


def render(source, **context):
    return Jinja2({}).from_string(source).render(context)


def counting():
    numbers = iter(range(100))
    return lambda: next(numbers)


def test_is_made_once_and_kept_under_its_name():
    count = counting()
    source = "{{ count() }}-{% cache 300, 'piece' %}<b>{{ count() }}</b>{% endcache %}"
    assert render(source, count=count) == "0-<b>1</b>"
    assert render(source, count=count) == "2-<b>1</b>"
    key = make_template_fragment_key("piece")
    assert cache.get(key) == "<b>1</b>"
    cache.delete(key)
    assert render(source, count=count) == "3-<b>4</b>"


def test_is_kept_for_each_value_that_it_depends_on():
    count = counting()
    source = "{% cache 300, 'piece', user, page + 1 %}{{ count() }}{% endcache %}"
    seen = [render(source, count=count, user=user, page=1) for user in "aba"]
    assert seen == ["0", "1", "0"]
    assert cache.get(make_template_fragment_key("piece", ["b", 2])) == "1"


def test_is_escaped_as_everything_else():
    source = "{% cache 300, 'piece' %}{{ text }}{% endcache %}"
    for _ in range(2):
        assert render(source, text="<script>") == "&lt;script&gt;"


def test_lives_as_long_as_it_is_told():
    count = counting()
    for source in (
        "{% cache 0, 'piece' %}{{ count() }}{% endcache %}",
        "{% cache none, 'piece' %}{{ count() }}{% endcache %}",
    ):
        answers = [render(source, count=count), render(source, count=count)]
    assert answers == ["2", "2"]


def test_a_cache_may_be_named_and_pieces_may_have_one_of_their_own():
    entry = {"BACKEND": LOCMEM}
    names = {alias: {**entry, "LOCATION": alias} for alias in ("default", "other")}
    key = make_template_fragment_key("piece")
    with override_settings(CACHES=names):
        render("{% cache 300, 'piece', using='other' %}x{% endcache %}")
        assert [caches[alias].get(key) for alias in names] == [None, "x"]
        caches["other"].clear()
    with override_settings(CACHES={**names, "template_fragments": {**entry, "LOCATION": "tf"}}):
        render("{% cache 300, 'piece' %}x{% endcache %}")
        assert caches["default"].get(key) is None
        assert caches["template_fragments"].get(key) == "x"
        caches["template_fragments"].clear()


def test_may_stand_in_another_and_in_a_loop():
    source = (
        "{% cache 300, 'outer' %}{% for n in [1, 2, 1] %}"
        "{% cache 300, 'inner', n %}{{ n }}{{ count() }} {% endcache %}"
        "{% endfor %}{% endcache %}"
    )
    count = counting()
    assert render(source, count=count) == render(source, count=count) == "10 21 10 "


@pytest.mark.parametrize("arguments", ["", "300", "300 'piece'", "300, using='x'"])
def test_a_mistake_is_named_with_its_line(arguments):
    with pytest.raises(jinja2.TemplateSyntaxError) as caught:
        render("\n{% cache " + arguments + " %}x{% endcache %}")
    assert caught.value.lineno == 2


@pytest.mark.service
def test_is_made_anew_while_the_cache_is_away():
    count = counting()
    source = "{% cache 300, 'piece' %}{{ count() }}{% endcache %}"
    backend = "enfilade.cache.backends.redis.RedisCache"
    with (
        redis_server() as server,
        override_settings(CACHES={"default": {"BACKEND": backend, "LOCATION": server.url}}),
    ):
        assert render(source, count=count) == render(source, count=count) == "0"
        server.stop()
        assert [render(source, count=count) for _ in range(2)] == ["1", "2"]

"""Keys of pieces of pages."""

from django.core.cache.utils import make_template_fragment_key as theirs
from hypothesis import given
from hypothesis import strategies as st

from enfilade.cache.fragments import make_template_fragment_key

values = st.lists(st.one_of(st.text(alphabet="a:1,-", max_size=4), st.integers(0, 20)), max_size=4)


@given(values, values)
def test_no_two_lists_have_the_same_key(one, other):
    same = [str(value) for value in one] == [str(value) for value in other]
    assert (make_template_fragment_key("x", one) == make_template_fragment_key("x", other)) == same


def test_django_s_lists_run_together():
    assert theirs("x", ["a:b"]) == theirs("x", ["a", "b"])


def test_the_name_counts():
    assert make_template_fragment_key("x") == make_template_fragment_key("x", [])
    assert make_template_fragment_key("x") != make_template_fragment_key("y")
    assert make_template_fragment_key("x").startswith("template.cache.x.")

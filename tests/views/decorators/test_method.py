"""method_decorator, compared with Django's."""

import django.utils.decorators
import pytest

import enfilade.views.decorators as ours
from enfilade.bridge import iscoroutinefunction
from enfilade.views.decorators.http import require_GET

BOTH = [ours.method_decorator, django.utils.decorators.method_decorator]


def saying(word):
    """A decorator that adds *word* to what it is around, and marks functions."""

    def decorate(function):
        def answer(*args):
            return f"{word} {function(*args)}"

        answer.__dict__.update(function.__dict__)
        setattr(answer, word, True)
        return answer

    return decorate


def kept(function):
    return function


@pytest.fixture(params=BOTH, ids=["enfilade", "django"])
def method_decorator(request):
    return request.param


def view_class(decorate):
    class Poem:
        word = "ode"

        @decorate
        def get(self, request, *args):
            """Reads."""
            return f"{self.word} {request} {args}"

    return Poem


def test_the_decorator_sees_the_request_first_and_the_method_its_instance(method_decorator):
    seen = []

    def noting(function):
        def answer(*args):
            seen.append(args)
            return function(*args)

        return answer

    assert view_class(method_decorator(noting))().get("request", 7) == "ode request (7,)"
    assert seen == [("request", 7)]


@pytest.mark.parametrize("several", [list, tuple])
def test_several_decorators_are_called_from_the_first_to_the_last(method_decorator, several):
    decorators = several([saying("one"), saying("two")])
    assert view_class(method_decorator(decorators))().get("r") == "one two ode r ()"


def test_on_a_class_the_name_says_which_method(method_decorator):
    @method_decorator(saying("loud"), name="get")
    class Loud(view_class(kept)):
        pass

    assert Loud().get("r") == "loud ode r ()"
    assert view_class(kept)().get("r") == "ode r ()"


def test_the_method_keeps_its_name_and_gets_the_decorators_marks(method_decorator):
    method = view_class(method_decorator([saying("one"), saying("two")])).get
    assert (method.__name__, method.__doc__, method.one, method.two) == (
        "get",
        "Reads.",
        True,
        True,
    )


def test_a_decorated_method_can_be_decorated_again(method_decorator):
    @method_decorator(saying("outer"), name="get")
    class Twice(view_class(method_decorator(saying("inner")))):
        pass

    assert Twice().get("r") == "outer inner ode r ()"


async def test_an_async_method_stays_one(method_decorator):
    class Poem:
        @method_decorator([kept, kept])
        async def get(self, request):
            return request

    assert iscoroutinefunction(Poem.get)
    assert await Poem().get("r") == "r"


def test_decorators_are_told_that_the_method_is_async():
    told = []

    def asking(function):
        told.append(iscoroutinefunction(function))
        return function

    class Poem:
        @ours.method_decorator(asking)
        @ours.method_decorator(asking)
        async def get(self, request): ...

    told.clear()
    Poem().get("r").close()
    assert told == [True, True]


@pytest.mark.parametrize("name", ["", "absent", "word"])
def test_says_what_is_wrong_with_the_name(name):
    errors = []
    for method_decorator in BOTH:
        with pytest.raises((ValueError, TypeError)) as caught:
            method_decorator(kept, name=name)(view_class(kept))
        errors.append((caught.type, str(caught.value)))
    assert errors[0] == errors[1]


class Callable:
    def __call__(self, function):
        return function


@pytest.mark.parametrize("decorator", [kept, Callable(), [kept]])
def test_is_called_after_its_decorator(decorator):
    names = [method_decorator(decorator).__name__ for method_decorator in BOTH]
    assert names[0] == names[1]


def test_works_with_the_decorators_of_views(rf):
    class Poem:
        @ours.method_decorator(require_GET)
        def dispatch(self, request): ...

    assert Poem.dispatch.allowed_methods == ("GET",)
    assert Poem().dispatch(rf.post("/")).status_code == 405

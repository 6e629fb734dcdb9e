"""What is declared sensitive stands in no report: variables and parameters, in both modes."""

import inspect
from io import BytesIO

import django.test
import django.views.debug
import django.views.decorators.debug as theirs
import pytest
from django.test.utils import override_settings as django_override_settings

import enfilade.views.decorators.debug as ours
from enfilade.bridge import iscoroutinefunction
from enfilade.test import AsyncRequestFactory, RequestFactory, override_settings
from enfilade.urls import path
from enfilade.views.debug import ExceptionReporter
from enfilade.views.decorators import method_decorator

# A report shows source, so what is looked for in it may not stand in the functions that fail.
ONE, TWO, FIELD = SECRETS = ["s3cret-one", "s3cret-two", "s3cret-field"]
COLOUR, SHOWN = "vermilion", "in full view"
FORM = {"card": FIELD, "name": "Ada"}


KINDS = {
    "nothing": lambda debug, view: view,
    "one variable": lambda debug, view: debug.sensitive_variables("one")(view),
    "all variables": lambda debug, view: debug.sensitive_variables()(view),
    "one parameter": lambda debug, view: debug.sensitive_post_parameters("card")(view),
    "all parameters": lambda debug, view: debug.sensitive_post_parameters()(view),
    "both": lambda debug, view: debug.sensitive_post_parameters("card")(
        debug.sensitive_variables()(view)
    ),
    "both, the other way round": lambda debug, view: debug.sensitive_variables()(
        debug.sensitive_post_parameters("card")(view)
    ),
}


def inside(one):
    two = TWO
    raise LookupError(len(one + two))


def plain(request):
    one = ONE
    colour = COLOUR  # noqa: F841
    inside(one)


async def aplain(request):
    one, two = ONE, TWO
    colour = COLOUR  # noqa: F841
    raise LookupError(len(one + two))


async def text_report(view, factory, reporter):
    request = factory.post("/", FORM)
    try:
        answer = view(request)
        if inspect.isawaitable(answer):
            await answer
    except LookupError as exc:
        report = reporter(request, LookupError, exc, exc.__traceback__)
        return report.get_traceback_html() + report.get_traceback_text()
    raise AssertionError("it did not fail")


@pytest.mark.parametrize("view", [plain, aplain])
@pytest.mark.parametrize("kind", KINDS)
async def test_hides_what_django_hides_in_its_production_report(kind, view):
    # Django remembers coroutine functions by their place in the source, once and for all.
    theirs.coroutine_functions_to_sensitive_variables.clear()
    here = await text_report(KINDS[kind](ours, view), RequestFactory(), ExceptionReporter)
    with django_override_settings(DEBUG=False, ROOT_URLCONF=()):
        there = await text_report(
            KINDS[kind](theirs, view),
            django.test.RequestFactory(),
            django.views.debug.ExceptionReporter,
        )
    assert [secret in here for secret in SECRETS] == [secret in there for secret in SECRETS]
    assert (COLOUR in here) == (COLOUR in there)


@pytest.mark.parametrize("debug", [False, True])
async def test_debug_makes_no_difference(debug):
    with override_settings(DEBUG=debug):
        view = KINDS["both"](ours, aplain)
        report = await text_report(view, AsyncRequestFactory(), ExceptionReporter)
    assert not [secret for secret in SECRETS if secret in report]


@pytest.mark.parametrize("view", [plain, aplain])
def test_the_page_of_debug_hides_them(site, view):
    client = site(path("", KINDS["both"](ours, view)), DEBUG=True)
    page = client.post("/", FORM).content.decode()
    assert "LookupError" in page
    assert COLOUR not in page
    assert not [secret for secret in SECRETS if secret in page]


def report_of(function, request=None):
    try:
        function()
    except Exception as exc:
        reporter = ExceptionReporter(request, type(exc), exc, exc.__traceback__)
        return reporter.get_traceback_html() + reporter.get_traceback_text()
    raise AssertionError("it did not fail")


def test_a_generator_may_be_declared():
    @ours.sensitive_variables("one")
    def rows():
        one = ONE
        received = yield one
        raise LookupError(received)

    def read():
        stream = rows()
        next(stream)
        stream.send("sent")

    report = report_of(read)
    assert ONE not in report
    assert "LookupError: sent" in report


def test_an_asynchronous_generator_is_refused():
    async def rows():
        yield 1

    with pytest.raises(TypeError, match="asynchronous generator"):
        ours.sensitive_variables("one")(rows)


def test_hides_them_in_the_exception_that_led_to_it():
    @ours.sensitive_variables("one")
    def first():
        one = ONE
        return {}[len(one)]

    def second():
        try:
            first()
        except KeyError as exc:
            raise ValueError("second") from exc

    assert ONE not in report_of(second)


def test_an_inner_declaration_replaces_the_outer_one():
    @ours.sensitive_variables("colour")
    def inner(one):
        colour = COLOUR
        raise LookupError(len(colour))

    @ours.sensitive_variables()
    def outer():
        inner(SHOWN)

    report = report_of(outer)
    assert COLOUR not in report
    assert SHOWN in report


def test_counts_for_what_is_reported_while_the_function_runs():
    @ours.sensitive_variables("one")
    def outer():
        def inner():
            one = ONE
            raise LookupError(len(one))

        return report_of(inner)

    assert ONE not in outer()


def test_a_copy_of_the_form_and_its_raw_body_are_no_way_round():
    request = RequestFactory().post(
        "/", f"card={FIELD}&name=Ada", content_type="application/x-www-form-urlencoded"
    )
    copies = [request.body.decode(), request.POST, request.POST.dict(), dict(request.POST)]

    @ours.sensitive_post_parameters("card")
    def view(request):
        every = [copies, {"form": request.POST}]
        raise LookupError(len(every))

    report = report_of(lambda: view(request), request)
    assert FIELD not in report
    assert "Ada" in report


def test_a_form_that_cannot_be_read_is_no_obstacle():
    request = RequestFactory().post("/", b"--x\r\nbroken", content_type="multipart/form-data")

    @ours.sensitive_post_parameters()
    def view(request):
        raise LookupError("after all")

    assert "after all" in report_of(lambda: view(request), request)


@pytest.mark.parametrize("name", ["sensitive_variables", "sensitive_post_parameters"])
def test_forgotten_parentheses_are_named(name):
    messages = []
    for package in (ours, theirs):
        with pytest.raises(TypeError) as caught:
            getattr(package, name)(lambda request: None)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def test_a_method_without_method_decorator_is_named():
    messages = []
    for package in (ours, theirs):

        class Poem:
            @package.sensitive_post_parameters()
            def get(self, request): ...

        with pytest.raises(TypeError) as caught:
            Poem().get(BytesIO())
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def test_works_on_methods_and_keeps_the_mode():
    class Poem:
        @method_decorator(ours.sensitive_post_parameters("card"))
        @ours.sensitive_variables("one")
        async def post(self, request):
            """Reads."""

    assert iscoroutinefunction(Poem.post)
    assert Poem.post.__doc__ == "Reads."


def test_a_report_needs_no_request():
    def fail():
        raise LookupError("lonely")

    report = report_of(fail)
    assert "lonely" in report
    assert "Settings:" in report

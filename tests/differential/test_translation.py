"""The language of a request, and addresses in several: the same site on both frameworks."""

import atexit
import functools
import json
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import django.conf.urls.i18n
import django.urls
import django.utils.translation
import django.views.i18n
import pytest
from django.http import HttpRequest as DjangoRequest
from django.test import override_settings as django_override_settings
from django.utils.translation import trans_real
from hypothesis import given
from hypothesis import strategies as st

import enfilade.translation
import enfilade.urls
import enfilade.urls.i18n
import enfilade.views.i18n
from enfilade.test import override_settings
from enfilade.translation.negotiation import parse_accept_lang_header
from oracle import DJANGO, ENFILADE, GATEWAYS, Framework, Outcome, run
from written import POLISH, THREE_FORMS, write_compiled

LANGUAGES = [("en", "English"), ("de", "German"), ("pt-br", "Brazilian"), ("zh-hans", "Chinese")]
CODES = [
    *(
        "en",
        "en-us",
        "EN-GB",
        "de",
        "de-at",
        "DE",
        "pt",
        "pt-br",
        "pt_BR",
        "pt-br-x",
        "zh",
        "zh-cn",
    ),
    *(
        "zh-hans",
        "zh-hant",
        "zh-hant-tw",
        "zh-tw",
        "sr",
        "sr-latn",
        "nn",
        "no",
        "xx",
        "",
        "-",
        "de-",
    ),
    *("de--at", "es-419", "ca@valencia", "x" * 9, "de-" + "x" * 9, "de/../en", "*", "i", "de\x00"),
    "de" + "-x" * 300,
    "x" * 600,
]
codes = st.one_of(st.sampled_from(CODES), st.text("denpt-_@bx*", max_size=9))
weights = st.sampled_from(
    [
        "",
        ";q=1",
        ";q=0.5",
        " ; q=0.125",
        ";q=1.000",
        ";q=0.1234",
        ";q=2",
        ";q=",
        ";Q=0.3",
        ";q=0.9 ",
    ]
)
fields = st.lists(st.tuples(codes, weights), max_size=5).flatmap(
    lambda parts: st.sampled_from([",", ", ", " , ", ",,", ";"]).map(
        lambda comma: comma.join(map("".join, parts))
    )
)
sites = st.lists(
    st.sampled_from(["en", "de", "de-at", "pt", "pt-br", "zh-hans", "zh-hant", "sr-latn", "es-mx"]),
    min_size=1,
    unique=True,
)


class both:
    """The same settings on both."""

    def __init__(self, **values: Any) -> None:
        self.overrides = [override_settings(**values), django_override_settings(**values)]

    def __enter__(self) -> None:
        for override in self.overrides:
            override.__enter__()

    def __exit__(self, *exc_info: Any) -> None:
        for override in self.overrides:
            override.__exit__(*exc_info)


def outcome(function: Any, *args: Any, **kwargs: Any) -> Any:
    try:
        return function(*args, **kwargs)
    except LookupError as error:
        return type(error)


@given(fields)
def test_reads_accept_language_as_django_does(field: str) -> None:
    assert parse_accept_lang_header(field) == trans_real.parse_accept_lang_header(field)


@given(languages=sites, code=codes, strict=st.booleans())
def test_chooses_the_variant_that_django_chooses(
    languages: list[str], code: str, strict: bool
) -> None:
    with both(LANGUAGES=[(each, each) for each in languages]):
        assert outcome(
            enfilade.translation.get_supported_language_variant, code, strict=strict
        ) == outcome(django.utils.translation.get_supported_language_variant, code, strict=strict)


@given(
    languages=sites,
    default=st.sampled_from(["en-us", "en", "de", "pt"]),
    field=fields,
    cookie=st.none() | codes,
    path=st.tuples(codes, st.sampled_from(["", "/", "/about/", "x"])).map("/".join) | codes,
    check_path=st.booleans(),
)
def test_negotiates_as_django_does(
    languages: list[str],
    default: str,
    field: str,
    cookie: str | None,
    path: str,
    check_path: bool,
) -> None:
    cookies = {} if cookie is None else {"language": cookie}
    request = SimpleNamespace(
        path_info=f"/{path}", META={"HTTP_ACCEPT_LANGUAGE": field}, COOKIES=cookies
    )
    with both(
        LANGUAGES=[(each, each) for each in languages],
        LANGUAGE_CODE=default,
        LANGUAGE_COOKIE_NAME="language",
    ):
        ours = enfilade.translation.get_language_from_request(request, check_path)  # type: ignore[arg-type]
        assert ours == django.utils.translation.get_language_from_request(request, check_path)
        assert enfilade.translation.get_language_from_path(
            request.path_info
        ) == django.utils.translation.get_language_from_path(request.path_info)


@given(st.sampled_from(CODES) | st.text("abcdeñ-_@X", max_size=12))
def test_calls_a_locale_as_django_does(code: str) -> None:
    for name in ("to_locale", "to_language"):
        ours, theirs = (
            getattr(each.translation, name)
            for each in (enfilade, SimpleNamespace(translation=django.utils.translation))
        )
        assert ours(code) == theirs(code)


# Sites

TOOLS = {
    "enfilade": (enfilade.translation, enfilade.urls.i18n, enfilade.views.i18n),
    "django": (django.utils.translation, django.conf.urls.i18n, django.views.i18n),
}


GERMAN = r"""
msgid "about/"
msgstr "ueber/"

msgid "information/<int:number>/"
msgstr "info/<int:number>/"

msgid "^r-(\\d+)/$"
msgstr "^verweis-(\\d+)/$"

msgid "Hello"
msgstr "Hallo"

msgctxt "month"
msgid "Maytime"
msgstr "Maizeit"

msgid "%(n)d apple"
msgid_plural "%(n)d apples"
msgstr[0] "%(n)d Apfel"
msgstr[1] "%(n)d Äpfel"

msgctxt "tree"
msgid "%(n)d pear"
msgid_plural "%(n)d pears"
msgstr[0] "%(n)d Birne"
msgstr[1] "%(n)d Birnen"
"""


@functools.cache
def catalogues() -> Path:
    """A folder for both, in German and Polish."""
    folder = Path(tempfile.mkdtemp(prefix="enfilade-catalogues-"))
    atexit.register(shutil.rmtree, folder)
    write_compiled(folder, "de", GERMAN)
    write_compiled(folder, "pl", POLISH, THREE_FORMS)
    return folder


def site(framework: Framework, calls: list[str], **options: Any) -> Any:
    """A URLconf with pages below and beside a prefix, and translated routes."""
    translation, i18n, views = TOOLS[framework.name]
    path, http = framework.urls.path, framework.http

    def page(request: Any, **kwargs: Any) -> Any:
        calls.append(f"{request.LANGUAGE_CODE} {translation.get_language()}")
        code = str(framework.urls.reverse("page", kwargs={"number": 3}))
        return http.HttpResponse(json.dumps([code, str(kwargs)]))

    def speaks(request: Any, *args: str) -> Any:
        translation.activate("de")
        return http.HttpResponse("", headers=request.GET.dict())

    async def apage(request: Any, **kwargs: Any) -> Any:
        return page(request, **kwargs)

    class urlconf:
        urlpatterns = [
            path("plain/", page, name="plain"),
            path("speaks/", speaks),
            path("set/", views.set_language),
            path(translation.gettext_lazy("about/"), page, name="about"),
            framework.urls.re_path(translation.gettext_lazy(r"^r-(\d+)/$"), speaks, name="r"),
            *i18n.i18n_patterns(
                path("pages/<int:number>/", page, name="page"),
                path("apages/<int:number>/", apage),
                path("noslash", page),
                path(translation.gettext_lazy("information/<int:number>/"), page, name="info"),
                path("", page, name="home"),
                **options,
            ),
        ]

    return urlconf


MIDDLEWARE = "{}.middleware.locale.LocaleMiddleware"
ask = pytest.mark.parametrize(
    ("path", "headers"),
    [
        (path, headers)
        for path in (
            *("/", "/de/", "/de", "/en/pages/3/", "/de/pages/3/", "/pages/3/", "/pages/3", "/fr/"),
            *("/plain/", "/plain", "/pt-br/apages/4/", "/apages/4/", "/DE/pages/3/", "/de-at/"),
            *(
                "/speaks/",
                "/noslash",
                "/about/",
                "/ueber/",
                "/r-3/",
                "/de/info/5/",
                "/zh-cn/",
                "//evil.example/pages/3/",
                "/none/",
            ),
        )
        for headers in (
            {},
            {"Accept-Language": "de-CH, fr;q=0.5"},
            {"Accept-Language": "de", "Cookie": "language=pt-br"},
        )
    ],
)


def answers(asgi: bool, options: dict[str, Any], **request: Any) -> list[Outcome]:
    found = []
    for framework in (ENFILADE, DJANGO):
        calls: list[str] = []
        handler = framework.ASGIHandler if asgi else framework.WSGIHandler
        name = MIDDLEWARE.format(framework.name)
        with framework.settings(
            LANGUAGES=LANGUAGES,
            LANGUAGE_CODE="en",
            LANGUAGE_COOKIE_NAME="language",
            LOCALE_PATHS=[catalogues()],
            MIDDLEWARE=[name],
        ):
            urlconf = site(framework, calls, **options)
            with framework.settings(ROOT_URLCONF=urlconf):
                outcome = run(handler, calls, asgi=asgi, **request)
        body = b"" if outcome.status == 404 else outcome.body
        headers = tuple((name, value.strip()) for name, value in outcome.headers)
        found.append(Outcome(outcome.status, headers, body, outcome.calls))
    return found


@GATEWAYS
@pytest.mark.parametrize("prefixed", [True, False], ids=["all prefixed", "default bare"])
@ask
def test_walks_as_django_does(
    asgi: bool, prefixed: bool, path: str, headers: dict[str, str]
) -> None:
    options = {"prefix_default_language": prefixed}
    ours, theirs = answers(asgi, options, path=path, headers=headers, query="a=%C3%BC")
    headers_of = [
        [(name, value) for name, value in each.headers if name.lower() != "content-length"]
        for each in (ours, theirs)
    ]
    if ours.status == 404:
        headers_of = [[pair for pair in each if pair[0] != "Content-Type"] for each in headers_of]
    assert (ours.status, headers_of[0], ours.calls) == (theirs.status, headers_of[1], theirs.calls)
    assert ours.body == theirs.body


LANGUAGES_SENT = ["de", "DE", "pt-br", "en", "", None, "x" * 600, "a/b"]
GONE_TO = [
    *(("text/html", after) for after in ("", "/en/pages/3/?a=b#c", "/pages/3/", "/plain/")),
    *(("text/html", after) for after in ("//evil.example/", "https://evil.example/", "\\\\e")),
    *(("application/json", after) for after in ("", "/en/pages/3/", "//evil.example/")),
]
REFERERS = ["", "http://testserver/en/pages/3/", "http://evil.example/"]
TO_SET = [
    *((code, how, GONE_TO[1], "") for code in LANGUAGES_SENT for how in ("POST", "GET")),
    *(("de", "POST", after, referer) for after in GONE_TO for referer in REFERERS),
]


@pytest.mark.parametrize(("language", "method", "to", "referer"), TO_SET)
def test_sets_the_language_as_django_does(
    language: str | None, method: str, to: tuple[str, str], referer: str
) -> None:
    accept, after = to
    fields = [f"next={after.replace('#', '%23').replace('?', '%3F')}"]
    if language is not None:
        fields.append(f"language={language}")
    headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
    if referer:
        headers["Referer"] = referer
    body = "&".join(fields).encode()
    ours, theirs = answers(False, {}, path="/set/", method=method, headers=headers, body=body)
    assert ours == theirs


@pytest.mark.parametrize(
    "url",
    [
        *("/en/pages/3/", "/de/pages/3/?x=1#y", "/plain/", "/no/", "http://host/en/", "//host/en/"),
        *("/about/", "/ueber/", "/de/info/3/", "/en/information/3/", "/r-3/", "/verweis-7/"),
    ],
)
@pytest.mark.parametrize("active", ["en", "de"])
@pytest.mark.parametrize("target", ["en", "de", "pt-br", "xx"])
def test_translates_addresses_as_django_does(url: str, active: str, target: str) -> None:
    found = []
    for framework in (ENFILADE, DJANGO):
        translation = TOOLS[framework.name][0]
        with framework.settings(
            LANGUAGES=LANGUAGES, LANGUAGE_CODE="en", LOCALE_PATHS=[catalogues()]
        ):
            urlconf = site(framework, [])
            with framework.settings(ROOT_URLCONF=urlconf), translation.override(active):
                found.append(framework.urls.translate_url(url, target))
    assert found[0] == found[1]


def test_q_0_is_a_refusal() -> None:
    request = DjangoRequest()
    request.path_info = "/"
    request.META = {"HTTP_ACCEPT_LANGUAGE": "de;q=0"}
    with both(LANGUAGES=LANGUAGES, LANGUAGE_CODE="en"):
        assert enfilade.translation.get_language_from_request(request) == "en"  # type: ignore[arg-type]
        assert django.utils.translation.get_language_from_request(request) == "de"


# Texts

LANGUAGE = st.sampled_from(["de", "de-at", "pl", "en", "fr", "pt-br", "../de", None])
MESSAGES = st.sampled_from(["Hello", "", "about/", "Maytime", "no\r\nsuch", "%(n)d apple"])


@given(
    language=LANGUAGE,
    default=st.sampled_from(["en", "en-us", "de"]),
    message=MESSAGES,
    number=st.integers(0, 130),
)
def test_says_what_django_says(
    language: str | None, default: str, message: str, number: int
) -> None:
    said = []
    apples, pears = ("%(n)d apple", "%(n)d apples"), ("%(n)d pear", "%(n)d pears")
    for framework in (ENFILADE, DJANGO):
        spoken = TOOLS[framework.name][0]
        with framework.override_settings(LANGUAGE_CODE=default, LOCALE_PATHS=[catalogues()]):
            lazy = [
                spoken.gettext_lazy(message),
                spoken.pgettext_lazy("month", message),
                spoken.ngettext_lazy(*apples, number) % {"n": number},
                spoken.npgettext_lazy("tree", *pears, number),
            ]
            later = [spoken.ngettext_lazy(*apples, "n"), spoken.npgettext_lazy("tree", *pears, "n")]
            with spoken.override(language):
                said.append(
                    [
                        spoken.get_language(),
                        spoken.get_language_bidi(),
                        spoken.gettext(message),
                        spoken.pgettext("month", message),
                        spoken.ngettext(*apples, number),
                        spoken.npgettext("tree", *pears, number),
                        *map(str, lazy),
                        *(each % {"n": number} for each in later),
                    ]
                )
            said[-1].append(spoken.get_language())
    assert said[0] == said[1]

"""What is left over from Django: settings without a meaning, and Django's middleware."""

import pytest
from django.conf import global_settings

from enfilade.conf.settings import DEFAULTS
from enfilade.explain.checks import foreign, middleware, staticfiles
from enfilade.explain.checks.used import OURS
from enfilade.test import override_settings
from ordering import CORS, REQUEST_ID, SECURITY, STATIC, own_middleware

EMAIL = [name for name in dir(global_settings) if name.startswith("EMAIL_")]


def told(name, value):
    with override_settings(**{name: value}):
        return [(found.message, found.hint) for found in foreign.check_settings()]


@pytest.mark.parametrize("name", [*foreign.INSTEAD, *EMAIL])
def test_a_setting_of_django_s_that_means_nothing_here_says_what_to_do(name):
    [(message, hint)] = told(name, "x")
    assert message.startswith(f"{name} is a setting of Django's")
    assert hint.startswith("Leave it out. ")


def test_what_is_told_of_is_django_s_and_not_ours():
    of_channels_or_before_django_5 = {"ASGI_APPLICATION", "USE_L10N"}
    assert set(foreign.INSTEAD) <= set(dir(global_settings)) | of_channels_or_before_django_5
    assert not set(foreign.INSTEAD) & set(DEFAULTS)


@pytest.mark.parametrize("name", ["NEWSROOM", "DATABASE_URL", "LANGUAGE_CODE"])
def test_ours_and_those_of_the_site_are_not_spoken_of(name):
    assert told(name, "en") == []


# Middleware ------------------------------------------------------------------------------------


def test_every_middleware_of_ours_can_be_suggested():
    assert set(OURS) == {f"{each.__module__}.{each.__qualname__}" for each in own_middleware()}


@pytest.mark.parametrize(
    ("entry", "meant"),
    [
        ("enfilade.middleware.security.SecurityMidleware", SECURITY),
        ("enfilade.middlewares.security.SecurityMiddleware", SECURITY),
        ("enfilade.middleware.SecurityMiddleware", SECURITY),
        ("enfilade.middleware.cors.CORSMiddleware", CORS),
        ("django_of_old.middleware.security.SecurityMiddleware", SECURITY),
    ],
)
def test_a_slip_in_an_entry_is_told_what_was_meant(entry, meant):
    with override_settings(MIDDLEWARE=[entry]):
        [found] = middleware.check_importable()
    assert found.message.startswith(f"The middleware {entry} cannot be imported: ")
    assert found.hint == f"Did you mean {meant!r}?"


def test_an_entry_like_none_of_ours_is_told_what_an_entry_is():
    with override_settings(MIDDLEWARE=["newsroom.Porter"]):
        [found] = middleware.check_importable()
    assert found.hint == "An entry is the dotted path of a class or function, module first."


@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        ("django.middleware.security.SecurityMiddleware", f"Did you mean {SECURITY!r}?"),
        ("django.contrib.sites.middleware.CurrentSiteMiddleware", "Write it as a middleware of"),
    ],
)
def test_a_middleware_of_django_s_is_an_error_though_django_is_installed(entry, hint):
    with override_settings(MIDDLEWARE=[entry]):
        [found] = middleware.check_ours()
    assert found.id == "middleware.E007"
    assert found.hint.startswith(hint)


# Static files ----------------------------------------------------------------------------------

COMMON = "enfilade.middleware.common.CommonMiddleware"


class OwnCommon(dict):
    """Something of the site's own."""


@pytest.mark.parametrize(
    ("order", "passed"),
    [
        ([SECURITY, STATIC, COMMON], None),
        ([REQUEST_ID, SECURITY, CORS, STATIC, COMMON], None),
        ([SECURITY, COMMON], None),
        ([STATIC], None),
        ([SECURITY, COMMON, STATIC], "CommonMiddleware"),
        ([SECURITY, OwnCommon, COMMON, STATIC], "OwnCommon, CommonMiddleware"),
    ],
)
def test_static_files_that_pass_through_the_whole_corridor_are_told_of(order, passed):
    with override_settings(MIDDLEWARE=order):
        found = [each.message for each in staticfiles.check_place()]
    assert found == (
        [
            f"StaticFilesMiddleware stands behind {passed}, so every static file passes through "
            "there."
        ]
        if passed
        else []
    )

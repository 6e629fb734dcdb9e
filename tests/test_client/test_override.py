"""Other settings for a while."""

import unittest

import pytest

from enfilade.conf import settings
from enfilade.dispatch import setting_changed
from enfilade.template import engines
from enfilade.test import modify_settings, override_script_prefix, override_settings
from enfilade.urls import get_resolver, path, reverse


class First:
    urlpatterns = [path("first/", lambda request: None)]


class Second:
    urlpatterns = [path("second/", lambda request: None)]


class Named:
    urlpatterns = [path("first/", lambda request: None, name="first")]


def test_sets_and_puts_back():
    before = settings.explicit()
    with override_settings(APPEND_SLASH=False, SOMETHING_NEW=1):
        assert (settings.APPEND_SLASH, settings.SOMETHING_NEW) == (False, 1)
    assert settings.APPEND_SLASH is True
    assert not hasattr(settings, "SOMETHING_NEW")
    assert settings.explicit() == before


def test_puts_back_after_an_error():
    with pytest.raises(LookupError), override_settings(APPEND_SLASH=False):
        raise LookupError
    assert settings.APPEND_SLASH is True


def test_nests_even_the_same_object():
    override = override_settings(APPEND_SLASH=False)
    with override:
        with override_settings(APPEND_SLASH=True), override:
            assert settings.APPEND_SLASH is False
        assert settings.APPEND_SLASH is False
    assert settings.APPEND_SLASH is True


def test_decorates_functions_of_both_kinds():
    @override_settings(APPEND_SLASH=False)
    def plain(argument):
        return argument, settings.APPEND_SLASH

    assert plain("x") == ("x", False)
    assert settings.APPEND_SLASH is True


@override_settings(APPEND_SLASH=False)
async def test_decorates_coroutine_functions():
    assert settings.APPEND_SLASH is False


def test_decorates_test_cases():
    @override_settings(APPEND_SLASH=False)
    class Case(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            cls.seen = settings.APPEND_SLASH

        def test(self):
            self.assertFalse(self.seen)
            self.assertFalse(settings.APPEND_SLASH)

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
    assert (result.testsRun, result.errors, result.failures) == (1, [], [])
    assert settings.APPEND_SLASH is True


def test_does_not_decorate_other_classes():
    with pytest.raises(TypeError, match="TestCase"):
        override_settings(APPEND_SLASH=False)(type("Other", (), {}))


def test_routes_and_engines_follow():
    with override_settings(ROOT_URLCONF=First, TEMPLATES=[{"NAME": "first"}]):
        first = engines()
        assert get_resolver().resolve("/first/")
        with override_settings(ROOT_URLCONF=Second, TEMPLATES=[{"NAME": "second"}]):
            assert list(engines()) == ["second"]
            assert get_resolver().resolve("/second/")
        assert list(engines()) == list(first) == ["first"]
        assert get_resolver().resolve("/first/")


def test_tells_the_signal():
    heard = []

    def listen(setting, value, enter, **named):
        heard.append((setting, value, enter))

    setting_changed.connect(listen)
    try:
        with override_settings(APPEND_SLASH=False):
            pass
    finally:
        setting_changed.disconnect(listen)
    assert heard == [("APPEND_SLASH", False, True), ("APPEND_SLASH", True, False)]


def test_a_listener_that_objects_leaves_the_settings_as_they_were():
    def object_to_it(enter, **named):
        if enter:
            raise ValueError("not that")

    setting_changed.connect(object_to_it)
    try:
        with pytest.raises(ValueError, match="not that"), override_settings(APPEND_SLASH=False):
            pass
    finally:
        setting_changed.disconnect(object_to_it)
    assert settings.APPEND_SLASH is True


# Lists ---------------------------------------------------------------------------------------


def test_changes_lists_as_django_does():
    from django.conf import settings as django_settings
    from django.test import modify_settings as django_modify_settings

    operations = {
        "ALLOWED_HOSTS": {"append": ["a", "b"], "prepend": "c", "remove": ["b"]},
        "SOMETHING_NEW": {"append": "x"},
    }
    with modify_settings(**operations), django_modify_settings(**operations):
        assert settings.ALLOWED_HOSTS[0] == "c"
        assert "b" not in settings.ALLOWED_HOSTS
        with modify_settings(ALLOWED_HOSTS={"append": "a"}):
            assert settings.ALLOWED_HOSTS.count("a") == 1
        assert settings.SOMETHING_NEW == django_settings.SOMETHING_NEW == ["x"]
    assert "c" not in settings.ALLOWED_HOSTS
    assert not hasattr(settings, "SOMETHING_NEW")


def test_takes_a_factory_into_the_middleware():
    def factory(get_response):
        return get_response

    with modify_settings(MIDDLEWARE={"append": factory}):
        (added,) = settings.MIDDLEWARE
        assert added is factory


def test_refuses_an_action_that_does_not_exist():
    with pytest.raises(ValueError, match="'add' is nothing that can be done to MIDDLEWARE"):
        modify_settings(MIDDLEWARE={"add": "x"})


@modify_settings(ALLOWED_HOSTS={"append": "decorated"})
async def test_changed_lists_decorate_too():
    assert "decorated" in settings.ALLOWED_HOSTS


def test_those_of_a_subclass_win_and_changes_come_after_replacements():
    @modify_settings(ALLOWED_HOSTS={"append": "b"})
    @override_settings(ALLOWED_HOSTS=["a"], APPEND_SLASH=False, PREPEND_WWW=True)
    class Parent(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            super().setUpClass()

        def test(self):
            cls = type(self)
            cls.seen = (settings.ALLOWED_HOSTS, settings.APPEND_SLASH, settings.PREPEND_WWW)

    @override_settings(APPEND_SLASH=True)
    class Child(Parent):
        @classmethod
        def setUpClass(cls):
            super().setUpClass()

    for case in (Child, Parent, Child):
        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
        assert result.wasSuccessful(), result.errors
    assert Parent.seen == (["a", "b"], False, True)
    assert Child.seen == (["a", "b"], True, True)
    assert settings.PREPEND_WWW is False


# The mount point -----------------------------------------------------------------------------


def test_reverses_below_another_mount_point():
    with override_settings(ROOT_URLCONF=Named):
        with override_script_prefix("/shop/"):
            assert reverse("first") == "/shop/first/"
        assert reverse("first") == "/first/"

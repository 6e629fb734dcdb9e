"""``SimpleTestCase`` and ``LiveServerTestCase``, run as unittest runs them."""

import unittest
import urllib.request

from enfilade.conf import settings
from enfilade.test import (
    AsyncClient,
    Client,
    LiveServerTestCase,
    SimpleTestCase,
    override_settings,
)


def run(case):
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    return result


def failures(case):
    result = run(case)
    return [text for _, text in (*result.errors, *result.failures)]


def test_each_test_has_a_client_of_its_own():
    class Case(SimpleTestCase):
        def test_one(self):
            assert not self.client.cookies
            self.client.get("/set/")

        test_two = test_one

    assert failures(Case) == []


def test_a_test_may_be_a_coroutine_function():
    class Case(SimpleTestCase):
        async def test_passes(self):
            response = await self.async_client.get("/echo/")
            self.assertContains(response, "testserver")

        async def test_fails(self):
            self.assertContains(await self.async_client.get("/echo/"), "no such text")

    result = run(Case)
    assert result.testsRun == 2
    assert [test._testMethodName for test, _ in result.failures] == ["test_fails"]


def test_a_coroutine_can_be_debugged():
    class Case(SimpleTestCase):
        async def test(self):
            assert (await self.async_client.get("/echo/")).status_code == 200
            type(self).ran = True

    Case("test").debug()
    assert Case.ran


def test_clients_may_be_of_another_class():
    class Mine(Client):
        pass

    class MyAsync(AsyncClient):
        pass

    class Case(SimpleTestCase):
        client_class, async_client_class = Mine, MyAsync

        def test(self):
            assert type(self.client) is Mine
            assert type(self.async_client) is MyAsync

    assert failures(Case) == []


def test_the_site_answers_to_the_client_and_hides_its_errors():
    class Case(SimpleTestCase):
        def test(self):
            assert settings.DEBUG is False
            assert self.client.get("/echo/").status_code == 200

    with override_settings(ALLOWED_HOSTS=["www.example.org"], DEBUG=True):
        assert failures(Case) == []
        assert settings.ALLOWED_HOSTS == ["www.example.org"]
        assert settings.DEBUG is True


def test_the_class_may_want_its_errors_shown():
    @override_settings(DEBUG=True)
    class Case(SimpleTestCase):
        def test(self):
            assert settings.DEBUG is True

    assert failures(Case) == []


def test_settings_change_for_a_block():
    class Case(SimpleTestCase):
        def test(self):
            with self.settings(APPEND_SLASH=False), self.modify_settings(MY={"append": "x"}):
                assert (settings.APPEND_SLASH, settings.MY) == (False, ["x"])
            assert settings.APPEND_SLASH is True

    assert failures(Case) == []


def test_the_site_is_served_while_the_tests_of_the_class_run():
    class Case(LiveServerTestCase):
        host = "127.0.0.1"

        def test_one(self):
            with urllib.request.urlopen(f"{self.live_server_url}/echo/") as answer:
                assert answer.status == 200
            type(self).seen = self.live_server_url

        test_two = test_one

    assert failures(Case) == []
    assert Case.seen.startswith("http://127.0.0.1:")

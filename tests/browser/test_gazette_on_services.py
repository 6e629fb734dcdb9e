"""The same desk with accounts in PostgreSQL, sessions in Redis and two workers."""

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from paper import Paper, printed
from patience import PATIENCE
from services import Service

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(120)]

SETTINGS = """
SESSION_ENGINE = "enfilade.contrib.sessions.backends.cache"
CACHES = {{
    "default": {{"BACKEND": "enfilade.cache.backends.redis.RedisCache", "LOCATION": {url!r}}}
}}
"""


@pytest.fixture(scope="module")
def paper(
    tmp_path_factory: pytest.TempPathFactory, postgresql: Service, redis: Service
) -> Iterator[Paper]:
    with psycopg.connect(postgresql.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE gazette")
    accounts = postgresql.url.replace("/postgres", "/gazette")
    settings = SETTINGS.format(url=redis.url.removesuffix("/0") + "/7")
    folder = tmp_path_factory.mktemp("paper")
    with printed(folder, "--workers", "2", settings=settings, GAZETTE_ACCOUNTS=accounts) as paper:
        yield paper


def test_the_desk_works_whichever_worker_answers(paper: Paper, tab: Any) -> None:
    tab.goto(f"{paper.url}/desk/")
    paper.sign_in(tab)
    address = paper.write(tab, "Two Presses, One Paper")
    assert tab.locator(".message").all_inner_texts() == ["“Two Presses, One Paper” is in print."]
    cookies = {each["name"]: each["value"] for each in tab.context.cookies()}
    for _ in range(12):  # each by a connection of its own, so by either worker
        assert (
            "You have signed in as"
            in httpx.get(f"{paper.url}/desk/", cookies=cookies, timeout=PATIENCE).text
        )
    tab.get_by_role("link", name="Edit this article").click()
    tab.get_by_label("Title").fill("One Paper, Two Presses")
    tab.get_by_role("button", name="Print it anew").click()
    assert tab.url == address
    assert tab.locator(".message").all_inner_texts() == [
        "“One Paper, Two Presses” has been changed."
    ]
    tab.goto(f"{paper.url}/desk/")
    tab.get_by_role("button", name="Sign out").click()
    for _ in range(12):
        assert httpx.get(f"{paper.url}/desk/", cookies=cookies, timeout=PATIENCE).status_code == 302

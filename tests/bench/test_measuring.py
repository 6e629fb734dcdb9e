"""The measuring itself, against Enfilade: only right answers count, every request is seen."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.contest import Ask, NotMeasured, Run
from bench.machine import cores
from bench.open_loop import paced
from bench.rows import ARTICLE, BROWSER_HELLO, HELLO, NEWSPAPER, OURS, ROWS
from bench.serving import SITES, Serving, serving
from bench.verify import check


def quick_run() -> Run:
    server, client = cores()
    return Run(0.2, server, client, Path(sys.executable))


@pytest.fixture(scope="module")
def hello() -> Iterator[Serving]:
    with serving(OURS, quick_run()) as server:
        yield server


def test_a_right_answer_is_accepted_and_has_a_length(hello: Serving) -> None:
    assert check(hello.port, BROWSER_HELLO) > len(b"HTTP/1.1 200 OK\r\n\r\nhello")


def test_another_body_is_not_measured(hello: Serving) -> None:
    with pytest.raises(NotMeasured, match="another body: b'hello'"):
        check(hello.port, Ask(answer=b"bonjour"))


@pytest.mark.slow
def test_another_status_is_not_measured() -> None:
    with (
        serving(NEWSPAPER[0], quick_run()) as server,
        pytest.raises(NotMeasured, match=r"/missing/ answers HTTP/1\.1 404"),
    ):
        check(server.port, Ask("/missing/", answer=ARTICLE.answer))


def test_the_article_of_the_newspaper_is_right() -> None:
    with serving(NEWSPAPER[0], quick_run()) as server:
        check(server.port, ARTICLE)


def test_a_server_that_ends_at_once_is_not_measured_and_says_why() -> None:
    contestant = type(OURS)(OURS.server, "no_such_module:application")
    with pytest.raises(NotMeasured, match="it ended at once"), serving(contestant, quick_run()):
        pass


def test_an_open_loop_sees_an_answer_to_every_request(hello: Serving) -> None:
    length = check(hello.port, HELLO)
    seen = paced(hello, HELLO, length, 500, quick_run())
    assert seen["answered"] == 100
    assert 0 < seen["0.5"] <= seen["0.99"] <= seen["0.999"]


def test_the_processes_of_a_server_have_memory_and_time(hello: Serving) -> None:
    assert len(hello.pids()) >= 2  # the supervisor and its worker
    assert hello.bytes_of("Pss", "smaps_rollup") > 1024 * 1024
    assert hello.cpu_seconds() > 0


# The rows ----------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_goals_are_against_contestants_of_the_row(row) -> None:
    names = [contestant.name for contestant in row.contestants]
    assert len(set(names)) == len(names)
    assert names[0] == "Enfilade"
    for goal in row.goals:
        assert set(goal.against) <= set(names[1:])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_site_is_there(row) -> None:
    for contestant in row.contestants:
        assert (SITES / f"{contestant.application.partition(':')[0]}.py").is_file()


def test_the_browser_sends_sixteen_fields() -> None:
    assert len(BROWSER_HELLO.all_fields) == 16

"""One name for each status, in status lines and in the titles of problems."""

import pytest

from enfilade.contrib.api import Problem
from enfilade.http import HttpResponse
from enfilade.protocol.error_response import status_text
from enfilade.test import RequestFactory

RENAMED = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}


@pytest.mark.parametrize(("status", "phrase"), RENAMED.items())
def test_both_halves_have_the_words_of_rfc_9110_on_every_python(status: int, phrase: str) -> None:
    assert HttpResponse(status=status).reason_phrase == phrase
    assert status_text(status) == f"{status} {phrase}"


@pytest.mark.parametrize("status", [404, 413, 422, 503])
def test_the_title_of_a_problem_is_the_phrase_of_its_status_line(status: int) -> None:
    response = Problem(status).response(RequestFactory().get("/"))
    assert f'"title":"{response.reason_phrase}"' in response.content.decode()

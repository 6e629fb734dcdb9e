"""``request.data`` by media type and method."""

import pytest

from enfilade.contrib.api import JSONParser, api_view

FORM = "application/x-www-form-urlencoded"
MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nA hall\r\n'
    b'--x\r\nContent-Disposition: form-data; name="plan"; filename="plan.txt"\r\n\r\nfour walls\r\n'
    b"--x--\r\n"
)
WRITING = ["POST", "PUT", "PATCH", "DELETE"]


@api_view(WRITING)
def echo(request):
    data = request.data
    files = {name: file.read().decode() for name, file in request.FILES.items()}
    return {"data": data if isinstance(data, (list, str, int)) or not hasattr(data, "lists")
            else dict(data.lists()), "files": files}  # fmt: skip


@pytest.fixture(autouse=True)
def site(install):
    install(echo)


@pytest.mark.parametrize("method", WRITING)
@pytest.mark.parametrize(
    ("type", "body", "data", "files"),
    [
        ("application/json", b'{"rooms": [1, 2]}', {"rooms": [1, 2]}, {}),
        ("Application/JSON; charset=latin-1", '"é"'.encode(), "é", {}),
        (FORM, b"a=1&a=2&b=%C3%A9", {"a": ["1", "2"], "b": ["é"]}, {}),
        (
            "multipart/form-data; boundary=x",
            MULTIPART,
            {"title": ["A hall"]},
            {"plan": "four walls"},
        ),
    ],
)
def test_a_body_is_parsed_whatever_the_method(ask, method, type, body, data, files):
    answer = ask(method, "/", body, type)
    assert answer.status_code == 200
    assert answer.json() == {"data": data, "files": files}


@pytest.mark.parametrize("type", ["application/json", FORM, "text/plain", ""])
def test_no_body_is_no_data(ask, type):
    answer = ask("DELETE", "/", b"", type)
    assert answer.json() == {"data": {}, "files": {}}


@pytest.mark.parametrize("method", WRITING)
@pytest.mark.parametrize("type", ["text/plain", "application/xml", "application/json-seq", ""])
def test_an_unknown_type_is_answered_with_those_that_are_known(ask, method, type):
    answer = ask(method, "/", b"[1]", type)
    taken = f"application/json, {FORM}, multipart/form-data"
    assert answer.status_code == 415
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Accept"] == taken
    assert answer.get("Accept-Post") == (taken if method == "POST" else None)
    assert answer.get("Accept-Patch") == (taken if method == "PATCH" else None)
    assert taken in answer.json()["detail"]


def test_a_content_coding_is_refused_as_such(ask):
    answer = ask("POST", "/", b"\x1f\x8b", content_encoding="gzip")
    assert answer.status_code == 415
    assert answer["Accept-Encoding"] == "identity"


def test_malformed_json_is_answered_with_its_place(ask):
    answer = ask("POST", "/", b'{"a": 1,\n  "b" 2}')
    problem = answer.json()
    assert answer.status_code == problem["status"] == 400
    assert (problem["line"], problem["column"]) == (2, 7)
    assert "':' delimiter" in problem["detail"]


@pytest.mark.parametrize(
    "body", [b'{"a": 1, "a": 2}', b"NaN", b"1e999", b'"\\ud800"', b"\xff", b"[" * 100_000]
)
def test_a_hostile_body_is_a_bad_request(ask, body):
    answer = ask("PUT", "/", body)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("The body is not JSON: ")


@pytest.mark.parametrize("type", ["application/json", FORM])
def test_the_limit_of_the_framework_holds(ask, install, type):
    install(echo, DATA_UPLOAD_MAX_MEMORY_SIZE=20)
    assert ask("PUT", "/", b'"0123456789"', type).status_code == 200
    answer = ask("PUT", "/", b'"0123456789 0123456789"', type)
    assert answer.status_code == 400
    assert "DATA_UPLOAD_MAX_MEMORY_SIZE" in answer.json()["detail"]


def test_the_number_of_fields_has_its_limit_for_any_method(ask, install):
    install(echo, DATA_UPLOAD_MAX_NUMBER_FIELDS=2)
    assert ask("PATCH", "/", b"a=1&b=2&c=3", FORM).status_code == 400


def test_a_malformed_multipart_form_is_a_problem(ask):
    answer = ask("PUT", "/", b"--x\r\nno colon\r\n\r\n", "multipart/form-data; boundary=x")
    assert answer.status_code == answer.json()["status"] == 400


def test_a_view_takes_what_it_has_parsers_for(ask, install):
    class CSVParser:
        media_type = "text/csv"

        def parse(self, request):
            return [line.split(",") for line in request.body.decode().splitlines()]

    merge = JSONParser("application/merge-patch+json", max_depth=2)

    @api_view(["PATCH"], parsers=[CSVParser(), merge])
    def table(request):
        return {"data": request.data}

    install(table)
    assert ask("PATCH", "/", b"a,b\nc,d", "text/csv").json()["data"] == [["a", "b"], ["c", "d"]]
    assert ask("PATCH", "/", {"a": [1]}, merge.media_type).json()["data"] == {"a": [1]}
    assert ask("PATCH", "/", [[[1]]], merge.media_type).status_code == 400
    assert ask("PATCH", "/", [1]).status_code == 415

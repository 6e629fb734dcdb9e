"""What ``enfilade explain --analyze --perfetto`` writes."""

import json

import pytest


def test_writes_each_request_that_was_made(site):
    done = site.enfilade(
        "explain", "--analyze", "GET", "/articles/2026/a-door/?token=lilac", "--times", "3",
        "--perfetto", "out.json", "--json",
    )  # fmt: skip
    assert done.stderr == "3 requests written to out.json; ui.perfetto.dev opens it.\n"
    assert json.loads(done.stdout)["measured"]["times"] == 3
    text = (site.path / "out.json").read_text()
    rows = json.loads(text)["traceEvents"]
    requests = [row for row in rows if row.get("cat") == "request" and row["args"].get("span")]
    assert [row["name"] for row in requests] == ["GET articles/<int:year>/<slug:slug>/"] * 3
    assert len({row["args"]["span"] for row in requests}) == 3
    begun = [row["ts"] for row in requests]
    assert begun == sorted(begun)
    assert len([row for row in rows if row["ph"] == "s"]) == 3  # a hop in each
    assert "lilac" not in text


def test_is_for_what_is_measured_here(site):
    for more in ((), ("--analyze", "--server", "http://localhost:1")):
        done = site.enfilade("explain", "GET", "/", "--perfetto", "out.json", *more)
        assert done.returncode == 2
        assert "enfilade requests --perfetto FILE" in done.stderr


DEEDS = """
from enfilade import Application, HttpResponse, path

def deed(request):
    open("deed", "w").close()
    return HttpResponse("done")

application = Application([path("", deed)], ALLOWED_HOSTS=["*"], MIDDLEWARE=[])
"""


@pytest.mark.parametrize("option", ["--perfetto", "--html"])
@pytest.mark.parametrize(
    ("file", "reason"),
    [("no/folder.out", "No such file or directory"), (".", "Is a directory")],
)
def test_what_cannot_be_written_is_told_before_the_view_has_run(site, option, file, reason):
    site.write("deeds.py", DEEDS)
    asked = ("explain", "--analyze", "POST", "/", "deeds:application", option)
    done = site.enfilade(*asked, file)
    assert done.returncode == 2
    assert f"{file} cannot be written: {reason}." in done.stderr
    assert not (site.path / "deed").exists()
    assert site.enfilade(*asked, "out").returncode == 0
    assert (site.path / "deed").exists()


def test_standard_output_has_the_plan(site):
    done = site.enfilade("explain", "--analyze", "GET", "/", "--perfetto", "-")
    assert done.returncode == 2
    assert "Name a file for --perfetto" in done.stderr

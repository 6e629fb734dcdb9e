"""``enfilade routes``: the list, whole or in part."""

ONE = """
from enfilade import Application, HttpResponse, path
application = Application([path("", lambda request: HttpResponse("one"))])
"""


SITE = ONE.replace(")])", ', name="front")])')


def test_lists_routes_in_order_with_view_and_place(site):
    wide = site.output("routes", columns=120).splitlines()
    assert wide[1].split() == ["1", "any", "/", "front", "front", "app.py:5"]
    assert wide[2].split() == [
        "2", "any", "/articles/<int:year>/<slug:slug>/", "article", "article", "async", "app.py:8",
    ]  # fmt: skip
    assert wide[3].split() == ["3", "POST", "/post/", "post", "app.py:11"]
    assert wide[-1] == "3 routes; the first that matches wins."


def test_takes_two_lines_a_route_where_one_is_too_long(site):
    narrow = site.output("routes", columns=60).splitlines()
    assert narrow[0].split() == ["1", "/", "front"]
    assert narrow[1].split() == ["any", "front", "app.py:5"]
    assert narrow[3].split() == ["any", "article", "async", "app.py:8"]


def test_no_line_ends_in_blanks(site):
    for columns in (60, 120):
        lines = site.output("routes", columns=columns).splitlines()
        assert [line for line in lines if line != line.rstrip()] == []


def test_speaks_of_one_route_in_the_singular(folder):
    folder.write("app.py", ONE)
    assert folder.output("routes").splitlines()[-1] == "1 route."
    assert "The only route does not" in folder.enfilade("routes", "--grep", "nothing").stdout


def test_grep_keeps_what_has_the_text_in_route_name_or_view(site):
    assert [r["name"] for r in site.json("routes", "--json", "--grep", "ARTIC")] == ["article"]
    assert "1 of 3 routes" in site.output("routes", "--grep", "slug")


def test_grep_without_a_hit_exits_with_1(site):
    done = site.enfilade("routes", "--grep", "nothing like it")
    assert done.returncode == 1
    assert "None of the 3 routes" in done.stdout


def test_finds_the_site_in_another_folder(folder):
    (folder.path / "code").mkdir()
    folder.write("code/app.py", SITE)
    assert "front" in folder.output("routes", "--app-directory=code")
    assert "front" in folder.output("routes", "--app-directory=code", "app:application")


def test_json_does_without_rich(imported):
    assert " rich" not in imported("routes", "--json")

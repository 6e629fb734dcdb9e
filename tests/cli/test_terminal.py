"""Pictures for terminals of any width, and for those who say a wrong one."""

import re

import pytest

STYLES = re.compile(r"\x1b\[[0-9;]*m")

BROKEN = """
from enfilade import Application, HttpResponse, path

def front(request):
    raise ValueError("a message that is much too long for what a narrow terminal has of columns")

application = Application(
    [path("a-route-that-is-long/", front)],
    ALLOWED_HOSTS=["localhost"],
    MIDDLEWARE=[
        "enfilade.middleware.security.SecurityMiddleware",
        "enfilade.middleware.common.CommonMiddleware",
    ],
)
"""


@pytest.mark.parametrize("columns", ["0", "1", "wide", "-5"])
@pytest.mark.parametrize("arguments", [("plan",), ("explain", "GET", "/")])
def test_a_width_that_no_terminal_has_is_that_of_most(site, columns, arguments):
    usual = site.output(*arguments, columns=80)
    assert len(usual) > 1000
    assert site.output(*arguments, COLUMNS=columns) == usual


def as_a_terminal(site, columns, *arguments):
    """What is said in a terminal of so many columns, without colours."""
    text = site.output(*arguments, columns=columns, FORCE_COLOR="1")
    return STYLES.sub("", text).splitlines()


def measured(folder, columns):
    folder.write("app.py", BROKEN)
    lines = as_a_terminal(folder, columns, "explain", "--analyze", "GET", "/a-route-that-is-long/")
    start = next(place for place, line in enumerate(lines) if line.startswith(" step"))
    end = next(place for place, line in enumerate(lines) if line.startswith("     answer"))
    return lines[start:end]


@pytest.mark.parametrize("columns", [40, 50, 60, 70, 80, 90, 116])
def test_a_table_of_nodes_has_a_line_for_each_and_fits(folder, columns):
    table = measured(folder, columns)
    assert max(map(len, table)) <= columns
    steps = [line[:5].strip() for line in table[2:] if line[:5].strip()]
    assert [step for step in steps if step == "6"] == ["6", "6"]
    view = next(line for line in table if line[:5].strip() == "9")
    assert "front" in view
    assert " ms" in view


def test_a_narrow_table_leaves_out_what_tells_least(folder):
    assert measured(folder, 116)[0].split() == ["step", "node", "total", "self"]
    assert "view " in "".join(measured(folder, 116))
    assert "view " not in "".join(measured(folder, 80))
    assert "raised" in "".join(measured(folder, 60))
    assert measured(folder, 60)[0].split() == ["step", "node", "total"]
    assert "raised" not in "".join(measured(folder, 40))


def test_lines_of_code_are_cut_for_a_terminal_and_never_in_a_pipe(site):
    def code(lines):
        return [line for line in lines if re.match(r" +\d+  ", line)]

    walk = ("walk", "--all", "GET", "/")
    narrow, piped = as_a_terminal(site, 40, *walk), site.output(*walk, columns=40).splitlines()
    assert len(code(narrow)) == len(code(piped))
    assert max(map(len, code(narrow))) == 40
    assert any(line.endswith("…") for line in code(narrow))
    assert max(map(len, code(piped))) > 40

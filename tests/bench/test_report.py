"""What is written: results that can be continued, a page that keeps its prose, a plot."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from bench.compare import Result
from bench.contest import Contestant, Row, Server, at_least
from bench.plot import plot
from bench.report import report, write_page
from bench.results import Record, Results, continued, read, write

MACHINE = {"cpu": "A processor", "cores": 2, "kernel": "Linux 6.1", "python": "CPython 3.13.1"}
ABOUT = {"measured": "2026-01-01 12:00 UTC", "commit": "abc", "load before": 0.1, "seconds": 3.0}
SVG = "{http://www.w3.org/2000/svg}"


def contestant(name: str) -> Contestant:
    return Contestant(Server(name, lambda place: []))


@pytest.fixture
def row() -> Row:
    contestants = (contestant("Enfilade"), contestant("A & B"))
    goals = (at_least(1.2, "requests/s", "A & B"),)
    return Row("hello", "Hello", lambda *_: {}, contestants, goals=goals)


@pytest.fixture
def results(row: Row) -> Results:
    samples = {
        "Enfilade": [{"requests/s": 2000.0}, {"requests/s": 3000.0}],
        "A & B": [{"requests/s": 1000.0}, {"requests/s": 1000.0}],
    }
    missing = {"Other": "cannot be installed: no compiler"}
    return Results(MACHINE, {"A": "1.0"}, {row.name: Record(Result(samples, missing), ABOUT)})


def test_the_table_has_the_ratio_its_spread_and_the_goal(results: Results, row: Row) -> None:
    text = report(results, [row])
    assert (
        "| Hello | requests/s | 2,500 (2,000–3,000) | A & B 1,000 | 2.5 × (2–3) | ≥ 1.2 × | met |"
    ) in text.splitlines()


def test_the_report_tells_the_machine_and_who_is_missing(results: Results, row: Row) -> None:
    text = report(results, [row])
    assert "A processor, 2 cores, Linux 6.1, CPython 3.13.1" in text
    assert "Other: cannot be installed: no compiler." in text


def test_a_row_without_enfilade_is_not_measured(results: Results, row: Row) -> None:
    result = results.rows["hello"].result
    del result.samples["Enfilade"]
    result.missing["Enfilade"] = "3 of 90 requests failed"
    line = next(line for line in report(results, [row]).splitlines() if "not measured" in line)
    assert "3 of 90 requests failed" in line


def test_results_are_read_as_they_were_written(results: Results, tmp_path: Path) -> None:
    write(tmp_path / "new" / "latest.json", results)
    assert read(tmp_path / "new" / "latest.json") == results


def test_rows_of_the_same_machine_are_kept(results: Results, tmp_path: Path) -> None:
    write(tmp_path / "latest.json", results)
    assert continued(tmp_path / "latest.json", MACHINE, {}).rows == results.rows


def test_rows_of_another_machine_are_dropped(results: Results, tmp_path: Path) -> None:
    write(tmp_path / "latest.json", results)
    assert continued(tmp_path / "latest.json", {**MACHINE, "cores": 64}, {}).rows == {}


def test_the_page_keeps_what_stands_around_the_results(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- results -->\nold\n<!-- end of results -->\nafter\n")
    write_page(page, "new")
    assert page.read_text() == ("before\n<!-- results -->\nnew\n<!-- end of results -->\nafter\n")


def test_a_page_without_a_place_for_results_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing but prose\n")
    with pytest.raises(ValueError, match="no place for results"):
        write_page(page, "new")
    assert page.read_text() == "nothing but prose\n"


def test_the_plot_has_a_bar_for_each_contestant_as_long_as_its_figure(
    results: Results, row: Row
) -> None:
    picture = ElementTree.fromstring(plot(results, [row]))
    ours, theirs = picture.iter(f"{SVG}rect")
    assert (ours.get("class"), theirs.get("class")) == ("ours", "rival")
    assert float(ours.get("width")) == pytest.approx(2.5 * float(theirs.get("width")), rel=0.01)
    assert "A & B" in [text.text for text in picture.iter(f"{SVG}text")]


def test_the_plot_stays_within_its_frame(results: Results, row: Row) -> None:
    picture = ElementTree.fromstring(plot(results, [row]))
    width, height = float(picture.get("width")), float(picture.get("height"))
    for bar in picture.iter(f"{SVG}rect"):
        assert float(bar.get("x")) + float(bar.get("width")) < width
        assert float(bar.get("y")) + float(bar.get("height")) < height

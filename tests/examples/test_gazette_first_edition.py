"""The first edition: printed once, whoever comes first."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from gazette.edition import content
from gazette.newsroom.sections import SECTIONS

PROJECT = Path(__file__).parents[2] / "examples" / "gazette"


@pytest.mark.slow
def test_processes_that_start_at_once_print_one_edition(tmp_path: Path) -> None:
    paper = tmp_path / "var" / "gazette.sqlite3"
    environment = os.environ | {
        "GAZETTE_DATABASE": str(paper),
        "GAZETTE_MEDIA": str(tmp_path / "media"),
    }
    command = [sys.executable, "-m", "gazette.seed"]
    presses = [
        subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [press.communicate(timeout=50)[0] for press in presses]
    assert all(line.startswith(f"27 articles in {paper}\n") for line in said)
    assert sum("sign in as editor with the password" in line for line in said) == 1
    assert sum("sign in as before" in line for line in said) == 2
    with sqlite3.connect(paper) as connection:
        assert connection.execute("SELECT count(*) FROM article").fetchone() == (27,)
        assert connection.execute("SELECT username FROM enfilade_user").fetchall() == [("editor",)]
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    assert len(list((tmp_path / "media").iterdir())) == len(content.PICTURES)


def test_every_story_is_complete() -> None:
    for story in content.stories():
        assert story.section in SECTIONS, story.slug
        assert story.author in content.AUTHORS, story.slug
        assert story.picture in {"", *content.PICTURES}, story.slug
        assert story.standfirst, story.slug
        assert 2 <= len(story.text.split("\n\n")) <= 6, story.slug
        assert "> " not in story.text, story.slug


def test_a_story_lies_under_the_year_of_its_address() -> None:
    for path in content.STORIES.glob("*/*.txt"):
        assert f"Published: {path.parent.name}-" in path.read_text("utf-8"), path.name

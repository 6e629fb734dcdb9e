"""What is in the first edition: who writes, what hangs, and the stories under ``stories/``.

A story is a text file named by its address: ``stories/2026/some-article.txt`` is read at
/2026/some-article/. It has a head of ``Name: value`` lines, a blank line, and paragraphs with
blank lines between them; a line ``> Name: text`` at the end is a reader's comment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

STORIES = Path(__file__).parent / "stories"
FOUNDED = datetime(2023, 1, 1)

AUTHORS = {
    "Ottilie Lintel": "the front hall and whatever comes through it, and edits the paper",
    "Barnaby Hasp": "doors, keys and the people who mislay them",
    "Ida Newel": "corridors, stairs and public works",
    "Tobias Pallet": "clocks, weather and the roof",
    "Clementine Sill": "the kitchen, the garden and the border between them",
    "Han Seo-yeon": "the annex, from which she reports by dumb waiter",
}

PICTURES = {
    "stair": "The spiral stair from above, looking down on the newsroom’s lost umbrella.",
    "keyhole": "The door of Room 41, from the side that is not in dispute.",
    "clock": "The hall clock at ten past ten, the only hour at which it will sit for a portrait.",
    "enfilade": "The long view: nine rooms, nine doors, one window. Every door was open for once.",
}


@dataclass(frozen=True, slots=True)
class Story:
    """One story as it lies in its file."""

    slug: str
    published: datetime
    section: str
    title: str
    standfirst: str
    author: str
    picture: str
    text: str
    comments: tuple[tuple[str, str], ...]


def stories() -> Iterator[Story]:
    """Every story, oldest first."""
    return iter(sorted(map(_story, STORIES.glob("*/*.txt")), key=lambda story: story.published))


def comments(story: Story) -> Iterator[tuple[str, str, datetime]]:
    """``(name, text, posted)`` of the story's comments, one a day."""
    for days, (name, text) in enumerate(story.comments, start=1):
        yield name, text, story.published + timedelta(days=days, minutes=len(text))


def _story(path: Path) -> Story:
    head, _, body = path.read_text("utf-8").partition("\n\n")
    body, *remarks = body.split("\n> ")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return Story(
        slug=path.stem,
        published=datetime.fromisoformat(fields["Published"]),
        section=fields["Section"],
        title=fields["Title"],
        standfirst=fields["Standfirst"],
        author=fields["Author"],
        picture=fields.get("Picture", ""),
        text=body.strip(),
        comments=tuple(_remark(remark) for remark in remarks),
    )


def _remark(line: str) -> tuple[str, str]:
    name, _, text = line.strip().partition(": ")
    return name, text

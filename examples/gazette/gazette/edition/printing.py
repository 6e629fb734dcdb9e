"""The first edition: an empty database is filled once, however many workers find it empty."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gazette.edition import content, engraving
from gazette.newsroom import media
from gazette.newsroom.models import Article, Author, Base, Comment, Picture


def print_first_edition(engine: Engine, folder: Path) -> None:
    """Create the tables and fill them, unless that has been done; pictures go to *folder*."""
    with _alone(Path(engine.url.database or "")):
        with engine.connect() as connection:
            # Readers go on reading while a comment is written. The mode stays with the file.
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        Base.metadata.create_all(engine)
        with Session(engine) as session, session.begin():
            if session.scalar(select(Article.id).limit(1)) is None:
                pictures = _pictures(folder)
                session.add_all(pictures.values())
                session.add_all(_articles(_authors(), pictures))


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    """Hold a lock that the other processes wait for; the kernel frees it if this one dies."""
    with database.with_name(f"{database.name}-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _authors() -> dict[str, Author]:
    return {name: Author(name=name, beat=beat) for name, beat in content.AUTHORS.items()}


def _pictures(folder: Path) -> dict[str, Picture]:
    return {
        subject: Picture(
            filename=media.keep([engraving.engrave(subject)], ".png", folder),
            caption=caption,
            credit="Engraving: the Gazette",
            added=content.FOUNDED,
        )
        for subject, caption in content.PICTURES.items()
    }


def _articles(authors: dict[str, Author], pictures: dict[str, Picture]) -> list[Article]:
    return [
        Article(
            slug=story.slug,
            published=story.published,
            section=story.section,
            title=story.title,
            standfirst=story.standfirst,
            text=story.text,
            author=authors[story.author],
            picture=pictures.get(story.picture),
            comments=[
                Comment(name=name, text=text, posted=posted)
                for name, text, posted in content.comments(story)
            ],
        )
        for story in content.stories()
    ]

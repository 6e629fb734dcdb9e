"""What the desk does to the paper: articles are written, changed and withdrawn."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from gazette.newsroom.database import session
from gazette.newsroom.models import Article, Author, Comment, now

SLUG_LENGTH = 70


def authors() -> list[str]:
    """The names by which an article can be signed."""
    with session() as database:
        return list(database.scalars(select(Author.name).order_by(Author.name)))


def write(fields: Mapping[str, str]) -> int:
    """Print a new article, at the first address of its title that is free; return its number."""
    numbers = (_print(slug, fields) for slug in _slugs(fields["title"]))
    return next(number for number in numbers if number is not None)


def change(number: int, fields: Mapping[str, str]) -> None:
    """Print the article anew. Its address stays, because others have linked to it."""
    with session() as database, database.begin():
        database.execute(update(Article).where(Article.id == number).values(_columns(fields)))


def withdraw(number: int) -> None:
    """Take the article out of the paper, with what readers said to it."""
    with session() as database, database.begin():
        database.execute(delete(Comment).where(Comment.article_id == number))
        database.execute(delete(Article).where(Article.id == number))


def _print(slug: str, fields: Mapping[str, str]) -> int | None:
    article = insert(Article).values(slug=slug, published=now(), **_columns(fields))
    with session() as database, database.begin():
        return database.scalar(article.on_conflict_do_nothing().returning(Article.id))


def _columns(fields: Mapping[str, str]) -> dict[str, Any]:
    author = select(Author.id).where(Author.name == fields["author"]).scalar_subquery()
    copied = ("title", "standfirst", "section", "text")
    return {"author_id": author, **{name: fields[name] for name in copied}}


def _slugs(title: str) -> Iterator[str]:
    """``a-title``, ``a-title-2``, ``a-title-3`` and so on."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:SLUG_LENGTH].strip("-") or "untitled"
    yield slug
    yield from (f"{slug}-{number}" for number in count(2))

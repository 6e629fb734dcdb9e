"""Every question that the paper asks its database, and the two things that it writes there.

Each function opens a session, asks, and returns objects that need it no more.
"""

from collections.abc import Iterator
from datetime import MAXYEAR
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import joinedload, selectinload

from enfilade.http import Http404
from gazette.newsroom.database import session
from gazette.newsroom.models import Article, Author, Comment, Picture
from gazette.newsroom.pages import Page

PAGE_SIZE = 10
LARGEST_ID = 2**63 - 1
"""The largest integer that SQLite can be asked about; an address may hold a larger one."""
NEWEST_FIRST = (Article.published.desc(), Article.id.desc())


def count(*conditions: ColumnElement[bool]) -> int:
    """How many articles meet the conditions; without any, how many there are."""
    with session() as database:
        return database.scalar(select(func.count(Article.id)).where(*conditions)) or 0


def latest(limit: int) -> list[Article]:
    """The newest articles, newest first."""
    return _articles(select(Article).limit(limit))


def latest_by_section(limit: int, *, but: list[Article]) -> dict[str, list[Article]]:
    """The newest *limit* articles of each section, those in *but* left out."""
    rank = func.row_number().over(partition_by=Article.section, order_by=NEWEST_FIRST)
    ranked = (
        select(Article.id, rank.label("rank"))
        .where(Article.id.not_in([article.id for article in but]))
        .subquery()
    )
    newest = select(Article).join(ranked, ranked.c.id == Article.id).where(ranked.c.rank <= limit)
    sections: dict[str, list[Article]] = {}
    for article in _articles(newest):
        sections.setdefault(article.section, []).append(article)
    return sections


def latest_comments(limit: int) -> list[Comment]:
    """The newest comments, each with its article."""
    newest = select(Comment).order_by(Comment.posted.desc(), Comment.id.desc()).limit(limit)
    with session() as database:
        return list(database.scalars(newest.options(joinedload(Comment.article))))


def section(slug: str) -> list[Article]:
    """All articles of one section."""
    return _articles(select(Article).where(Article.section == slug))


def article(year: int, slug: str) -> Article | None:
    """The article at /year/slug/ with its comments, or None."""
    return _one(Article.year == year, Article.slug == slug) if year <= MAXYEAR else None


def archive(*, number: int, year: int | None = None) -> Page[Article]:
    """One page of the archive, of one year or of all; :exc:`Http404` past its end."""
    if year is not None and year > MAXYEAR:
        raise Http404(f"The year {year} is far off.")
    chosen = [] if year is None else [Article.year == year]
    first = (number - 1) * PAGE_SIZE
    items = _articles(select(Article).where(*chosen).limit(PAGE_SIZE).offset(first))
    page = Page(items, number, count(*chosen), PAGE_SIZE)
    if number > page.last:
        raise Http404(f"The archive ends with page {page.last}.")
    return page


def years() -> list[tuple[int, int]]:
    """Each year with its number of articles, newest first."""
    counted = (
        select(Article.year, func.count()).group_by(Article.year).order_by(Article.year.desc())
    )
    with session() as database:
        return [(year, articles) for year, articles in database.execute(counted)]


def search(words: list[str], limit: int) -> list[Article]:
    """Articles in which every one of *words* occurs, whatever its case."""
    return _articles(select(Article).where(and_(*map(_mentions, words))).limit(limit))


def add_comment(article: Article, name: str, text: str) -> Comment:
    """Write a reader's comment down."""
    comment = Comment(article_id=article.id, name=name, text=text)
    with session() as database, database.begin():
        database.add(comment)
    return comment


def pictures() -> list[Picture]:
    """The gallery, newest first."""
    with session() as database:
        return list(
            database.scalars(select(Picture).order_by(Picture.added.desc(), Picture.id.desc()))
        )


def add_picture(filename: str, caption: str, credit: str) -> None:
    """Hang a picture in the gallery; one that hangs there already keeps its place."""
    hang = insert(Picture).values(filename=filename, caption=caption, credit=credit)
    with session() as database, database.begin():
        database.execute(hang.on_conflict_do_nothing())


def article_by_id(number: int) -> Article | None:
    """The article of this number with its comments, or None."""
    return _one(Article.id == number) if number <= LARGEST_ID else None


def every_article() -> Iterator[Row[Any]]:
    """``(id, published, section, author, title, standfirst, text, comments)`` of each article.

    The oldest comes first. Rows are fetched as they are asked for; the connection is given back
    at the end.
    """
    comments = (
        select(func.count())
        .where(Comment.article_id == Article.id)
        .correlate(Article)
        .scalar_subquery()
    )
    rows = (
        select(
            Article.id,
            Article.published,
            Article.section,
            Author.name,
            Article.title,
            Article.standfirst,
            Article.text,
            comments,
        )
        .join(Author)
        .order_by(Article.published, Article.id)
    )
    with session() as database:
        yield from database.execute(rows, execution_options={"yield_per": 20})


def _articles(statement: Select[Any]) -> list[Article]:
    with session() as database:
        return list(database.scalars(statement.order_by(*NEWEST_FIRST)))


def _one(*conditions: ColumnElement[bool]) -> Article | None:
    with session() as database:
        return database.scalar(
            select(Article).where(*conditions).options(selectinload(Article.comments))
        )


def _mentions(word: str) -> ColumnElement[bool]:
    columns = (Article.title, Article.standfirst, Article.text)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))

"""The tables: authors, articles, comments, pictures. All times are UTC without a zone."""

from datetime import UTC, datetime

from sqlalchemy import Computed, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


def now() -> datetime:
    """The present, to the second, as the tables hold it."""
    return datetime.now(UTC).replace(microsecond=0, tzinfo=None)


class Base(DeclarativeBase):
    """What the tables have in common."""


class Author(Base):
    """Somebody who writes for the paper."""

    __tablename__ = "author"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    beat: Mapped[str] = mapped_column(String(120))


class Picture(Base):
    """A picture in the media folder, under the name that its content gives it."""

    __tablename__ = "picture"

    id: Mapped[int] = mapped_column(primary_key=True)
    filename: Mapped[str] = mapped_column(String(80), unique=True)
    caption: Mapped[str] = mapped_column(String(140))
    credit: Mapped[str] = mapped_column(String(60))
    added: Mapped[datetime] = mapped_column(default=now, index=True)


class Article(Base):
    """A story. Its year and slug are its address, so the two together are unique."""

    __tablename__ = "article"
    __table_args__ = (UniqueConstraint("year", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    published: Mapped[datetime] = mapped_column(index=True)
    year: Mapped[int] = mapped_column(Computed("CAST(strftime('%Y', published) AS INTEGER)"))
    section: Mapped[str] = mapped_column(String(20), index=True)
    title: Mapped[str] = mapped_column(String(120))
    standfirst: Mapped[str] = mapped_column(String(240))
    text: Mapped[str]

    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("picture.id"))

    # Whatever a page shows comes with the article; what it did not ask for raises.
    author: Mapped[Author] = relationship(lazy="joined", innerjoin=True)
    picture: Mapped[Picture | None] = relationship(lazy="joined")
    comments: Mapped[list["Comment"]] = relationship(
        lazy="raise", order_by="Comment.id", back_populates="article"
    )


class Comment(Base):
    """What a reader has to say to an article."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    text: Mapped[str]
    posted: Mapped[datetime] = mapped_column(default=now)

    article: Mapped[Article] = relationship(lazy="raise", back_populates="comments")

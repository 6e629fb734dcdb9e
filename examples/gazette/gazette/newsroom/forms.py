"""What readers and editors send, checked: each function takes the raw fields and returns a Form."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from enfilade.conf import settings
from gazette.newsroom.media import SIGNATURE_BYTES, extension
from gazette.newsroom.models import Article
from gazette.newsroom.sections import SECTIONS

NAME_LENGTH = 60
COMMENT_LENGTH = 2000
CAPTION_LENGTH = 140
TITLE_LENGTH = 120
STANDFIRST_LENGTH = 240
ARTICLE_LENGTH = 20_000
QUERY_LENGTH = 80
QUERY_WORDS = 6


@dataclass(frozen=True, slots=True)
class Form:
    """Cleaned values, and an error message for each field that cannot be accepted."""

    values: dict[str, str]
    errors: dict[str, str]

    @property
    def valid(self) -> bool:
        """Whether every field was accepted."""
        return not self.errors


EMPTY = Form({}, {})
"""The form as it is before anybody has typed into it."""


def read_search(fields: Mapping[str, Any]) -> Form:
    """A search: ``q``, which may be empty but not endless."""
    values = {"q": _line(fields, "q")}
    if len(values["q"]) > QUERY_LENGTH:
        error = f"Please search for at most {QUERY_LENGTH} characters."
    elif len(values["q"].split()) > QUERY_WORDS:
        error = f"Please search for at most {QUERY_WORDS} words."
    else:
        error = ""
    return _form(values, q=error)


def read_comment(fields: Mapping[str, Any]) -> Form:
    """A comment: ``name`` and ``text``, both wanted."""
    values = {"name": _line(fields, "name"), "text": _text(fields, "text")}
    return _form(
        values,
        name=_wanted(values["name"], "your name", NAME_LENGTH),
        text=_wanted(values["text"], "your comment", COMMENT_LENGTH),
    )


def read_picture(fields: Mapping[str, Any], files: Mapping[str, Any]) -> Form:
    """A picture: ``caption`` and ``credit``, and the file ``picture`` itself.

    An accepted form carries the file's true extension as ``suffix``.
    """
    values = {"caption": _line(fields, "caption"), "credit": _line(fields, "credit")}
    values["suffix"], error = _picture(files.get("picture"))
    return _form(
        values,
        caption=_wanted(values["caption"], "a caption", CAPTION_LENGTH),
        credit=_wanted(values["credit"], "your name", NAME_LENGTH),
        picture=error,
    )


def read_article(fields: Mapping[str, Any], authors: Collection[str]) -> Form:
    """An article: ``title``, ``standfirst`` and ``text``, a ``section``, one of *authors*."""
    values = {name: _line(fields, name) for name in ("title", "standfirst", "section", "author")}
    values["text"] = _text(fields, "text")
    return _form(
        values,
        title=_wanted(values["title"], "a title", TITLE_LENGTH),
        standfirst=_wanted(values["standfirst"], "a standfirst", STANDFIRST_LENGTH),
        section="" if values["section"] in SECTIONS else "Please choose a section.",
        author="" if values["author"] in authors else "Please choose who signs it.",
        text=_wanted(values["text"], "the article", ARTICLE_LENGTH),
    )


def article_form(article: Article) -> Form:
    """The form with an article that is in print."""
    names = ("title", "standfirst", "section", "text")
    values = {name: getattr(article, name) for name in names}
    return Form({**values, "author": article.author.name}, {})


def _form(values: dict[str, str], **errors: str) -> Form:
    return Form(values, {field: error for field, error in errors.items() if error})


def _line(fields: Mapping[str, Any], name: str) -> str:
    """The field on one line, without control characters."""
    return " ".join(_printable(fields.get(name, "")).split())


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t ")


def _wanted(value: str, what: str, length: int) -> str:
    if not value:
        return f"Please enter {what}."
    if len(value) > length:
        return f"Please enter at most {length:,} characters; these are {len(value):,}."
    return ""


def _text(fields: Mapping[str, Any], name: str) -> str:
    """The field with its line breaks, as browsers send them (CRLF), made plain."""
    return _printable(fields.get(name, "").replace("\r\n", "\n")).strip()


def _picture(file: Any) -> tuple[str, str]:
    if not file:
        return "", "Please choose a picture."
    limit = settings.GAZETTE_PICTURE_MAX_BYTES
    if file.size > limit:
        return "", f"The picture may have at most {limit / 1024 / 1024:g} MB."
    suffix = extension(file.read(SIGNATURE_BYTES))
    file.seek(0)
    return (suffix, "") if suffix else ("", "We print PNG, JPEG, GIF and WebP pictures only.")

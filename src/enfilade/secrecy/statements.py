"""SQL without the literals that may be secrets."""

import re
from collections.abc import Container

from enfilade.secrecy.names import HIDDEN, is_secret_word
from enfilade.secrecy.tokens import hide_tokens

# A text that was cut may lack its last quote.
QUOTED = r"""b?(?:'(?:[^'\\]|\\.|'')*+'?+|"(?:[^"\\]|\\.|"")*+"?+)"""
_DOLLARS = r"\$\$(?:(?!\$\$).)*+(?:\$\$)?+"

_begin = re.compile(
    r"(?i)\b(?:(?:insert|replace)\s{1,9}into|update\s{1,9}\S{1,99}\s{1,9}set|delete\s{1,9}from"
    r"|select|(?:alter|create)\s{1,9}(?:user|role))\s"
)
# What PostgreSQL says of a row that breaks a rule.
_key = re.compile(r"(?i)(\bkey )\(([^()]*+)\)=\([^()]*+\)")
_word = re.compile(r"\w+")
_token = re.compile(
    rf"""(?sx)
    (?P<literal> '(?:[^'\\]|\\.|'')*+'?+ | {_DOLLARS} )
    | (?P<quoted> "(?:[^"\\]|\\.|"")*+"?+ )
    | (?P<blank> \s++ )
    | (?P<placeholder> \$\d++ | %\(\w*+\)s )
    | (?P<number> \d[\w.]*+ )
    | (?P<word> \w++ )
    | (?P<sign> . )
    """
)
_name = re.compile(r'"\w++"')
_COMPARISONS = frozenset({"=", "<", ">", "like", "ilike"})


def hide_statement(text: str, also: Container[str] = ()) -> str:
    """*text* without the literals of the SQL that it is or holds, if one of the names in there is a
    secret's: which of them stands for which column is not always to be told. Placeholders stay."""
    text = _key.sub(lambda found: f"{found[1]}({found[2]})=({HIDDEN})", text)
    begin = _begin.search(text)
    if begin is None or not _speaks_of_secrets(text[begin.start() :], also):
        return hide_tokens(text)
    start = begin.start()
    return hide_tokens(text[:start] + _without_literals(text[start:]))


def _speaks_of_secrets(text: str, also: Container[str]) -> bool:
    return any(is_secret_word(found[0], also) for found in _word.finditer(text))


def _without_literals(statement: str) -> str:
    reader, pieces = _Reader(), []
    for found in _token.finditer(statement):
        kind, text = found.lastgroup or "", found[0]
        is_owner = statement.startswith(".", found.end())
        pieces.append(HIDDEN if reader.is_literal(kind, text, is_owner) else text)
        if kind != "blank":
            reader.pass_by(text.lower())
    return "".join(pieces)


class _Reader:
    """Tells literals from names. Double quotes are those of a name, but MySQL has them for
    literals too: they are taken for such where a value is to be expected."""

    def __init__(self) -> None:
        self._before = ""
        self._in_values = self._in_list = False

    def is_literal(self, kind: str, text: str, is_owner: bool) -> bool:
        """Whether *text* of that *kind* is one; *is_owner*: a dot follows it."""
        if kind == "literal":
            return True
        value = self._in_values or self._in_list
        if kind == "number":
            return value or self._before in _COMPARISONS
        if kind != "quoted" or value:
            return kind == "quoted"
        if is_owner or self._before == ".":
            return False
        return self._before in _COMPARISONS or _name.fullmatch(text) is None

    def pass_by(self, text: str) -> None:
        """Go on behind *text*, in small letters."""
        if text == "values":
            self._in_values = True
        elif text == "returning" or (text in ("conflict", "duplicate") and self._before == "on"):
            self._in_values = False
        elif text == "(":
            self._in_list = self._before == "in"
        elif text in (")", "select"):
            self._in_list = False
        self._before = text

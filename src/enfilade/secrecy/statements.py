"""SQL without the literals that may be secrets.

Databases do not agree on what is a literal: double quotes are those of a name, or in MySQL of a
text; a backslash before a quote takes its meaning from it, or not; a comment begins with ``#``, or
an operator does. Where that cannot be told, too much is hidden rather than too little.
"""

import re
from collections.abc import Container, Sequence
from itertools import pairwise

from enfilade.secrecy.names import HIDDEN, is_secret_word
from enfilade.secrecy.tokens import hide_tokens

# A text that was cut may lack its last quote.
QUOTED = r"""b?(?:'(?:[^'\\]|\\.|'')*+'?+|"(?:[^"\\]|\\.|"")*+"?+)"""

_begin = re.compile(
    r"""(?ix) \b (?:
        (?:insert|replace) \s++ (?:[a-z_]++ \s++){0,3} into
        | merge \s++ into | delete \s++ from | select | set \s++ password
        | update \s++ (?:only \s++)? \S{1,99} \s++ (?:as \s++)? (?:(?!set\b)\S{1,99} \s++)? set
        | with \s++ (?:recursive \s++)? \S{1,99} \s*+ (?:\([^()]{0,999}\))? \s*+ as \s*+ \(
        | (?:alter|create) \s++ (?:user|role)
    ) \b"""
)
# What PostgreSQL says of a row that breaks a rule.
_key = re.compile(r"(?i)(\bkey )\(([^()]*+)\)=\([^()]*+\)")
_word = re.compile(r"\w+")
_token = re.compile(
    r"""(?sx)
    (?P<blank> \s++ )
    | (?P<literal> '(?:[^'\\]|\\.|'')*+'?+
        | \$(?P<tag>(?:[^\W\d]\w*+)?+)\$ (?:(?!\$(?P=tag)\$).)*+ (?:\$(?P=tag)\$)?+ )
    | (?P<quoted> "(?:[^"\\]|\\.|"")*+"?+ )
    | (?P<name> `(?:[^`]|``)*+`?+ )
    | (?P<comment> --[^\n]*+ | \#[^\n]*+ | /\*(?:(?!\*/).)*+(?:\*/)?+ )
    | (?P<placeholder> [$:?]\d++ | %\(\w*+\)s )
    | (?P<number> \d[\w.]*+ )
    | (?P<word> \w++ )
    | (?P<sign> . )
    """
)
_OF_TABLES = frozenset({"from", "into", "update", "join", "only"})
_COMPARISONS = frozenset({"=", "<", ">", "like", "ilike"})
_COUNTS = frozenset({"limit", "offset", "first", "next"})

_Token = re.Match[str]


def hide_statement(text: str, also: Container[str] = ()) -> str:
    """*text*, a statement of SQL, without its literals if one of the names in there is a secret's:
    which of them stands for which column is not always to be told. Placeholders stay."""
    if any(_speaks_of_secrets(found[0], also) for found in _word.finditer(text)):
        text = _without_literals(text)
    return hide_tokens(text)


def hide_statement_within(text: str, also: Container[str] = ()) -> str:
    """The same of *text* from where it begins to be SQL, if it does."""
    text = _key.sub(lambda found: f"{found[1]}({found[2]})=({HIDDEN})", text)
    begin = _begin.search(text)
    if begin is None:
        return hide_tokens(text)
    return hide_tokens(text[: begin.start()]) + hide_statement(text[begin.start() :], also)


def _speaks_of_secrets(word: str, also: Container[str]) -> bool:
    return is_secret_word(word, also) or word.lower() == "identified"


def _without_literals(statement: str) -> str:
    tokens = list(_token.finditer(statement))
    reader, pieces = _Reader(_quotes_names(tokens)), []
    for token, behind in pairwise([*tokens, None]):
        assert token is not None
        if _is_ambiguous(token, behind):
            pieces.append(HIDDEN)
            break
        pieces.append(HIDDEN if reader.is_literal(token) else token[0])
        if token["blank"] is None:
            reader.pass_by(token[0].lower())
    return "".join(pieces)


def _is_ambiguous(token: _Token, behind: _Token | None) -> bool:
    """Whether nobody knows where *token* ends: at a quote with a backslash before it, or as the
    beginning of a literal with quotes of its own choice (Oracle's ``q'[…]'``)."""
    if token["literal"] or token["quoted"]:
        return "\\'" in token[0] or '\\"' in token[0]
    return token[0].lower() in ("q", "nq") and behind is not None and behind[0][0] == "'"


def _quotes_names(tokens: Sequence[_Token]) -> bool:
    """Whether double quotes are those of names, as is certain where they stand around a table or
    around what has a dot behind it."""
    said = [token for token in tokens if token["blank"] is None]
    for before, token, behind in zip([None, *said], said, [*said[1:], None], strict=False):
        if token["quoted"] is None:
            continue
        names_table = before is not None and before[0].lower() in _OF_TABLES
        ends_call = behind is not None and behind[0] == ")"  # as in TRIM(… FROM "…")
        if _is_owner(token) or (names_table and not ends_call):
            return True
    return False


def _is_owner(token: _Token) -> bool:
    return re.match(r'\.["\w*]', token.string[token.end() : token.end() + 2]) is not None


class _Reader:
    """Tells literals from the rest, piece by piece. Where double quotes are those of names, they
    are taken for a literal's only in the place of a value, since SQLite takes both."""

    def __init__(self, quotes_names: bool) -> None:
        self._quotes_names = quotes_names
        self._before = ""
        self._in_values = False
        self._in_list = 0  # parentheses

    def is_literal(self, token: _Token) -> bool:
        """Whether *token*, which is behind those that were passed by, is one, or a comment."""
        kind, text = token.lastgroup, token[0]
        if kind == "number":
            small = len(text) == 1 or self._before in _COUNTS
            return self._is_value() or not small
        if kind != "quoted":
            return kind in ("literal", "comment")
        if not self._quotes_names or not text.endswith('"', 1):
            return True
        return self._is_value() and self._before != "." and not _is_owner(token)

    def _is_value(self) -> bool:
        return self._in_values or self._in_list > 0 or self._before in _COMPARISONS

    def pass_by(self, text: str) -> None:
        """Go on behind *text*, in small letters."""
        if text == "values":
            self._in_values = True
        elif text == "returning" or (text == "conflict" and self._before == "on"):
            self._in_values = False
        elif text == "(":
            self._in_list += self._in_list > 0 or self._before == "in"
        elif text == ")":
            self._in_list -= self._in_list > 0
        elif text == "select":
            self._in_list = 0
        self._before = text

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
_values = re.compile(r"(?i)\bvalues\b")
_word = re.compile(r"\w+")
# Before the values of an insertion, double quotes may be those of a name (or, in MySQL, not).
_literal = re.compile(
    rf"""(?s)'(?:[^'\\]|\\.|'')*+'?+|{_DOLLARS}|"(?!\w++")[^"]*+"?+"""
    r"""|(?<==)\s*+(?:"[^"]*+"(?!\s*+\.)|\b\d[\w.]*+)"""
)
_value = re.compile(rf"(?s){QUOTED}|{_DOLLARS}|\b\d[\w.]*+")


def hide_statement(text: str, also: Container[str] = ()) -> str:
    """*text* without the literals of the SQL that it is or holds, if one of the names in there is a
    secret's: which of them stands for which column is not always to be told. Placeholders stay."""
    text = _key.sub(lambda found: f"{found[1]}({found[2]})=({HIDDEN})", text)
    begin = _begin.search(text)
    if begin is None or not _speaks_of_secrets(text[begin.start() :], also):
        return hide_tokens(text)
    start = begin.start()
    values = _values.search(text, start)
    end = values.end() if values else len(text)
    hidden = _literal.sub(HIDDEN, text[start:end]) + _value.sub(HIDDEN, text[end:])
    return hide_tokens(text[:start] + hidden)


def _speaks_of_secrets(text: str, also: Container[str]) -> bool:
    return any(is_secret_word(found[0], also) for found in _word.finditer(text))

"""Text that people or programs have written, without the secrets in it: log lines, messages of
exceptions, representations of objects, statements of SQL."""

import re
from collections.abc import Container
from typing import NamedTuple

from enfilade.secrecy.names import HIDDEN, is_secret
from enfilade.secrecy.tokens import hide_tokens

_FAILURES = ("Error", "Exception", "Warning", "Failed")
"""So end the names of failures, which are no names of secrets: ``KeyError: 'page'``."""


def _is_secret(name: str, also: Container[str]) -> bool:
    return is_secret(name, also) and not name.endswith(_FAILURES)


class _Form(NamedTuple):
    """One way of writing a name (group 1) and its value. The value is looked for only behind a
    secret's name, since in that of any other name there may be names again."""

    name: re.Pattern[str]
    value: re.Pattern[str]

    def hide(self, text: str, also: Container[str]) -> str:
        """*text* without the values that stand behind the names of secrets."""
        pieces: list[str] = []
        kept = 0
        for found in self.name.finditer(text):
            if found.start() < kept or not _is_secret(found[1], also):
                continue
            if value := self.value.match(text, found.end()):
                pieces += text[kept : found.end()], HIDDEN
                kept = value.end()
        return "".join([*pieces, text[kept:]])


# All quantifiers are possessive or bounded, so that a long text costs no more than its length. A
# text that was cut may lack its last quote.
_QUOTED = r"""b?(?:'(?:[^'\\]|\\.|'')*+'?+|"(?:[^"\\]|\\.|"")*+"?+)"""
_WORD = r"""(?!(?:True|False|None)\b)[^\s,;&(){}\[\]<>'"\\]++"""
_GROUP = r"""[(\[{][^()\[\]{}]*+[)\]}]"""

# As in the repr of a body that was sent as multipart/form-data, or in the body itself.
_part = _Form(
    re.compile(
        r"""(?s)(?<=name=")([\w\[\]-]++)"(?:(?!\\r\\n\\r\\n|\r\n\r\n).){0,300}+"""
        r"""(?:\\r\\n\\r\\n|\r\n\r\n)"""
    ),
    re.compile(r"(?s)(?:(?!\\r\\n--|\r\n--).)*+"),
)
# As in a set, a deque or a list of lists: ('name', '…').
_pair = _Form(
    re.compile(r"""(?<=[(\[])b?['"]([\w-]++)['"],\s"""), re.compile(rf"(?s){_QUOTED}(?=[)\]]|$)")
)
# As in a repr (name='…', 'name': 7), in JSON inside of a text (\"name\": \"…\"), in what a
# database driver calls a DSN (name=…), in a condition (name LIKE '…'), in a form (a[name]=…).
_assignment = _Form(
    re.compile(
        r"""(?i)(?<![\w-])([\w-]++)(?:\\*+['"]\s*+[=:]|[\])]?+\s*+=|\s*+:(?=\s*+b?['"])"""
        r"""|['"]?+\s++(?:not\s++)?+(?:i?like|in)(?=\s*+[('"]))(?!=)\s*+"""
    ),
    re.compile(rf"""(?s){_QUOTED}|\\++['"][^\\]*+|{_WORD}|{_GROUP}"""),
)
# As in a query or a form.
_field = _Form(
    re.compile(r"""(?:^|(?<=[?&;#'"\[]))([\w-]++)\]?+="""), re.compile(r"""[^&;#\s'"]++""")
)
# As in one of them that is the value of another: name%3D…, %22name%22%3A….
_encoded = _Form(
    re.compile(
        r"(?i)(?:(?<![\w%-])|(?<=%[0-9A-F]{2})(?<!%25)|(?<=%25[0-9A-F]{2}))"
        r"([\w-]++)(?:%(?:25){0,3}+(?:22|3D|3A|20))++"
    ),
    re.compile(r"""(?i)(?:(?!%(?:25){0,3}+(?:26|23|3B))[^\s&;#'"])++"""),
)
# As people say it: name: …, up to the end of the clause.
_saying = _Form(
    re.compile(
        r"""(?i)(?<![\w-])([\w-]++):[ \t]++"""
        r"""(?!['"])"""
    ),
    re.compile(r"[^\r\n,;)\]}]++"),
)
_FORMS = (_part, _pair, _assignment, _field)

# What is hidden whatever there is: the password of an address such as that of a database (RFC
# 3986, 3.2.1), what follows the scheme in an Authorization field (RFC 7617, RFC 6750), cookies,
# and the rows and parameters that databases and their drivers repeat when they complain.
_always = tuple(
    re.compile(pattern)
    for pattern in (
        r"""(?<=://)([^\s/?#@:'"]{0,128}+:)(?!\d{1,5}+(?:[/?#\s'"]|$))(?:[^\s@'"]{0,256}+@)++"""
        r"""(?<=(@))""",
        r"(?i)\b((?:Basic|Bearer)\s++)[\w.~+/-]{16,}+=*+()",
        r"(?i)(\b(?:Set-)?Cookie:\s)[^\r\n]++()",
        r"(\[parameters: )[^\r\n]*+()",
        r"(; args=)[^\r\n]*+()",
        r"(\brow contains )\([^\r\n]*+()",
    )
)
_statement = re.compile(
    r"(?i)\b(?:(?:insert|replace)\s{1,9}into|update\s{1,9}\S{1,99}\s{1,9}set|delete\s{1,9}from"
    r"|select|(?:alter|create)\s{1,9}(?:user|role))\s"
)
_key = re.compile(r"(?i)(\bkey )\(([^()]*+)\)=\([^()]*+\)")
_values = re.compile(r"(?i)\bvalues\b")
_word = re.compile(r"\w+")
_literal = re.compile(
    r"""(?s)'(?:[^'\\]|\\.|'')*+'?+|\$\$(?:(?!\$\$).)*+(?:\$\$)?+|"(?!\w++")[^"]*+"?+"""
)
_value = re.compile(rf"""(?s){_QUOTED}|\$\$(?:(?!\$\$).)*+(?:\$\$)?+|\b\d[\w.]*+""")


def hide_named(text: str, also: Container[str] = ()) -> str:
    """*text* without the values after the names of secrets, the passwords of addresses and the
    credentials of ``Authorization`` fields."""
    for pattern in _always:
        text = pattern.sub(rf"\g<1>{HIDDEN}\g<2>", text)
    for form in _FORMS:
        text = form.hide(text, also)
    return text


def hide_text(text: str, also: Container[str] = ()) -> str:
    """*text* as :func:`hide_named` leaves it, without what looks like a token, and, if it is or
    holds SQL that speaks of secrets, without its literals."""
    text = _hide_sql(hide_named(text, also), also)
    return hide_tokens(_encoded.hide(_saying.hide(text, also), also))


def _hide_sql(text: str, also: Container[str]) -> str:
    """*text* without the literals of its SQL, if one of the names in there is a secret's: which of
    them stands for which column is not always to be told."""
    text = _key.sub(lambda found: f"{found[1]}({found[2]})=({HIDDEN})", text)
    begin = _statement.search(text)
    if begin is None or not _speaks_of_secrets(text[begin.start() :], also):
        return text
    start = begin.start()
    values = _values.search(text, start)
    end = values.end() if values else len(text)
    hidden = _literal.sub(HIDDEN, text[start:end]) + _value.sub(HIDDEN, text[end:])
    return text[:start] + hidden


def _speaks_of_secrets(text: str, also: Container[str]) -> bool:
    return any(_is_secret(found[0], also) for found in _word.finditer(text))

"""Text that people or programs have written, without the secrets in it: log lines, messages of
exceptions, representations of objects, statements of SQL."""

import re
from collections.abc import Container
from typing import NamedTuple

from enfilade.secrecy.names import HIDDEN, is_secret_word
from enfilade.secrecy.statements import QUOTED, hide_statement_within


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
            if found.start() < kept or not is_secret_word(found[1], also):
                continue
            if value := self.value.match(text, found.end()):
                pieces += text[kept : found.end()], HIDDEN
                kept = value.end()
        return "".join([*pieces, text[kept:]])


# All quantifiers are possessive or bounded, so that a long text costs no more than its length.
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
    re.compile(r"""(?<=[(\[])b?['"]([\w-]++)['"],\s"""), re.compile(rf"(?s){QUOTED}(?=[)\]]|$)")
)
# As in a repr (name='…', 'name': 7), in JSON inside of a text (\"name\": \"…\"), in what a
# database driver calls a DSN (name=…), in a condition (name LIKE '…'), in a form (a[name]=…).
_assignment = _Form(
    re.compile(
        r"""(?i)(?<![\w-])([\w-]++)(?:\\*+['"]\s*+[=:]|[\])]?+\s*+=|\s*+:(?=\s*+b?['"])"""
        r"""|['"]?+\s++(?:not\s++)?+(?:i?like|in)(?=\s*+[('"]))(?!=)\s*+"""
    ),
    re.compile(rf"""(?s){QUOTED}|\\++['"][^\\]*+|{_WORD}|{_GROUP}"""),
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
    re.compile(r"""(?<![\w-])([\w-]++):[ \t]++(?!['"])"""),
    re.compile(r"[^\r\n,;)\]}]++"),
)
# Nothing in so short a text can be a name with its value, or a token.
_harmless = re.compile(r"[\w ,./*;-]{0,10}")
_FORMS = (_part, _pair, _assignment, _field, _saying, _encoded)

# What is hidden whatever there is: the password of an address such as that of a database (RFC
# 3986, 3.2.1), what follows the scheme in an Authorization field (RFC 7617, RFC 6750), cookies,
# and the rows and parameters that databases and their drivers repeat when they complain.
_always = tuple(
    re.compile(pattern)
    for pattern in (
        r"""(?<=://)([^\s/?#@:'"]{0,128}+:)(?!\d{1,5}+(?:[/?#\s'"]|$))(?:[^\s@'"]{0,256}+@)++"""
        r"""(?<=(@))""",
        r"(?i)\b(Basic\s++)[\w.~+/-]{16,}+=*+()",
        r"(?i)\b(Bearer\s++)(?!authenti|authori|credential|realm=)[\w.~+/-]{8,}+=*+()",
        r"(?i)(\b(?:Set-)?Cookie:\s)[^\r\n]++()",
        r"(\[parameters: )[^\r\n]*+()",
        r"(; args=)[^\r\n]*+()",
        r"(\brow contains )\([^\r\n]*+()",
    )
)


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
    if _harmless.fullmatch(text):
        return text
    return hide_statement_within(hide_named(text, also), also)

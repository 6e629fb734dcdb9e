"""Passwords that are tried first, by rules instead of a long list.

Lists of stolen passwords repeat a few habits: a favourite word, a walk over the keyboard, one
thing again and again; letters written as digits, and a year or an exclamation mark at the ends.
So a password is common if it is made of at most two well-known pieces, with up to five digits or
signs before and after them. The words were put together for this module; no list was copied.
"""

import re
from functools import cache

__all__ = ["is_common"]

WORDS = """
    access account admin administrator angel apple april august autumn babygirl bailey banana
    baseball basketball batman beautiful beer bond buster butterfly camaro canada captain cargo
    casino change changeme charlie cheese chelsea chicken chocolate coffee computer cookie cool
    corvette cowboy creative dallas database december default demo diamond dolphin dragon eagle
    eagles easy electric enter fall family february ferrari fish flower football forever freedom
    friday friend friends fuckyou galaxy gandalf ginger god golden golf google guest guitar hacker
    hallo hammer happy harley heaven heart hello hockey home honda horse house hunter iceman
    iloveyou internet jackass january jesus july june justin killer king kitten knight lakers
    letmein linux liverpool lol london love lovely loveme lover lucky magic manager manchester
    march maria marina marlboro master matrix maverick mercedes merlin metallica mexico money
    monday monkey monster mother mountain mustang my myspace naruto nascar nothing november
    november ocean october office orange pass passwd passwort password patriots peace peanut
    pepper phoenix phone player please pokemon porsche power prince princess private purple
    querty rainbow ranger rangers raiders redsox root sample saturday school scooter secret
    security september server sesame sexy shadow silver simple single skater slipknot snoopy
    soccer spiderman spring star starwars steelers summer sunday sunshine superman support
    sweet system teacher temp temporary tennis test tester testing thunder thursday tiger
    trustno1 tuesday turtle tweety unicorn unknown user vampire victory viking wednesday welcome
    whatever white winner winter wizard work yamaha yankees yellow yourself

    alex alexander amanda andrea andrew anna anthony ashley barbara bella benjamin brandon
    carlos chris christian claudia daniel daniela david dennis diana edward elena elizabeth emily
    emma eric felix fernando florian francesco gabriel george hannah heather jackson james jasmine
    jason jennifer jessica jordan jose joseph joshua julia julian kevin laura lauren leon linda
    lisa lucas luis marie mark markus martin matthew max melissa michael michelle miguel monica
    natalie natasha nicholas nicole nina oliver oscar patricia patrick paul peter rachel rebecca
    ricardo richard robert samantha samuel sandra sarah sebastian sergey simon sophie stefan
    stephanie steven taylor thomas tyler valentina vanessa veronica victor victoria vincent
    william zoe

    amor amour arsenal barcelona bonjour chouchou contrasena doudou geheim hola juventus
    klaster lozinka marseille motdepasse mynoob parola sommer soleil schatz senha teamo tequiero
    wachtwoord
"""

WALKS = """
    abcdefghijklmnopqrstuvwxyz 01234567890 qwertyuiop asdfghjkl zxcvbnm qwertzuiop yxcvbnm
    azertyuiop qsdfghjklm wxcvbn 1qaz2wsx3edc4rfv5tgb6yhn7ujm 1q2w3e4r5t6y7u8i9o0p
    q1w2e3r4t5y6u7i8o9p0 qazwsxedcrfvtgbyhnujm qawsedrftgyhujikolp 147258369 789456123 159357
    13579 24680 aabbccdd 112233445566778899 !@#$%^&*()
"""

FEWEST = 3
"""Characters of a piece of a walk, and of a repetition."""

LONGEST = 32
"""Characters of a password that can be common; a longer one is not tried first."""

AFFIX = 5
"""Digits or signs that a common password may have before its words, and behind them."""

MOST_DIGITS = 8
"""A number of no more digits is a date, or soon found."""

_repeated = re.compile(r"(.{1,4}?)\1+", re.DOTALL).fullmatch

_AS_LETTERS = tuple(
    str.maketrans(dict(zip("@4301$5!7+", letters, strict=True)))
    for letters in ("aaeoissitt", "aaeolssitt")
)
"""Digits and signs that stand for letters; 1 may be either of two."""


def is_common(password: str) -> bool:
    """Whether *password* is among those that are tried first; capitals and blanks around it do
    not make a difference."""
    text = password.strip().lower()
    if len(text) > LONGEST:
        return False
    if text.isdigit() and len(text) <= MOST_DIGITS:
        return True
    begins = range(_affix(text) + 1)
    ends = range(len(text) - _affix(text[::-1]), len(text) + 1)
    return any(_is_made_of_pieces(text[begin:end]) for begin in begins for end in ends)


def _affix(text: str) -> int:
    """How many digits or signs *text* begins with, as far as they count."""
    letter = (place for place, character in enumerate(text) if character.isalpha())
    return min(next(letter, len(text)), AFFIX)


def _is_made_of_pieces(text: str) -> bool:
    """Whether *text* is one well-known piece, or two."""
    return _is_piece(text) or any(
        _is_piece(text[:cut]) and _is_piece(text[cut:]) for cut in range(2, len(text) - 1)
    )


def _is_piece(text: str) -> bool:
    known = _pieces()
    return (
        text in known
        or (len(text) >= FEWEST and _repeated(text) is not None)
        or any(text.translate(table) in known for table in _AS_LETTERS)
    )


@cache
def _pieces() -> frozenset[str]:
    walks = [way for walk in WALKS.split() for way in (walk, walk[::-1])]
    parts = (
        walk[begin:end]
        for walk in walks
        for begin in range(len(walk))
        for end in range(begin + FEWEST, len(walk) + 1)
    )
    return frozenset(WORDS.split()).union(parts)

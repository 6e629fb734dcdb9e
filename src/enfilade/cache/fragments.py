"""The key of a piece of a page. Django's ``django.core.cache.utils``."""

import hashlib
from collections.abc import Iterable
from typing import Any


def make_template_fragment_key(fragment_name: str, vary_on: Iterable[Any] | None = None) -> str:
    """The key under which ``{% cache %}`` keeps the fragment, to delete it by.

    *vary_on* holds the values that the fragment depends on, in the order of the template. Each
    counts with its length, so that no two lists run together into the same key.
    """
    digest = hashlib.blake2b(digest_size=16)
    for value in vary_on or ():
        text = str(value).encode()
        digest.update(b"%d:%b," % (len(text), text))
    return f"template.cache.{fragment_name}.{digest.hexdigest()}"

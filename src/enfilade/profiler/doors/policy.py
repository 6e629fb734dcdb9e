"""Whether a page's Content-Security-Policy lets it load one more style or script of its own site
(https://www.w3.org/TR/CSP3/).

>>> origin = Origin("http", "127.0.0.1:8000")
>>> permission(["default-src 'self'"], "style", origin)
''
>>> permission(["style-src 'nonce-Jk2'; script-src 'none'"], "style", origin)
'Jk2'
>>> permission(["style-src 'nonce-Jk2'; script-src 'none'"], "script", origin) is None
True
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

Kind = Literal["style", "script"]
Sources = Sequence[str]

FIELDS = ("content-security-policy", "content-security-policy-report-only")
"""The fields of a response that have policies; what the second would forbid is reported."""


class Origin(NamedTuple):
    """Where a page is, ``host`` with its port if that was in the address."""

    scheme: str
    host: str


def permission(fields: Iterable[str], kind: Kind, origin: Origin) -> str | None:
    """The nonce with which a page of *origin* may load what is of this *kind* from there, ""
    if it needs none, ``None`` if it may not. *fields* are values of :data:`FIELDS`."""
    policies = [_sources(text, kind) for field in fields for text in field.split(",")]
    lists = [sources for sources in policies if sources is not None]
    nonces = [source[7:-1] for sources in lists for source in sources if _is_nonce(source)]
    for nonce in ("", *nonces):
        if all(_allows(sources, nonce, origin) for sources in lists):
            return nonce
    return None


def _sources(policy: str, kind: Kind) -> Sources | None:
    """From where *policy* lets a page load what is of this *kind*; ``None`` is anywhere."""
    directives = _directives(policy)
    for name in (f"{kind}-src-elem", f"{kind}-src", "default-src"):
        if name in directives:
            return directives[name]
    return None


def _directives(policy: str) -> Mapping[str, Sources]:
    found: dict[str, Sources] = {}
    for directive in policy.split(";"):
        name, *sources = directive.split() or [""]
        found.setdefault(name.lower(), sources)  # of two of a name, the first counts
    return found


def _is_nonce(source: str) -> bool:
    return source.lower().startswith("'nonce-") and source.endswith("'")


def _allows(sources: Sources, nonce: str, origin: Origin) -> bool:
    if nonce and f"nonce-{nonce}" in [source.strip("'") for source in sources]:
        return True
    known = {source.lower() for source in sources}
    if "'strict-dynamic'" in known:  # which leaves nothing but nonces and hashes
        return False
    host = origin.host.lower()
    bare = host.rpartition(":")[0] or host
    places = {"*", "'self'", f"{origin.scheme}:", host, f"{origin.scheme}://{host}", f"{bare}:*"}
    return not known.isdisjoint(places)

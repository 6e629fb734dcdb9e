"""docs/reference/api/: a page for each public room, made from the docstrings of its names."""

from functools import cache
from itertools import takewhile

from reference_pages.entries import Entry, anchor
from reference_pages.prose import Link, markdown, summary
from reference_pages.source import Module, Thing, find, module

DECORATORS = (
    "cache", "clickjacking", "common", "condition", "cors", "debug", "gzip", "http",
    "vary",
)  # fmt: skip

ROOMS: dict[str, tuple[str, ...]] = {
    "enfilade": ("enfilade",),
    "http": ("enfilade.http",),
    "urls": ("enfilade.urls", "enfilade.urls.i18n"),
    "views": (
        "enfilade.views",
        "enfilade.views.generic",
        "enfilade.views.i18n",
        "enfilade.views.decorators",
        *(f"enfilade.views.decorators.{name}" for name in DECORATORS),
    ),
    "shortcuts": ("enfilade.shortcuts",),
    "middleware": (
        "enfilade.middleware",
        "enfilade.middleware.security",
        "enfilade.middleware.cache",
        "enfilade.middleware.cache_keys",
        "enfilade.middleware.common",
        "enfilade.middleware.broken_links",
        "enfilade.middleware.clickjacking",
        "enfilade.middleware.gzip",
        "enfilade.middleware.compression",
        "enfilade.middleware.encoding",
        "enfilade.middleware.http",
        "enfilade.middleware.cors",
        "enfilade.middleware.locale",
        "enfilade.middleware.request_id",
    ),
    "handlers": ("enfilade.handlers.application",),
    "template": ("enfilade.template", "enfilade.template.context_processors"),
    "signing": ("enfilade.signing",),
    "cache": (
        "enfilade.cache",
        "enfilade.cache.operations",
        "enfilade.cache.backends.locmem",
        "enfilade.cache.backends.filebased",
        "enfilade.cache.backends.redis",
        "enfilade.cache.backends.dummy",
        "enfilade.cache.serializers",
        "enfilade.cache.fragments",
    ),
    "translation": ("enfilade.translation", "enfilade.translation.formats"),
    "database": ("enfilade.database", "enfilade.database.migration"),
    "sessions": (
        "enfilade.contrib.sessions",
        "enfilade.contrib.sessions.middleware",
        "enfilade.contrib.sessions.backends.base",
        "enfilade.contrib.sessions.backends.keyed",
        "enfilade.contrib.sessions.exceptions",
    ),
    "auth": (
        "enfilade.contrib.auth",
        "enfilade.contrib.auth.users",
        "enfilade.contrib.auth.base_user",
        "enfilade.contrib.auth.permissions",
        "enfilade.contrib.auth.groups",
        "enfilade.contrib.auth.linked_names",
        "enfilade.contrib.auth.store",
        "enfilade.contrib.auth.database",
        "enfilade.contrib.auth.backends",
        "enfilade.contrib.auth.hashers",
        "enfilade.contrib.auth.middleware",
        "enfilade.contrib.auth.decorators",
        "enfilade.contrib.auth.mixins",
        "enfilade.contrib.auth.redirects",
        "enfilade.contrib.auth.context_processors",
        "enfilade.contrib.auth.errors",
        "enfilade.contrib.auth.views",
        "enfilade.contrib.auth.forms",
        "enfilade.contrib.auth.fields",
        "enfilade.contrib.auth.pages",
        "enfilade.contrib.auth.password_validation",
        "enfilade.contrib.auth.tokens",
        "enfilade.contrib.auth.reset_delivery",
    ),
    "messages": (
        "enfilade.contrib.messages.api",
        "enfilade.contrib.messages.message",
        "enfilade.contrib.messages.middleware",
        "enfilade.contrib.messages.storage.base",
        "enfilade.contrib.messages.storage.cookie",
        "enfilade.contrib.messages.storage.session",
        "enfilade.contrib.messages.storage.fallback",
        "enfilade.contrib.messages.context_processors",
        "enfilade.contrib.messages.test",
    ),
    "staticfiles": (
        "enfilade.contrib.staticfiles",
        "enfilade.contrib.staticfiles.finders",
        "enfilade.contrib.staticfiles.storage",
        "enfilade.contrib.staticfiles.folders",
        "enfilade.contrib.staticfiles.serving",
        "enfilade.contrib.staticfiles.errors",
    ),
    "api": (
        "enfilade.contrib.api",
        "enfilade.contrib.api.parsers",
        "enfilade.contrib.api.renderers",
        "enfilade.contrib.api.strict_json",
    ),
    "dispatch": ("enfilade.dispatch",),
    "conf": ("enfilade.conf",),
    "exceptions": ("enfilade.exceptions",),
    "logs": ("enfilade.logs",),
    "test": ("enfilade.test",),
    "trace": ("enfilade.trace",),
    "gateway": ("enfilade.gateway.lint",),
    "types": ("enfilade.types", "enfilade.lazy_text"),
}

INDEX = """\
# Names

Every public name of the package, from its docstring. \
Each has its entry in one room; a room that offers the name of another links to it.

| page | what it is for |
| --- | --- |
"""


def pages() -> dict[str, str]:
    """The text of each page by its file's name."""
    rooms = {f"{room}.md": _page(room, modules) for room, modules in ROOMS.items()}
    rows = "".join(_row(room, modules[0]) for room, modules in ROOMS.items())
    return {"README.md": INDEX + rows, **rooms}


@cache
def owners() -> dict[Thing, tuple[str, str]]:
    """The page and the module where each thing has its entry: of those that offer it, the one
    whose name is nearest to where it is defined."""
    found: dict[Thing, tuple[str, str]] = {}
    for room, modules in ROOMS.items():
        for name in modules:
            for thing in filter(None, map(module(name).find, module(name).public)):
                if thing not in found or _shared(thing, name) > _shared(thing, found[thing][1]):
                    found[thing] = (room, name)
    return found


def address(thing: Thing, member: str = "") -> str | None:
    """Where the thing, or a member of it, is told of, seen from the folder of these pages."""
    if thing not in owners():
        return None
    return f"{owners()[thing][0]}.md#{anchor(thing.name + member)}"


def _shared(thing: Thing, name: str) -> int:
    """How many parts the two names begin with in common."""
    pairs = zip(thing.module.name.split("."), name.split("."), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _row(room: str, name: str) -> str:
    text = summary(module(name).docstring, lambda _: None)
    return f"| [`{name}`]({room}.md) | {text} |\n"


def _page(room: str, modules: tuple[str, ...]) -> str:
    sections = "\n".join(_section(module(name)) for name in modules)
    return f"# {room.capitalize()}\n\nThis page is made by `scripts/reference`.\n\n{sections}"


def _section(here: Module) -> str:
    things = [(name, here.find(name)) for name in here.public]
    mine = [thing for _, thing in things if thing and owners()[thing][1] == here.name]
    others = [_pointer(here, name, thing) for name, thing in things if thing not in mine]
    blocks = [f"## `{here.name}`\n", markdown(here.docstring, _link_from(here)) + "\n"]
    if others:
        blocks.append(f"Also here: {', '.join(others)}.\n")
    return "\n".join([*blocks, *(Entry(thing, address).text() for thing in mine)])


def _pointer(here: Module, name: str, thing: Thing | None) -> str:
    if thing is None:
        return f"`{name}` of Python's `{_origin(here, name)}`"
    return f"[`{name}`]({address(thing)})"


def _origin(here: Module, name: str) -> str:
    """The module outside the package that *name* comes from."""
    home, original = here.imports[name]
    return _origin(module(home), original) if home.startswith("enfilade") else home


def _link_from(here: Module) -> Link:
    def link(name: str) -> str | None:
        found = find(name if name.startswith("enfilade.") else f"{here.name}.{name}")
        return address(*found) if found else None

    return link

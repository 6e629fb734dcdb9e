"""Waits for frameworks to be imported, since nobody wants to import them only to look.

A framework builds its chain of middleware as soon as a site asks for its handler, often in the
line after the import. So whoever wants to see the chain being built has to be there before.
"""

import importlib.util
import logging
import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import MappingProxyType, ModuleType

logger = logging.getLogger("enfilade.foreign")

CHAINS: Mapping[str, str] = MappingProxyType(
    {
        "django.core.handlers.base": "enfilade.foreign.django.install",
        "flask.signals": "enfilade.foreign.flask",
    }
)
"""The module that a framework's chains are built by, or that tells of its requests, and ours that
knows how to observe them."""

DATABASES: Mapping[str, str] = MappingProxyType(
    {
        "django.db.backends.base.base": "enfilade.foreign.django.queries",
        "sqlalchemy.engine": "enfilade.foreign.sqlalchemy",
    }
)
"""The same of connections to databases. A site may import these as late as in a request."""

KNOWN: Mapping[str, str] = MappingProxyType({**CHAINS, **DATABASES})


@contextmanager
def observing() -> Iterator[None]:
    """Have the frameworks observed that are there already, or are imported inside the block; and
    databases also afterwards."""
    for name in KNOWN:
        if name in sys.modules:
            install(sys.modules[name])
    finder = _Finder(KNOWN)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        if not any(isinstance(each, _Finder) for each in sys.meta_path):
            sys.meta_path.insert(0, _Finder(DATABASES))


def install(module: ModuleType) -> None:
    """Have what is built by *module*, one of those that are known, observed from now on.

    An unknown version of a framework may lack what we look for, or not take what we do with it.
    Its sites work all the same.
    """
    try:
        importlib.import_module(KNOWN[module.__name__]).install(module)
    except Exception:
        logger.warning("This version of %s cannot be observed.", module.__name__, exc_info=True)


class _Finder(MetaPathFinder):
    """Finds what has one of *names* as the others do, and installs the observation when it is
    loaded."""

    def __init__(self, names: Container[str]) -> None:
        self._names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._names:
            return None
        others = [each for each in sys.meta_path if not isinstance(each, _Finder)]
        for finder in others:
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Loader(spec.loader)
                return spec
        return None


class _Loader(Loader):
    """*loader* with a word afterwards."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        if spec is not None:
            spec.loader = self._loader  # whoever asks for sources finds the one that has them
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        install(module)

"""``build_environ`` in the build that :mod:`enfilade.build` chose."""

from enfilade.build import COMPILED

if COMPILED:
    from enfilade.gateway._environ import build_environ
else:
    from enfilade.gateway.environ import build_environ

__all__ = ["build_environ"]

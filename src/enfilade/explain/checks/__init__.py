"""Mistakes that can be seen before the first request: one function each, with an id.

A check is a function without arguments that yields :class:`Finding`; its docstring begins with
the ids that it may yield. ``E`` is an error, ``W`` a warning.
"""

from enfilade.explain.checks.finding import Finding, Severity
from enfilade.explain.checks.run import run_checks

__all__ = ["Finding", "Severity", "run_checks"]

"""Log records that know their request, and the forms they are written in.

:class:`RequestContextFilter` gives every record that is made during a request its method, path,
route, status and id; :class:`LineFormatter` and :class:`JSONFormatter` write them. They are meant
for the ``LOGGING`` setting; without it :func:`default_logging` is in force.
"""

from enfilade.logs.context import RequestContextFilter, is_wanted, passing
from enfilade.logs.default import apply_logging, default_logging
from enfilade.logs.formats import JSONFormatter, LineFormatter

__all__ = [
    "JSONFormatter",
    "LineFormatter",
    "RequestContextFilter",
    "apply_logging",
    "default_logging",
    "is_wanted",
    "passing",
]

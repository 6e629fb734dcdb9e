"""The reason phrases of RFC 9110, section 15, for both halves and for every Python.

Before 3.13 the standard library has older names for some of them.
"""

from http import HTTPStatus
from types import MappingProxyType

_RENAMED = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}

REASONS = MappingProxyType({status.value: status.phrase for status in HTTPStatus} | _RENAMED)
"""The phrase of each status code that there is."""

"""Who stands at a worker's door, in the order in which they are asked."""

from collections.abc import Callable
from typing import Any

from enfilade.server.options import Options
from enfilade.server.porter import Porter, Porters
from enfilade.server.static.site import open_static_files


def make_porter(options: Options, application: Callable[..., Any]) -> Porter | None:
    """All of them as one; ``None`` if there is nobody.

    Raises :exc:`~enfilade.exceptions.DeveloperError` for options that cannot be.
    """
    porters = [open_static_files(options, application)]
    present = [porter for porter in porters if porter is not None]
    return Porters(present) if present else None

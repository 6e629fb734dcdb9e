"""What can go wrong with a template; each error says where the template was looked for."""

from collections.abc import Sequence
from pathlib import Path

from enfilade.exceptions import DeveloperError


class TemplateDoesNotExist(DeveloperError):
    """No engine has a template of this name.

    ``tried`` are the paths that were looked at, in order; ``chain`` the errors of each name
    that :func:`~enfilade.template.select_template` was given.
    """

    def __init__(
        self,
        name: str,
        tried: Sequence[Path] = (),
        chain: Sequence["TemplateDoesNotExist"] = (),
    ) -> None:
        places = ", ".join(str(path) for path in tried)
        hint = f"Looked for {places}." if places else "Name a folder in TEMPLATES[…]['DIRS']."
        super().__init__(name, hint=hint)
        self.name = name
        self.tried = tuple(tried)
        self.chain = tuple(chain)


class ContentNotRenderedError(DeveloperError):
    """The content of a template response was asked for before it was rendered."""

"""What can be wrong with the static files of a site."""

from enfilade.exceptions import DeveloperError

__all__ = ["MissingFileError", "PostProcessingError", "StaticFilesError"]


class StaticFilesError(DeveloperError, ValueError):
    """A file, a folder or the manifest is not as it must be."""


class MissingFileError(StaticFilesError):
    """A name that leads to no static file."""


class PostProcessingError(StaticFilesError):
    """A style sheet or script refers to what is not there, or cannot be read."""

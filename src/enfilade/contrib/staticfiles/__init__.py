"""Style sheets, scripts and pictures: found, named, collected and served, in Django's API.

Finders know where the files are while a site is being written; ``enfilade collectstatic`` brings
them to one folder; the storage tells what a file is called in a URL, and
``StaticFilesMiddleware`` answers with it.
"""

from enfilade.template.static import static

__all__ = ["static"]

"""Files from a folder, for development: in production a server in front sends them.

Django's ``django.views.static`` and ``django.conf.urls.static``. A path that leaves the folder,
through ``..`` or through a symbolic link, is a :exc:`SuspiciousFileOperation`, answered 400.
"""

import mimetypes
import os
import posixpath
import re
import stat
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from enfilade.conf import settings
from enfilade.exceptions import Http404, ImproperlyConfigured, SuspiciousFileOperation
from enfilade.http import FileResponse, HttpRequest, HttpResponse
from enfilade.http.dates import parse_http_date
from enfilade.http.response import HttpResponseBase
from enfilade.template import TemplateDoesNotExist, select_template
from enfilade.urls import URLPattern, re_path

INDEX_TEMPLATES = ("static/directory_index.html", "static/directory_index")


def serve(
    request: HttpRequest,
    path: str,
    document_root: str | os.PathLike[str] | None = None,
    show_indexes: bool = False,
) -> HttpResponseBase:
    """The file at *path* below *document_root*, or the list of a folder with *show_indexes*.

    The file comes with its version, and the handler sends no more of it than the request's
    conditions and ranges ask for: see :class:`~enfilade.http.FileResponse`. Raises
    :exc:`~enfilade.exceptions.Http404` for what is not a file, and
    :exc:`~enfilade.exceptions.SuspiciousFileOperation` for a path that leaves the folder.
    """
    if document_root is None:
        raise ImproperlyConfigured(
            "static.serve() has no document_root.",
            hint='Name the folder: path("media/<path:path>", serve, {"document_root": …}).',
        )
    path = posixpath.normpath(path).lstrip("/")
    file = safe_join(document_root, path)
    try:
        status = file.stat()
    except OSError:
        status = None
    if status and stat.S_ISDIR(status.st_mode):
        if show_indexes:
            return directory_index(path, file)
        raise Http404("Directory indexes are not allowed here.")
    if not status or not stat.S_ISREG(status.st_mode):  # a pipe would be waited for
        raise Http404(f"“{path}” does not exist")
    return _file_response(file)


def _file_response(file: Path) -> FileResponse:
    content_type, encoding = mimetypes.guess_type(file.name)
    content_type = content_type or "application/octet-stream"
    response = FileResponse(file.open("rb"), conditional=True, content_type=content_type)
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response


def safe_join(base: str | os.PathLike[str], path: str) -> Path:
    """*path* below *base*, symbolic links followed.

    Raises :exc:`~enfilade.exceptions.SuspiciousFileOperation` if that is not below *base*, and
    :exc:`~enfilade.exceptions.Http404` for a name that no file can have, or that Windows would
    take for a path.
    """
    if "\0" in path or "\\" in path:
        raise Http404("A path here has no null character and no backslash.")
    root = Path(base).resolve()
    try:
        file = (root / path).resolve()
    except (OSError, RuntimeError, ValueError) as exc:  # too long, links in a circle, no text
        raise Http404(f"“{path}” does not exist") from exc
    if not file.is_relative_to(root):
        raise SuspiciousFileOperation(
            f"The joined path ({file}) is located outside of the base path component ({root})"
        )
    return file


def was_modified_since(header: str | None = None, mtime: float = 0) -> bool:
    """Whether a file changed (at *mtime*, in seconds since the epoch) after the date in the
    header ``If-Modified-Since``; a header that is none or no date says nothing."""
    if header is None:
        return True
    try:
        return int(mtime) > parse_http_date(header)
    except (ValueError, OverflowError):
        return True


def directory_index(path: str, fullpath: Path) -> HttpResponse:
    """The list of a folder, without hidden files and without those whose names are not in the
    file system's encoding: no path leads to them.

    The site's template ``static/directory_index.html`` is used if there is one, with
    ``directory`` and ``file_list``.
    """
    names = sorted(
        f"{each.name}/" if each.is_dir() else each.name
        for each in fullpath.iterdir()
        if not each.name.startswith(".") and _is_text(each.name)
    )
    context: dict[str, Any] = {"directory": f"{path}/", "file_list": names}
    try:
        return HttpResponse(select_template(INDEX_TEMPLATES).render(context))
    except TemplateDoesNotExist:
        return HttpResponse(_index_page(path, names))


def _is_text(name: str) -> bool:
    """Whether Python did not have to smuggle bytes into the name (PEP 383)."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _index_page(path: str, names: list[str]) -> str:
    title = f"Index of {escape(path)}/"
    above = [] if path == "." else ["../"]
    # "./" keeps a name with a colon from being read as a URL.
    items = "\n".join(
        f'<li><a href="{quote(name) if name == "../" else "./" + quote(name)}">{escape(name)}</a>'
        for name in above + names
    )
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="robots" content="NONE,NOARCHIVE">
<title>{title}</title>
<h1>{title}</h1>
<ul>
{items}
</ul>
</html>
"""


def static(prefix: str, view: Any = serve, **kwargs: Any) -> list[URLPattern]:
    """The pattern that serves the files below *prefix* while ``DEBUG`` is on, in a list to add
    to ``urlpatterns``; an empty list otherwise, and for a prefix on another host.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for an empty prefix.
    """
    if not prefix:
        raise ImproperlyConfigured("Empty static prefix not permitted")
    if not settings.DEBUG or urlsplit(prefix).netloc:
        return []
    route = rf"^{re.escape(prefix.lstrip('/'))}(?P<path>.*)$"
    return [re_path(route, view, kwargs=kwargs)]

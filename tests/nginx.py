"""nginx for a test: all that it keeps is in one folder, and it ends with the test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from running import Running, program, running

FRAME = """
{modules}
daemon off;
{user}
error_log stderr;
pid {folder}/nginx.pid;
events {{ worker_connections 256; }}
{contexts}
"""

HTTP = """
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""


@contextmanager
def nginx(folder: Path, port: int, site: str) -> Iterator[Running]:
    """nginx with *site* in the ``http`` of its ``nginx.conf``, once it answers on *port*.

    What it prints goes to the file ``nginx`` in *folder*.
    """
    with nginx_with(folder, port, HTTP.format(folder=folder, site=site)) as it:
        yield it


@contextmanager
def nginx_with(folder: Path, port: int, contexts: str, modules: str = "") -> Iterator[Running]:
    """Likewise with these contexts, and with the ``load_module`` of what they need."""
    # As root, nginx's workers would lose the right to enter pytest's private folder.
    user = "user root;" if os.getuid() == 0 else ""
    file = folder / "nginx.conf"
    file.write_text(FRAME.format(folder=folder, user=user, modules=modules, contexts=contexts))
    argv = [program("nginx"), "-p", str(folder), "-c", str(file), "-e", "stderr"]
    with running(argv, port, folder / "nginx") as it:
        yield it

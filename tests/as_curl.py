"""Asks the site of the current folder through the test client, with a few of curl's options.

Run as a program, in a process of its own, so that each request meets the files as they are now.
"""

import argparse
import os
import sys
from pathlib import Path
from urllib.parse import urlencode, urlsplit

FORM = "application/x-www-form-urlencoded"


def main() -> None:
    os.environ.setdefault("ENFILADE_SETTINGS_MODULE", "gazette.settings")
    asked = options().parse_args()
    response = answer(asked)
    if asked.i:
        print(f"HTTP/1.1 {response.status_code} {response.reason_phrase}")
        for name, value in response.headers.items():
            print(f"{name}: {value}")
        print()
    print(response.getvalue().decode())


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("-i", action="store_true", help="show the head too")
    parser.add_argument("-d", action="append", type=field, help="a field of a form")
    parser.add_argument("-F", action="append", type=field, help="a field or a file of a form")
    parser.add_argument("url", type=urlsplit)
    return parser


def field(text: str) -> tuple[str, object]:
    from enfilade.http.uploads import SimpleUploadedFile

    name, _, value = text.partition("=")
    if value.startswith("@"):
        return name, SimpleUploadedFile(value[1:], Path(value[1:]).read_bytes())
    return name, value


def answer(asked: argparse.Namespace):
    from enfilade.test import Client

    client = Client(
        enforce_csrf_checks=True, raise_request_exception=False, headers={"Host": asked.url.netloc}
    )
    path = asked.url._replace(scheme="", netloc="").geturl()
    if asked.F:
        return client.post(path, dict(asked.F))
    if asked.d:
        return client.post(path, urlencode(asked.d), content_type=FORM)
    return client.get(path)


if __name__ == "__main__":
    sys.exit(main())

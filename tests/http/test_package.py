"""What ``import enfilade.http`` gives, and what it leaves for later."""

import subprocess
import sys

import django.http

import enfilade.http


def test_every_name_of_django_http_is_there():
    assert set(django.http.__all__) <= set(enfilade.http.__all__)
    assert all(hasattr(enfilade.http, name) for name in enfilade.http.__all__)


def test_heavy_modules_are_imported_where_they_are_used():
    heavy = "asyncio, asgiref, email.message, tempfile, mimetypes, python_multipart, uuid, decimal"
    program = (
        "import sys, enfilade.http;"
        f"print([name for name in '{heavy}'.split(', ') if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"

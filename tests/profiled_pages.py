"""What the sites here answer, whatever they are made with."""

import gzip

PAGE = (
    "<!doctype html><html lang='en'><head><title>News</title></head>"
    "<body><main><h1>News</h1></main></body></html>"
)
GZIPPED = gzip.compress(PAGE.encode())
STRICT = "default-src 'none'"
NARROW = "default-src 'none'; style-src 'self'"
"""Styles of the site, and no script."""
PIECES = ("<!doctype html><html><body>", "<p>one</p>", "<p>two</p>", "</body></html>")
ETAG = '"paper-1"'

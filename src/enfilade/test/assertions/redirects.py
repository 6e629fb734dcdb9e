"""Where a response leads."""

from typing import Any
from unittest import TestCase
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from enfilade.conf import settings
from enfilade.http import QueryDict
from enfilade.http.address import split_domain_port, validate_host
from enfilade.test.assertions.settled import settled
from enfilade.test.redirects import host_options


def assertRedirects(  # the signature is Django's
    response: Any,
    expected_url: Any,
    status_code: int = 302,
    target_status_code: int = 200,
    msg_prefix: str = "",
    fetch_redirect_response: bool = True,
) -> None:
    """*response* redirects to *expected_url* with *status_code*, and what is there answers with
    *target_status_code*.

    A response that followed redirects (``follow=True``) is judged by its first status and its
    last address. Otherwise the target is fetched by the same client, unless
    *fetch_redirect_response* is false. Raises :exc:`ValueError` if the target is not this site.
    """
    prefix = f"{msg_prefix}: " if msg_prefix else ""
    if hasattr(response, "redirect_chain"):
        url = _followed(response, status_code, target_status_code, prefix)
    else:
        _check("Response", response.status_code, status_code, prefix)
        url = urljoin(response.request["PATH_INFO"], str(response.url))
        if fetch_redirect_response:
            _fetch(response, url, target_status_code, prefix)
    said = f"{prefix}Response redirected to '{url}', expected '{expected_url}'"
    assertURLEqual(url, expected_url, said)


def _check(subject: str, actual: int, expected: int, prefix: str) -> None:
    if actual != expected:
        raise AssertionError(
            f"{prefix}{subject} didn't redirect as expected: Response code was {actual} "
            f"(expected {expected})"
        )


def _followed(response: Any, status_code: int, target_status_code: int, prefix: str) -> str:
    chain = response.redirect_chain
    if not chain:
        _check("Response", response.status_code, status_code, prefix)
        raise AssertionError(f"{prefix}Response didn't redirect, and was not asked to.")
    _check("Initial response", chain[0][1], status_code, prefix)
    if response.status_code != target_status_code:
        raise AssertionError(
            f"{prefix}Response didn't redirect as expected: Final Response code was "
            f"{response.status_code} (expected {target_status_code})"
        )
    url: str = chain[-1][0]
    return url


def _fetch(response: Any, url: str, target_status_code: int, prefix: str) -> None:
    target = urlsplit(url)
    domain, _ = split_domain_port(target.netloc)
    if domain and not validate_host(domain, settings.ALLOWED_HOSTS):
        raise ValueError(
            f"The test client cannot fetch {url}: {domain!r} is not in ALLOWED_HOSTS. Add it if "
            "this site answers there, or say fetch_redirect_response=False."
        )
    options = _same_again(response) | host_options(target)
    fetched = settled(response.client.get(target.path, QueryDict(target.query), **options))
    if fetched.status_code != target_status_code:
        raise AssertionError(
            f"{prefix}Couldn't retrieve redirection page '{target.path}': response code was "
            f"{fetched.status_code} (expected {target_status_code})"
        )


def _same_again(response: Any) -> dict[str, Any]:
    """The scheme, the header fields and the addresses that the request had of its own."""
    request = response.request
    own = {
        name: value
        for name, value in request.items()
        if name.startswith(("HTTP_", "REMOTE_", "SERVER_NAME"))
    }
    return {"secure": request.get("wsgi.url_scheme") == "https", **own}


def assertURLEqual(url1: Any, url2: Any, msg_prefix: str = "") -> None:
    """Both are the same but for the order of parameters with different names."""
    prefix = f"{msg_prefix}: " if msg_prefix else ""
    said = f"{prefix}Expected '{url1}' to equal '{url2}'."
    TestCase().assertEqual(_normalized(url1), _normalized(url2), said)


def _normalized(url: Any) -> str:
    parts = urlsplit(str(url))
    return parts._replace(query=urlencode(sorted(parse_qsl(parts.query)))).geturl()

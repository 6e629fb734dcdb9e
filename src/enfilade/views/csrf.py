"""The page for a request that ``CsrfViewMiddleware`` has refused.

The site's ``403_csrf.html`` where there is one, else a page of its own: for visitors what they
can do about it, in ``DEBUG`` what the site can. Signature: Django's ``django.views.csrf``.
"""

from types import MappingProxyType

from enfilade.conf import settings
from enfilade.http import HttpRequest, HttpResponseForbidden
from enfilade.http.origins import REASON_NO_REFERER
from enfilade.middleware.csrf import REASON_CSRF_TOKEN_MISSING, REASON_NO_CSRF_COOKIE
from enfilade.template.errors import TemplateDoesNotExist
from enfilade.template.loader import get_template
from enfilade.views.defaults import built_in_page

__all__ = ["CSRF_FAILURE_TEMPLATE_NAME", "csrf_failure"]

CSRF_FAILURE_TEMPLATE_NAME = "403_csrf.html"

_FOR_VISITORS = MappingProxyType(
    {
        REASON_NO_CSRF_COOKIE: (
            "This site needs a cookie to tell its own forms from those of other sites, and your "
            "browser sent none. If you have turned cookies off, please allow them for this site."
        ),
        REASON_NO_REFERER: (
            "Over HTTPS this site needs to know which page a form was sent from, and your browser "
            "did not say. If you or an extension have turned the Referer header off, please allow "
            "it for this site."
        ),
    }
)
_OTHERWISE = "Please go back, load the page again, and send the form once more."

_FOR_DEVELOPERS = MappingProxyType(
    {
        REASON_NO_CSRF_COOKIE: (
            "The cookie comes with the page that has the form: the template must use "
            "{{ csrf_input }} and be rendered with the request, or its view be decorated with "
            "ensure_csrf_cookie. Over plain HTTP, CSRF_COOKIE_SECURE keeps browsers from "
            "sending it."
        ),
        REASON_CSRF_TOKEN_MISSING: (
            "Put {{ csrf_input }} into the form; a script sends the cookie's value in the header "
            "X-CSRFToken. A view that no browser's cookies sign in can be marked csrf_exempt."
        ),
        REASON_NO_REFERER: (
            'A <meta name="referrer" content="no-referrer"> or the header Referrer-Policy: '
            "no-referrer keeps browsers from sending it; use same-origin instead."
        ),
        "Origin checking failed": (
            "Add the origin to CSRF_TRUSTED_ORIGINS if it is one that you trust. If it is this "
            "site's own, a proxy may hide scheme or host: see SECURE_PROXY_SSL_HEADER and "
            "USE_X_FORWARDED_HOST."
        ),
        "Referer checking failed": (
            "Add the origin of that page to CSRF_TRUSTED_ORIGINS if it is one that you trust."
        ),
    }
)
_ELSE_FOR_DEVELOPERS = (
    "The token is not one of the secret in the cookie. Signing in changes the secret, so a page "
    "that was loaded before has to be loaded again."
)


def csrf_failure(
    request: HttpRequest, reason: str = "", template_name: str = CSRF_FAILURE_TEMPLATE_NAME
) -> HttpResponseForbidden:
    """403. The template gets ``reason``, and ``no_cookie`` and ``no_referer``, which say whether
    that is it.

    Raises :exc:`~enfilade.template.TemplateDoesNotExist` for a *template_name* of the site's
    choice that is not there.
    """
    context = {
        "reason": reason,
        "no_cookie": reason == REASON_NO_CSRF_COOKIE,
        "no_referer": reason == REASON_NO_REFERER,
    }
    try:
        page = get_template(template_name).render(context, request)
    except TemplateDoesNotExist as lost:
        if template_name != CSRF_FAILURE_TEMPLATE_NAME or lost.name != template_name:
            raise
        page = _own_page(reason)
    return HttpResponseForbidden(page)


def _own_page(reason: str) -> str:
    advice = _FOR_VISITORS.get(reason, _OTHERWISE)
    paragraphs = ["CSRF verification failed. Request aborted.", advice]
    if settings.DEBUG:
        paragraphs += [
            f"Reason given for failure: {reason}",
            _advice_for_developers(reason),
            "You see the reason because DEBUG is on; visitors do not.",
        ]
    else:
        paragraphs.append("More information is available with DEBUG=True.")
    return built_in_page("Forbidden", *paragraphs)


def _advice_for_developers(reason: str) -> str:
    kind = reason if reason in _FOR_DEVELOPERS else reason.partition(" - ")[0]
    return _FOR_DEVELOPERS.get(kind, _ELSE_FOR_DEVELOPERS)

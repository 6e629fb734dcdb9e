"""In and out, and from there to where the visitor wanted to go."""

from collections.abc import Callable, Collection
from typing import Any, ClassVar

from enfilade.conf import settings
from enfilade.contrib.auth.decorators import login_not_required
from enfilade.contrib.auth.forms import AuthenticationForm
from enfilade.contrib.auth.pages import FormPage, Page
from enfilade.contrib.auth.redirects import REDIRECT_FIELD_NAME
from enfilade.contrib.auth.signing_in import login, logout
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpRequest, HttpResponse, HttpResponseRedirect
from enfilade.http.destinations import url_has_allowed_host_and_scheme
from enfilade.shortcuts import resolve_url
from enfilade.translation import gettext_lazy
from enfilade.views.decorators import method_decorator
from enfilade.views.decorators.cache import never_cache
from enfilade.views.decorators.csrf import csrf_protect
from enfilade.views.decorators.debug import sensitive_post_parameters

__all__ = ["LoginView", "LogoutView", "RedirectURLMixin", "logout_then_login"]


class RedirectURLMixin:
    """Goes where the parameter ``next`` says, if that is on this site or on a host of
    ``success_url_allowed_hosts``; else to ``next_page``."""

    request: HttpRequest
    next_page: Any = None
    redirect_field_name: str = REDIRECT_FIELD_NAME
    success_url_allowed_hosts: Collection[str] = frozenset()

    def get_success_url(self) -> str:
        """Where to go."""
        return self.get_redirect_url() or self.get_default_redirect_url()

    def get_redirect_url(self) -> str:
        """Where the visitor wants to go; empty if that is nowhere, or no safe place."""
        name = self.redirect_field_name
        wanted: str | None = self.request.POST.get(name, self.request.GET.get(name))
        is_safe = url_has_allowed_host_and_scheme(
            wanted, self.get_success_url_allowed_hosts(), require_https=self.request.is_secure()
        )
        return wanted if wanted and is_safe else ""

    def get_success_url_allowed_hosts(self) -> set[str]:
        """The hosts that ``next`` may lead to."""
        return {self.request.get_host(), *self.success_url_allowed_hosts}

    def get_default_redirect_url(self) -> str:
        """Where to go otherwise; raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if
        nothing says it."""
        if self.next_page:
            return resolve_url(self.next_page)
        raise ImproperlyConfigured("No URL to redirect to. Provide a next_page.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What a form needs to pass ``next`` on, and ``site_name``, which is the host."""
        target = self.get_redirect_url()
        context = {
            self.redirect_field_name: target,
            "redirect_field_name": self.redirect_field_name,
            "redirect_to": target,
            "site_name": self.request.get_host(),
        }
        inner: Callable[..., dict[str, Any]] = super().get_context_data  # type: ignore[misc]
        return inner(**{**context, **kwargs})


@method_decorator(login_not_required, name="dispatch")
class LoginView(RedirectURLMixin, FormPage):
    """Asks for name and password, and signs the visitor in."""

    form_class: Any = AuthenticationForm
    authentication_form: Any = None
    template_name = "registration/login.html"
    title: object = gettext_lazy("Log in")
    redirect_authenticated_user = False
    """Whether who has signed in already is sent on. Other sites can find out then whether they
    have: by an image whose address has a ``next`` that leads to one."""

    @method_decorator([sensitive_post_parameters(), csrf_protect, never_cache])
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer, or send on; :exc:`ValueError` where that would lead here again."""
        if self.redirect_authenticated_user and request.user.is_authenticated:
            target = self.get_success_url()
            if target == request.path:
                raise ValueError(
                    "Redirection loop for authenticated user detected. Does LOGIN_REDIRECT_URL "
                    "lead to the login page?"
                )
            return HttpResponseRedirect(target)
        return super().dispatch(request, *args, **kwargs)

    def get_default_redirect_url(self) -> str:
        """``next_page``, or ``LOGIN_REDIRECT_URL``."""
        return resolve_url(self.next_page or settings.LOGIN_REDIRECT_URL)

    def get_form_class(self) -> Any:
        """The class of the form."""
        return self.authentication_form or self.form_class

    def get_form_kwargs(self) -> dict[str, Any]:
        """The request, too, for backends."""
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign the visitor in."""
        login(self.request, form.get_user())
        return HttpResponseRedirect(self.get_success_url())


class LogoutView(RedirectURLMixin, Page):
    """Signs the visitor out; by POST only, as no link and no image must do that."""

    http_method_names: ClassVar[list[str]] = ["post", "options"]
    template_name = "registration/logged_out.html"
    title: object = gettext_lazy("Logged out")

    @method_decorator([csrf_protect, never_cache])
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer."""
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign out, and go on or say so."""
        logout(request)
        target = self.get_success_url()
        if target not in (request.path, request.get_full_path()):  # which GET cannot see
            return HttpResponseRedirect(target)
        return self.get(request, *args, **kwargs)

    def get_default_redirect_url(self) -> str:
        """``next_page``, or ``LOGOUT_REDIRECT_URL``, or this page."""
        target = self.next_page or settings.LOGOUT_REDIRECT_URL
        return resolve_url(target) if target else self.request.path


def logout_then_login(request: HttpRequest, login_url: Any = None) -> HttpResponse:
    """Sign out and go to *login_url* (``LOGIN_URL``); a view, by POST only."""
    target = resolve_url(login_url or settings.LOGIN_URL)
    response: HttpResponse = LogoutView.as_view(next_page=target)(request)
    return response

"""A new password for who has forgotten theirs: by a link, which comes to their address.

What is answered, and how long it takes, does not tell whether there is such a user. The link's
token stands in the address for one redirect only: then it is in the session, where no
``Referer`` field (RFC 9110, 10.1.3) and no history can pass it on.
"""

from functools import partial
from typing import Any

from enfilade.conf import settings
from enfilade.contrib.auth.decorators import login_not_required
from enfilade.contrib.auth.errors import UserDoesNotExist
from enfilade.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from enfilade.contrib.auth.pages import FormPage, Page
from enfilade.contrib.auth.reset_delivery import Delivery, attempt, deliver_later, find_delivery
from enfilade.contrib.auth.signing_in import login
from enfilade.contrib.auth.store import get_user_store
from enfilade.contrib.auth.tokens import decode_uid, default_token_generator, encode_uid
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpRequest, HttpResponse, HttpResponseRedirect
from enfilade.shortcuts import resolve_url
from enfilade.translation import gettext_lazy
from enfilade.urls import reverse
from enfilade.views.decorators import method_decorator
from enfilade.views.decorators.cache import never_cache
from enfilade.views.decorators.csrf import csrf_protect
from enfilade.views.decorators.debug import sensitive_post_parameters

__all__ = [
    "INTERNAL_RESET_SESSION_TOKEN",
    "PasswordResetCompleteView",
    "PasswordResetConfirmView",
    "PasswordResetDoneView",
    "PasswordResetView",
]

INTERNAL_RESET_SESSION_TOKEN = "_password_reset_token"  # noqa: S105 - a name
"""Under this name the session has the token while its user thinks of a password."""


@method_decorator(login_not_required, name="dispatch")
class PasswordResetView(FormPage):
    """Asks for an address, and has links delivered to the users who have it."""

    form_class: Any = PasswordResetForm
    success_url: Any = "password_reset_done"
    template_name = "registration/password_reset_form.html"
    title: object = gettext_lazy("Forgotten your password?")
    token_generator = default_token_generator
    confirm_route = "password_reset_confirm"
    """The name of the route that links lead to."""

    @method_decorator(csrf_protect)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer."""
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Look for users and deliver, later and elsewhere."""
        deliver = partial(self._deliver, find_delivery())
        self._link("uid", "token")  # whatever is wrong with it must not depend on the address
        deliver_later(partial(form.save, deliver))
        return super().form_valid(form)

    def get_link(self, user: Any) -> str:
        """The whole URL by which *user* gets a new password."""
        return self._link(encode_uid(user), self.token_generator.make_token(user))

    def _link(self, uid: str, token: str) -> str:
        path = reverse(self.confirm_route, kwargs={"uidb64": uid, "token": token})
        return self.request.build_absolute_uri(path)

    def _deliver(self, delivery: Delivery, user: Any) -> None:
        attempt(lambda: delivery(user, self.get_link(user), self.request))


@method_decorator(login_not_required, name="dispatch")
class PasswordResetDoneView(Page):
    """Says that a link is on its way, if there is such a user."""

    template_name = "registration/password_reset_done.html"
    title: object = gettext_lazy("Look into your mail")


@method_decorator(login_not_required, name="dispatch")
class PasswordResetConfirmView(FormPage):
    """Where the link leads to: asks for the new password."""

    form_class: Any = SetPasswordForm
    success_url: Any = "password_reset_complete"
    template_name = "registration/password_reset_confirm.html"
    title: object = gettext_lazy("Choose a new password")
    token_generator = default_token_generator
    post_reset_login = False
    """Whether the user is signed in at once; ``post_reset_login_backend`` is the path of the
    backend, where a site has several."""
    post_reset_login_backend: str | None = None
    reset_url_token = "set-password"  # noqa: S105 - instead of one
    """What stands in the address in place of the token."""

    validlink = False
    user: Any = None

    @method_decorator([sensitive_post_parameters(), csrf_protect, never_cache])
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Take the token out of the address, or answer if that is done.

        Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for a route without the
        parameters.
        """
        if "uidb64" not in kwargs or "token" not in kwargs:
            raise ImproperlyConfigured("The URL path must contain 'uidb64' and 'token' parameters.")
        token = kwargs["token"]
        self.user = self.get_user(kwargs["uidb64"])
        if token == self.reset_url_token:
            self.validlink = self._is_good(request.session.get(INTERNAL_RESET_SESSION_TOKEN))
        elif self._is_good(token):
            request.session[INTERNAL_RESET_SESSION_TOKEN] = token
            return HttpResponseRedirect(request.path.replace(token, self.reset_url_token))
        if self.validlink:
            return super().dispatch(request, *args, **kwargs)
        return self.render_to_response(self.get_context_data())

    def get_user(self, uidb64: str) -> Any:
        """The user of the link, or ``None``."""
        user_id = decode_uid(uidb64)
        try:
            return None if user_id is None else get_user_store().get(pk=user_id)
        except (UserDoesNotExist, TypeError, ValueError, OverflowError):
            return None

    def _is_good(self, token: str | None) -> bool:
        return self.user is not None and self.token_generator.check_token(self.user, token)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The user, too."""
        return {**super().get_form_kwargs(), "user": self.user}

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the password; the link is worth nothing from now on."""
        user = form.save()
        del self.request.session[INTERNAL_RESET_SESSION_TOKEN]
        if self.post_reset_login:
            login(self.request, user, self.post_reset_login_backend)
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """``form``, ``validlink``; without a good link there is no form."""
        if self.validlink:
            return super().get_context_data(**{"validlink": True, **kwargs})
        title = gettext_lazy("This link does not work")
        return super().get_context_data(form=None, validlink=False, title=title, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class PasswordResetCompleteView(Page):
    """Says that it is done, and where to sign in."""

    template_name = "registration/password_reset_complete.html"
    title: object = gettext_lazy("You have a new password")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """``login_url``."""
        return super().get_context_data(**{"login_url": resolve_url(settings.LOGIN_URL), **kwargs})

"""Another password, for who has one."""

from typing import Any

from enfilade.contrib.auth.decorators import login_required
from enfilade.contrib.auth.forms import PasswordChangeForm
from enfilade.contrib.auth.pages import FormPage, Page
from enfilade.contrib.auth.signing_in import update_session_auth_hash
from enfilade.http import HttpRequest, HttpResponse
from enfilade.translation import gettext_lazy
from enfilade.views.decorators import method_decorator
from enfilade.views.decorators.csrf import csrf_protect
from enfilade.views.decorators.debug import sensitive_post_parameters

__all__ = ["PasswordChangeDoneView", "PasswordChangeView"]


class PasswordChangeView(FormPage):
    """Asks for the old password and a new one. This session goes on, the user's others end."""

    form_class: Any = PasswordChangeForm
    success_url: Any = "password_change_done"
    template_name = "registration/password_change_form.html"
    title: object = gettext_lazy("Change your password")

    @method_decorator([sensitive_post_parameters(), csrf_protect, login_required])
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer."""
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The user, too."""
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the password."""
        form.save()
        update_session_auth_hash(self.request, form.user)
        return super().form_valid(form)


@method_decorator(login_required, name="dispatch")
class PasswordChangeDoneView(Page):
    """Says that it is done."""

    template_name = "registration/password_change_done.html"
    title: object = gettext_lazy("Password changed")

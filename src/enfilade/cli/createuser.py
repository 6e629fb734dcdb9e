"""``enfilade createuser``: somebody who can sign in, the first superuser for example."""

import shlex
from dataclasses import dataclass
from typing import Any

import click

from enfilade.cli.accounts import ask_until_accepted, find_password, told_plainly
from enfilade.cli.site import application_argument, load_site


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was said on the command line."""

    username: str | None
    email: str | None
    superuser: bool
    staff: bool
    no_input: bool
    password_stdin: bool

    @property
    def may_ask(self) -> bool:
        """Whether a person is there; what comes from standard input cannot be an answer, too."""
        return not (self.no_input or self.password_stdin)


@click.command("createuser")
@click.option("--username", metavar="NAME", help="By what they are known.")
@click.option("--email", metavar="ADDRESS", help="Where a link for a new password is sent.")
@click.option("--superuser", is_flag=True, help="They may do everything; implies --staff.")
@click.option("--staff", is_flag=True, help="They are of the staff, whatever the site means by it.")
@click.option("--no-input", is_flag=True, help="Ask nothing; without a password none fits.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@application_argument
def command(application: str | None, **given: Any) -> None:
    """Make a user who can sign in.

    What is not given is asked for. The password may be in ENFILADE_PASSWORD; the validators of
    AUTH_PASSWORD_VALIDATORS have to accept it.
    """
    load_site(application)
    with told_plainly():
        name, may_sign_in = _make(Wanted(**given))
    click.echo(f"{'The superuser' if given['superuser'] else 'The user'} {name} is there now.")
    if not may_sign_in:
        click.echo("They cannot sign in until they have a password:")
        click.echo(f"  enfilade changepassword {shlex.quote(name)}")


def _make(wanted: Wanted) -> tuple[str, bool]:
    """The name of the new user, and whether they have a password."""
    from enfilade.contrib.auth import get_user_store
    from enfilade.contrib.auth.password_validation import password_changed

    store = get_user_store()
    name, email = _name(store, wanted), _email(wanted)
    others = _others(store.model, wanted)
    known = {store.model.USERNAME_FIELD: name, store.model.EMAIL_FIELD: email, **others}
    password = find_password(store.model(**known), wanted.password_stdin, wanted.may_ask)
    flags = {"is_staff": True} if wanted.staff else {}
    create = store.create_superuser if wanted.superuser else store.create_user
    user = create(name, email, password, **others, **flags)
    if password is not None:
        password_changed(password, user)
    return str(user.get_username()), password is not None


def _name(store: Any, wanted: Wanted) -> str:
    """A name that is free, found before more is asked; :exc:`ValueError`."""
    if wanted.username is None and wanted.may_ask:
        label = _label(store.model.USERNAME_FIELD)
        return ask_until_accepted(lambda: _ask(label), lambda name: _free(store, name))
    if not wanted.username:
        raise ValueError("--username says by what the user is to be known.")
    return _free(store, wanted.username)


def _free(store: Any, name: str) -> str:
    """*name*, that a form for signing in lets pass; :exc:`ValueError` for any other."""
    from enfilade.contrib.auth.errors import UserDoesNotExist

    if name != name.strip() or not name.isprintable():
        raise ValueError(f"Nobody could sign in as {name!r}: take out blanks and what is not seen.")
    try:
        store.get_by_natural_key(name)
    except UserDoesNotExist:
        return name
    raise ValueError(f"There is a user {name} already; enfilade changepassword {name} helps them.")


def _email(wanted: Wanted) -> str:
    """The address, or the empty text; raises :exc:`~enfilade.exceptions.ValidationError`."""
    if wanted.email is None and wanted.may_ask:
        return ask_until_accepted(lambda: _ask("Email address", default=""), _address)
    return _address(wanted.email or "")


def _address(email: str) -> str:
    from enfilade.contrib.auth.fields import Field

    cleaned: str = Field("email", "Email address", kind="email").clean(email) if email else ""
    return cleaned


def _others(model: Any, wanted: Wanted) -> dict[str, str]:
    """What else ``REQUIRED_FIELDS`` of a site's own users says; :exc:`ValueError` if there is
    nobody to ask."""
    names = [name for name in model.REQUIRED_FIELDS if name != model.EMAIL_FIELD]
    if names and not wanted.may_ask:
        raise ValueError(f"A person has to be asked for {', '.join(map(_label, names))}.")
    return {name: _ask(_label(name)) for name in names}


def _label(field: str) -> str:
    return field.replace("_", " ").capitalize()


def _ask(label: str, default: str | None = None) -> str:
    answer: str = click.prompt(label, default=default, show_default=False)
    return answer.strip()

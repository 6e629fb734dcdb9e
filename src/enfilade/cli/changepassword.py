"""``enfilade changepassword``: another password for somebody, whose sessions end."""

import click

from enfilade.cli.accounts import find_password, told_plainly
from enfilade.cli.site import application_argument, load_site


@click.command("changepassword")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.argument("username")
@application_argument
def command(username: str, password_stdin: bool, application: str | None) -> None:
    """Give the user USERNAME another password.

    It is asked for, unless it is in ENFILADE_PASSWORD. All sessions of the user end.
    """
    load_site(application)
    with told_plainly():
        _change(username, password_stdin)
    click.echo(f"{username} has another password now.")


def _change(username: str, password_stdin: bool) -> None:
    from enfilade.contrib.auth import get_user_store
    from enfilade.contrib.auth.errors import UserDoesNotExist
    from enfilade.contrib.auth.password_validation import password_changed

    try:
        user = get_user_store().get_by_natural_key(username)
    except UserDoesNotExist:
        raise ValueError(f"There is no user {username}.") from None
    password = find_password(user, password_stdin, may_ask=not password_stdin)
    assert password is not None  # somebody was asked
    user.set_password(password)
    user.save(update_fields=["password"])
    password_changed(password, user)

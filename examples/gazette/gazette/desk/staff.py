"""Who may sit at the desk: whoever has the one permission that the paper knows."""

import secrets

from enfilade.contrib.auth.errors import UserExists
from enfilade.contrib.auth.users import User

EDIT = "gazette.edit"
EDITOR = "editor"


def hire() -> str | None:
    """Make the editor's account and return its password; None if there is an account already.

    Only a hash of the password is kept: nobody can look it up afterwards.
    """
    password = secrets.token_urlsafe(9)
    try:
        editor = User.objects.create_user(EDITOR, password=password)
    except UserExists:
        return None
    editor.user_permissions.add(EDIT)
    return password

"""What a store of users may have to say."""

from enfilade.exceptions import Hinted, ObjectDoesNotExist

__all__ = ["SeveralUsers", "UnknownGroup", "UserDoesNotExist", "UserExists"]


class UserDoesNotExist(ObjectDoesNotExist):
    """There is no such user; also known as ``User.DoesNotExist``."""


class UserExists(Hinted, ValueError):
    """There is a user of this name already."""


class SeveralUsers(Hinted, ValueError):
    """More than one user where one was asked for; also known as
    ``User.MultipleObjectsReturned``."""


class UnknownGroup(ObjectDoesNotExist):
    """There is no group of this name."""

"""The two faults of a conversation: the client's and the application's."""

from enfilade.exceptions import DeveloperError
from enfilade.protocol.policy import Rule


class ProtocolError(Exception):
    """The client broke *rule*: answer with :attr:`status` and close."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(f"{rule.reason} ({rule.section})")
        self.rule = rule

    @property
    def status(self) -> int:
        """The status code to answer with."""
        return self.rule.status

    @property
    def reason(self) -> str:
        """Why, in words that the client may read."""
        return self.rule.reason


class ResponseError(DeveloperError):
    """The application asked for a response that HTTP or PEP 3333 does not allow."""

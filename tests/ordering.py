"""What ``enfilade check`` has to say of an order of middleware."""

from collections.abc import Sequence

from enfilade.explain.checks import Finding, csrf, messages, middleware
from enfilade.test import override_settings

CHECKS = (
    middleware.check_importable,
    middleware.check_order,
    middleware.check_repeated,
    middleware.check_required,
    middleware.check_followed,
    csrf.check_sessions,
    messages.check_storage,
)
"""All that look at which middleware there are and how they stand."""


def findings(order: Sequence[object]) -> list[Finding]:
    with override_settings(MIDDLEWARE=list(order)):
        return [finding for check in CHECKS for finding in check()]


def is_accepted(order: Sequence[object]) -> bool:
    return not findings(order)

"""Applications of no framework, which fail with a secret in what they say."""

from canaries import CANARIES


def application(environ, start_response):
    raise LookupError(f"no such user (token: {CANARIES['exception']})")


async def asgi(scope, receive, send):
    if scope["type"] == "http":
        raise LookupError(f"no such user (token: {CANARIES['exception']})")

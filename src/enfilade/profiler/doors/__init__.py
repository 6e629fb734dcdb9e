"""The two doors to the profiler's pages: beside the application in development, and at an address
of their own in production. Both serve WSGI; the first ASGI too."""

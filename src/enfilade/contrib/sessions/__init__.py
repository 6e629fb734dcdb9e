"""What a site remembers of a visitor from one request to the next, in Django's API.

``SessionMiddleware`` promises ``request.session``; ``SESSION_ENGINE`` names the module whose
``SessionStore`` keeps it.
"""

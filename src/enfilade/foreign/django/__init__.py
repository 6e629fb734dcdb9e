"""Django, 4.2 and later: its handlers, its chain, and what they do with a request.

Nothing here is imported unless Django is. See ``docs/decisions``, number 14.
"""

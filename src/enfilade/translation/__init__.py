"""The language of a request, and texts in it."""

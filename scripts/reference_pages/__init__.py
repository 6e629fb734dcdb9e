"""What `scripts/reference` writes from docstrings: the pages of names, and that of the checks.

The source is read, not imported, so every Python and every machine writes the same pages.
"""

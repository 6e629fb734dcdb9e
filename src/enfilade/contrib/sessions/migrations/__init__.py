"""Scripts for ``enfilade migrate``."""

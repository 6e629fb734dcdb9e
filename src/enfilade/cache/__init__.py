"""Values kept for a while, in memory, in files or on Redis; see :mod:`enfilade.conf` for ``CACHES``."""

"""Where sessions are kept: each module has a ``SessionStore``, and ``SESSION_ENGINE`` names one."""

"""The options of the server by what they are about.

:class:`~enfilade.server.options.Options` has them all, and the slots for them: of several bases
only one may have slots of its own.
"""

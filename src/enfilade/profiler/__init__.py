"""The profiler: pages that show what happened to past requests, and what the server does now.

``Profiler(source, root).answer("GET", "/-/enfilade/")`` of :mod:`enfilade.profiler.pages` is one
page. Nothing there knows a framework, settings or a socket: who serves the pages brings a
:class:`~enfilade.profiler.source.Source` to read from, which :mod:`enfilade.profiler.doors` do.

Nothing is imported here, so that a development server starts without what only the pages need.
"""

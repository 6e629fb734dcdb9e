"""Sockets, processes and threads: the outermost room of the house, on both ends of the walk."""

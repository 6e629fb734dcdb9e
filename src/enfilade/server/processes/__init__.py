"""The supervisor and its workers: listening sockets, signals, reloads."""

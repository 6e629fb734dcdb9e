"""The editor's desk: behind a door, where articles are written, edited and withdrawn."""

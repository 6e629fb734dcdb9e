"""Batteries that a site may leave out."""

"""Decorators for views, sync and async; one file for each concern, named as Django names it."""

"""Enfilade."""

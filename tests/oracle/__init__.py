"""The same site, written once, on Enfilade and on Django 5.2: what both do must be equal."""

from oracle.frameworks import DJANGO, ENFILADE, Framework
from oracle.outcome import GATEWAYS, Outcome, run

__all__ = ["DJANGO", "ENFILADE", "GATEWAYS", "Framework", "Outcome", "run"]

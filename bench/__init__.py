"""Enfilade and its rivals on one machine, row by row; ``python -m bench --help`` says how."""

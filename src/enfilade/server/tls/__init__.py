"""Certificates, keys and what is made of them: contexts that the loop shakes hands with."""

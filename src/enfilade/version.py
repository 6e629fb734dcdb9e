"""The version, which packaging reads here too: to ask ``importlib.metadata`` takes longer than to
import the server."""

VERSION = "0.1.0"

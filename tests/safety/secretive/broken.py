"""A site that does not start, and says too much about it."""

from canaries import CANARIES

raise RuntimeError(f"cannot reach postgres://shop:{CANARIES['database']}@bank.example/shop")

"""The same site with its debug pages."""

from pathlib import Path

exec(compile(Path(__file__).with_name("shop.py").read_text(), "shop.py", "exec"))

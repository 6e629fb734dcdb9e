"""Makes the package ``bench`` importable, which is a folder beside ``src`` and is not installed."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))

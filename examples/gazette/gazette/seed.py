"""Print the first edition before the first reader comes: ``python -m gazette.seed``."""

import os

from enfilade.conf import settings
from gazette.newsroom import queries

os.environ.setdefault("ENFILADE_SETTINGS_MODULE", "gazette.settings")
print(f"{queries.count()} articles in {settings.GAZETTE_DATABASE}")

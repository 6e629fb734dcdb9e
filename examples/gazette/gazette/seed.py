"""Print the first edition: ``python -m gazette.seed``.

The site does the same on its own when it finds an empty database, so this command is for those
who would rather have it done before the first reader comes.
"""

import os

from enfilade.conf import settings
from gazette.newsroom import queries


def main() -> None:
    """Create and fill the database if it is empty, then say what is in it."""
    os.environ.setdefault("ENFILADE_SETTINGS_MODULE", "gazette.settings")
    count = queries.archive(number=1).total
    print(f"{count} articles in {settings.GAZETTE_DATABASE}")


if __name__ == "__main__":
    main()

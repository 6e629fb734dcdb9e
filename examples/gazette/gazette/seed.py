"""Print the first edition and hire an editor, once: ``python -m gazette.seed``."""

import os

from enfilade.conf import settings
from enfilade.database.migration import migrate
from gazette.desk import staff
from gazette.newsroom import queries

os.environ.setdefault("ENFILADE_SETTINGS_MODULE", "gazette.settings")
print(f"{queries.count()} articles in {settings.GAZETTE_DATABASE}")
migrate()
if password := staff.hire():
    print(f"At /desk/, sign in as {staff.EDITOR} with the password {password}")
else:
    print("At /desk/, sign in as before; enfilade changepassword makes another password.")

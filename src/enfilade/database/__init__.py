"""The site's relational database, for sessions, users and whatever the site keeps there itself.

SQLAlchemy 2 Core does the work. ``DATABASE_URL`` names the database: SQLite in a file by default,
PostgreSQL through psycopg 3 when the address says ``postgresql://``. SQLAlchemy is imported with
the first use, so a site without a database needs none.
"""

from enfilade.database.connection import connect, engine, transaction

__all__ = ["connect", "engine", "transaction"]

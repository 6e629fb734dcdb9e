"""The tables that Enfilade's own rooms declare; a site may add its own to the same metadata."""

from enfilade.exceptions import ImproperlyConfigured

try:
    from sqlalchemy import MetaData
except ModuleNotFoundError as error:
    raise ImproperlyConfigured(
        "Tables are declared by SQLAlchemy, which is not installed.",
        hint='pip install "enfilade[database]"',
    ) from error

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Constraints have names of a rule, because a migration must be able to name what it drops."""

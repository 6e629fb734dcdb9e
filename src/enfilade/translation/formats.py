"""Dates and numbers as the active language writes them: Babel's functions with its locale.

In templates they are filters: ``{{ order.date|format_date("long") }}``.
"""

from datetime import date, datetime, time
from decimal import Decimal

from enfilade.translation.locales import active_locale


def format_date(value: date, format: str = "medium") -> str:
    """*value* in the style "short", "medium", "long" or "full", or by a pattern of Unicode's."""
    locale = active_locale()
    from babel import dates

    return dates.format_date(value, format, locale)


def format_time(value: datetime | time, format: str = "medium") -> str:
    """The time of *value*, likewise."""
    locale = active_locale()
    from babel import dates

    return dates.format_time(value, format, locale=locale)


def format_datetime(value: datetime, format: str = "medium") -> str:
    """Both, likewise, in the time zone that *value* has."""
    locale = active_locale()
    from babel import dates

    return dates.format_datetime(value, format, value.tzinfo, locale)


def format_number(value: float | Decimal, format: str | None = None) -> str:
    """*value* with the separators of the language, or by a pattern such as ``"#,##0.00"``."""
    locale = active_locale()
    from babel import numbers

    return numbers.format_decimal(value, format, locale)


def format_currency(value: float | Decimal, currency: str) -> str:
    """An amount of money; *currency* is its code in ISO 4217, such as "EUR"."""
    locale = active_locale()
    from babel import numbers

    return numbers.format_currency(value, currency, locale=locale)


FILTERS = {
    each.__name__: each
    for each in (format_date, format_time, format_datetime, format_number, format_currency)
}
"""What templates call them."""

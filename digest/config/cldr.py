"""Months, weekdays and forms of dates of the Unicode CLDR: the only door to babel, if installed."""

import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from digest.model import TextKey
from digest.model.catalogue import DATE, DAY_AND_MONTH, FULL_DATE, LONG_DATE, MONTHS, WEEKDAYS

if TYPE_CHECKING:
    from babel import Locale

EXTRA = "i18n"
"""What to install so that regions and languages without a catalogue have dates of their own."""

# Unicode Technical Standard 35, part 4: the fields of a date's pattern, or a text in quotes.
_FIELD = re.compile(r"'([^']*)'|([A-Za-z]+)|([^A-Za-z']+)")
_NAMES = {
    **dict.fromkeys(("EEEE", "cccc"), "{weekday}"),
    **dict.fromkeys(("d", "dd"), "{day}"),
    **dict.fromkeys(("MMMM", "LLLL"), "{month}"),
    **dict.fromkeys(("M", "L", "MM"), "{month_number}"),
    **dict.fromkeys(("y", "yyyy"), "{year}"),
}


def calendar_words(language: str) -> Mapping[TextKey, tuple[str, ...]]:
    """The months, weekdays and forms of dates for a language tag; nothing where none are known."""
    if find_spec("babel") is None:
        return {}
    from babel import Locale, UnknownLocaleError

    try:
        return dict(_words(Locale.parse(language, sep="-")))
    except (UnknownLocaleError, ValueError):
        return {}


def _words(locale: "Locale") -> Iterator[tuple[TextKey, tuple[str, ...]]]:
    months, days = locale.months["format"]["wide"], locale.days["format"]["wide"]
    for number, name in enumerate(MONTHS, start=1):
        yield TextKey(text=name), (str(months[number]),)
    for number, name in enumerate(WEEKDAYS):
        yield TextKey(text=name), (str(days[number]),)
    patterns = {
        FULL_DATE: locale.date_formats.get("full"),
        LONG_DATE: locale.date_formats.get("long"),
        DAY_AND_MONTH: locale.datetime_skeletons.get("MMMMd"),
    }
    for form, pattern in patterns.items():
        if pattern and (converted := form_of(pattern.pattern)):
            yield TextKey(text=form, context=DATE), (converted,)


def form_of(pattern: str) -> str:
    """A pattern such as "EEEE, d. MMMM y" with braced names; empty where it asks for others."""
    parts = [
        _NAMES.get(field, "") if field else quoted or other
        for quoted, field, other in _FIELD.findall(pattern)
    ]
    return "".join(parts) if all(parts) else ""

"""Fields that are kept of a feed's entries for templates: their names, and where they stand."""

import re

from digest.config.selectors import check_json_selector
from digest.config.wording import UnfitError, shown

MOST_FIELDS = 20
"""How many fields of a feed are kept."""

_LONGEST_NAME = 40
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ELEMENT = re.compile(r"[^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?")
_PATH = re.compile(r"[_$].*|.*[.\[{].*", re.DOTALL)


def check_field_name(value: str) -> str:
    """A name that templates can write as ``story.fields.NAME``.

    :raises UnfitError: with the reason, for anything else.
    """
    if _NAME.fullmatch(value) and len(value) <= _LONGEST_NAME:
        return value
    simple = re.sub(r"[^a-z0-9]+", "_", value.lower()).strip("_0123456789")[:_LONGEST_NAME]
    message = f"{shown(value)} is no name that a template can use: small letters, digits and _"
    raise UnfitError(message, fix=f"for example {shown(simple or 'price')}")


def check_element(value: str) -> str:
    """Where a feed has a field: an element's name, or a path into a JSON Feed's item.

    :raises UnfitError: with the reason, for anything else.
    """
    if _ELEMENT.fullmatch(value):
        return value
    if _PATH.fullmatch(value) and "<" not in value:
        return check_json_selector(value)
    message = f"{shown(value)} is no element of a feed"
    raise UnfitError(message, fix='for example "g:price", or "_shop.price" in a JSON Feed')

"""Where things are on a page or in an API's JSON, as people write it: checked and translated.

A page's selectors are CSS (Selectors Level 3), with four additions: ``.`` is the entry itself,
``@name`` at the end takes an attribute (``a@title``), and a leading ``>``, ``+`` or ``~`` looks
among the entry's children, at its next sibling, or at all siblings after it.
"""

import re
from dataclasses import dataclass

from digest.config.wording import UnfitError, shown
from digest.model.json_path import JsonPath, placeholders

_WITH_ATTRIBUTE = re.compile(r"(?P<css>.*?)@(?P<attribute>[A-Za-z_][\w:.-]*)", re.DOTALL)
_AXES = {
    ">": "child::",
    "+": "following-sibling::*[1]/self::",
    "~": "following-sibling::",
}
_INSIDE = "descendant-or-self::"


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePart:
    """A page's selector as XPath 1.0 from the entry, and the attribute it takes, if it does."""

    xpath: str
    attribute: str = ""


def page_part(selector: str) -> PagePart:
    """What a page's selector selects.

    :raises UnfitError: with the reason, when it is none.
    """
    match = _WITH_ATTRIBUTE.fullmatch(selector.strip())
    css = (match["css"] if match else selector).strip()
    attribute = match["attribute"].lower() if match else ""
    return PagePart(xpath=_xpath(css or "."), attribute=attribute)


def check_page_selector(value: str) -> str:
    """A page's selector.

    :raises UnfitError: with the reason, for anything else.
    """
    page_part(value)
    return value


def check_json_selector(value: str) -> str:
    """A path into an API's JSON, or a template with such paths in braces.

    :raises UnfitError: with the reason, for anything else.
    """
    for path in placeholders(value) or (value,):
        try:
            JsonPath.parse(path)
        except ValueError as error:
            fix = "for example items[*] for the entries, and title or author.name inside one"
            raise UnfitError(f"{shown(value)} is no path into JSON: it {error}", fix=fix) from error
    return value


def _xpath(css: str) -> str:
    # Loaded only where a page is read: most publications have feeds alone.
    from cssselect import HTMLTranslator, SelectorError

    if css == ".":
        return "self::*"
    prefix, rest = (_AXES[css[0]], css[1:].strip()) if css[0] in _AXES else (_INSIDE, css)
    try:
        return HTMLTranslator().css_to_xpath(rest, prefix=prefix)
    except SelectorError as error:
        fix = 'for example "article.post" for the entries, and "h2 a" or "time" inside one'
        raise UnfitError(f"{shown(css)} is no CSS selector: {error}", fix=fix) from error

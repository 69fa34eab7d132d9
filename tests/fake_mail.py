"""A whole mail with nothing in it to find fault with, around whatever a fake renderer puts in."""

from html import escape
from string import Template

_DARK = (
    "$within.page,$within.box{background-color:#111111!important}"
    "$within.words{color:#eeeeee!important}"
)
_WORDS = "The ferryman keeps a ledger of the weather, and reads it out to nobody but gulls. " * 7

MAIL = Template("""<!DOCTYPE html>
<html lang="en" dir="ltr"><head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>$subject</title>
<!--[if mso]><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml><![endif]-->
<style>@media (prefers-color-scheme:dark){$dark}</style>
<style>$marked</style>
</head><body class="page" style="background-color:#f4f4f4">
<div lang="en" dir="ltr" style="font-family:Arial,sans-serif">
<!--[if mso]><table role="presentation" width="600"><tr><td><![endif]-->
<table role="presentation" style="max-width:600px"><tr>
<td class="box" style="background-color:#ffffff;padding:0 24px">
<h1 class="words" style="color:#222222">$title</h1>
<p class="words" style="font-size:16px;line-height:26px;color:#222222">$stories</p>
<p class="words" style="font-size:16px;line-height:26px;color:#222222">$words</p>
<a class="words" href="https://unsubscribe.slot.invalid/" style="color:#222222">Unsubscribe</a>
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</div></body></html>""")


def mail(*, subject: str, title: str, stories: str) -> str:
    """The HTML of an issue that says so much of itself, in plain text."""
    dark, marked = (Template(_DARK).substitute(within=each) for each in ("", "[data-ogsc] "))
    said = {"subject": subject, "title": title, "stories": stories}
    return MAIL.substitute(
        {name: escape(text, quote=False) for name, text in said.items()},
        dark=dark,
        marked=marked,
        words=_WORDS.strip(),
    )

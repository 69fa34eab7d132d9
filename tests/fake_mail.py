"""A whole mail with nothing in it to find fault with, around whatever a fake renderer puts in."""

from html import escape
from string import Template

from digest.model import Issue, Newsletter, Story

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
<table role="presentation" style="max-width:600px;overflow-wrap:break-word"><tr>
<td class="box" style="background-color:#ffffff;padding:0 24px">
<h1 class="words" style="color:#222222">$title</h1>
<p class="words" style="font-size:16px;line-height:26px;color:#222222">$stories</p>
<p class="words" style="font-size:16px;line-height:26px;color:#222222">$words</p>
<p class="words" style="font-size:16px;line-height:26px;color:#222222">$why $links</p>
<p class="words" style="font-size:16px;line-height:26px;color:#222222">$address</p>
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</div></body></html>""")


_LINK = '<a class="words" href="{}" style="color:#222222">{}</a>'


def mail(issue: Issue, newsletter: Newsletter, *, web: str) -> str:
    """The HTML of an issue: its title, what it tells and lists, and the ways out."""
    dark, marked = (Template(_DARK).substitute(within=each) for each in ("", "[data-ogsc] "))
    said = {
        "subject": issue.subject,
        "title": issue.title,
        "address": newsletter.postal_address,
        "why": why(newsletter),
    }
    stories = (
        f"{_linked(story.url, str(story.headline))} {escape(' '.join(story.support))}"
        for story in told(issue)
    )
    ways = {
        "Unsubscribe": "https://unsubscribe.slot.invalid/",
        "Preferences": "https://preferences.slot.invalid/",
        "In a browser": web,
    }
    return MAIL.substitute(
        {name: escape(str(text), quote=False) for name, text in said.items()},
        stories="; ".join(stories),
        links=" ".join(_linked(url, name) for name, url in ways.items()),
        dark=dark,
        marked=marked,
        words=_WORDS.strip(),
    )


def plain_text(issue: Issue, newsletter: Newsletter, *, web: str) -> str:
    """The text part of the same."""
    stories = (f"{s.headline}\n{s.url}\n{' '.join(s.support)}\n" for s in told(issue))
    foot = (
        f"{newsletter.name}: https://unsubscribe.slot.invalid/ https://preferences.slot.invalid/",
        web,
        why(newsletter),
        newsletter.postal_address,
    )
    return "\n".join((f"{issue.title}\n", *stories, *foot, ""))


def why(newsletter: Newsletter) -> str:
    """Why its readers get it."""
    return newsletter.why or f"You get this because you subscribed to {newsletter.name}."


def told(issue: Issue) -> tuple[Story, ...]:
    """What it tells and what it lists."""
    return issue.stories + issue.also_published


def _linked(url: str, text: str) -> str:
    return _LINK.format(escape(url), escape(text, quote=False))

"""A small mail that passes the whole craft checklist, to be spoilt one check at a time."""

from digest.compose.preflight import CRAFT
from digest.compose.preflight.rules import Proof
from digest.model import Finding

SUBJECT = "Low water at noon"
TEXT = "Read on:\nhttps://tide.example/a\nhttps://tide.example/b\n"
_WORDS = "The pilot boat left at four and came back with news of seals on the bar. " * 8
_DARK = ".page,.box{background-color:#111111!important}.words{color:#eeeeee!important}"
GOOD = f"""<!DOCTYPE html>
<html lang="en" dir="ltr"><head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{SUBJECT}</title>
<!--[if mso]><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml><![endif]-->
<style>@media (prefers-color-scheme:dark){{{_DARK}}}</style>
<style>[data-ogsc] .page,[data-ogsc] .box{{background-color:#111111!important}}
[data-ogsc] .words{{color:#eeeeee!important}}</style>
</head><body class="page" style="background-color:#f4f4f4">
<div lang="en" dir="ltr" style="font-family:Arial,sans-serif">
<!--[if mso]><table role="presentation" width="600"><tr><td><![endif]-->
<table role="presentation" style="max-width:600px"><tr>
<td class="box" style="background-color:#ffffff;padding:0 24px">
<h1 class="words" style="font-size:30px;color:#222222">Low water</h1>
<p class="words" style="font-size:16px;line-height:26px;color:#222222">{_WORDS}</p>
<h2 class="words" style="font-size:22px;color:#222222">Seals</h2>
<a class="words" href="https://tide.example/a" style="color:#222222">All of the seals</a>
<a href="https://tide.example/b">
<img style="max-width:100%" src="https://tide.example/b.png" alt="A seal" width="552"></a>
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</div></body></html>"""


def spoilt(old: str, new: str) -> str:
    """The good mail with one thing changed everywhere; it must be there."""
    assert old in GOOD, old
    return GOOD.replace(old, new)


def proof(source: str, *, text: str = TEXT, subject: str = SUBJECT) -> Proof:
    """A mail to be checked."""
    return Proof(source=source, text=text, subject=subject)


def findings(rule: str, source: str, *, text: str = TEXT) -> tuple[Finding, ...]:
    """What one rule finds in a mail."""
    (looked,) = (each for each in CRAFT if each.id == rule)
    return looked.run(proof(source, text=text))

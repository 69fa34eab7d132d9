"""Golden contents rendered as readers get them: slots filled, no marks."""

from functools import cache

from digest.compose.personalise import ReaderSlots, fill
from digest.compose.preflight.rules import Proof
from digest.compose.render import IssueRenderer
from digest.model import RenderedIssue
from digest.resources import TEMPLATES
from tests.golden.contents import CONTENTS, PUBLIC_URL, THEMES

EVERY = tuple((theme, name) for theme in THEMES for name in CONTENTS)
"""Each theme with each content."""

_SLOTS = ReaderSlots(
    unsubscribe_url=f"{PUBLIC_URL}/u/golden",
    preferences_url=f"{PUBLIC_URL}/p/golden",
    name="Ada",
)


@cache
def rendered(theme: str, name: str) -> RenderedIssue:
    """One content in one theme."""
    content = CONTENTS[name]
    renderer = IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL)
    return renderer.render(content.issue, content.under(theme))


@cache
def proof(theme: str, name: str) -> Proof:
    """The same as one reader gets it, to be checked or looked at."""
    rendering, content = rendered(theme, name), CONTENTS[name]
    copy = fill(rendering, _SLOTS)
    return Proof(
        source=copy.html,
        text=copy.text,
        subject=rendering.subject,
        preheader=rendering.preheader,
        issue=content.issue,
        newsletter=content.under(theme),
    )

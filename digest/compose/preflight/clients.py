"""Which mail clients show what a mail uses, and which do not.

The table holds general knowledge of the clients' engines as of 2026: Apple's are browsers and
show all of it, Outlook for Windows is Word, the rest are browsers behind a filter that drops what
it does not list. Nothing here was measured by us. ``tests/core/test_preflight_clients.py`` holds
the table against a public survey, which has already put one premise right: Outlook for Mac's.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from digest.compose.preflight.rules import Proof, Rule
from digest.compose.preflight.stylesheet import Declaration, declarations
from digest.model import Client, Finding, Place, Severity

CLIENTS = "clients"
"""The fact that names the mail clients that matter."""

DEFAULT_CLIENTS = tuple(Client)
_APPS = frozenset({Client.GMAIL_IOS, Client.GMAIL_ANDROID})
_GMAIL = _APPS | {Client.GMAIL_WEB}
_WORD = frozenset({Client.OUTLOOK_WINDOWS})
_OWA = frozenset({Client.OUTLOOK_WEB})
_YAHOO = frozenset({Client.YAHOO})
# The new Outlook for Mac is the web one in a window.
_MAC = frozenset({Client.OUTLOOK_MAC})
_FILTERED = _GMAIL | _OWA | _MAC | _YAHOO
_NONE: frozenset[Client] = frozenset()
_LONGEST = 300
_IMPORT = re.compile(r"@import\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Something that mails use. ``lacking`` clients drop it, ``partly`` ones show some of it.

    It is met by ``style`` ("name: value" of a declaration), by ``rule`` (a selector or an
    at-rule), by ``tags`` or by ``files`` (a picture's ending). ``graceful``: the mail is whole
    without it.
    """

    id: str
    lacking: frozenset[Client]
    partly: frozenset[Client] = _NONE
    style: str = ""
    rule: str = ""
    tags: tuple[str, ...] = ()
    files: str = ""
    graceful: bool = True

    def support(self, client: Client) -> float:
        """1 where the client shows it, 0 where it does not, ½ where it depends."""
        if client in self.lacking:
            return 0
        return 0.5 if client in self.partly else 1

    def share(self, clients: Sequence[Client]) -> float:
        """The percentage of these clients that show it; those that do it partly count half."""
        return 100 * sum(map(self.support, clients)) / len(clients) if clients else 100


# One feature a line: a table reads best uncut.
FEATURES: tuple[Feature, ...] = (
    # Layout.
    Feature(id="flex", style="display:.*flex", lacking=_WORD, partly=_APPS, graceful=False),
    Feature(id="grid", style="display:.*grid", lacking=_WORD, partly=_APPS, graceful=False),
    Feature(id="gap", style="(row-|column-)?gap:", lacking=_WORD, partly=_FILTERED),
    Feature(id="position", style="position:(rel|abs|fix|sti)", lacking=_GMAIL | _WORD,
            partly=_OWA | _YAHOO, graceful=False),
    Feature(id="float", style="float:[lr]", lacking=_WORD, partly=_APPS, graceful=False),
    Feature(id="z-index", style="z-index:", lacking=_GMAIL | _WORD),
    Feature(id="max-width", style="max-width:", lacking=_NONE, partly=_WORD),
    Feature(id="min-width", style="min-width:", lacking=_WORD),
    Feature(id="max-height", style="max-height:", lacking=_WORD),
    Feature(id="min-height", style="min-height:", lacking=_WORD),
    Feature(id="box-sizing", style="box-sizing:", lacking=_WORD | _YAHOO),
    Feature(id="overflow", style="overflow:", lacking=_WORD, partly=_FILTERED),
    Feature(id="columns", style="column-count:", lacking=_WORD | _YAHOO),
    Feature(id="object-fit", style="object-fit:", lacking=_WORD | _YAHOO, partly=_APPS),
    Feature(id="margin", style="margin(-[a-z]+)?:", lacking=_NONE, partly=_FILTERED | _WORD),
    # Values and units.
    Feature(id="variables", style=r".*var\(|--", lacking=_FILTERED | _WORD, graceful=False),
    Feature(id="calc", style=r".*calc\(", lacking=_WORD | _OWA | _YAHOO, partly=_APPS),
    Feature(id="rem", style=r".*\drem", lacking=_WORD | _YAHOO),
    Feature(id="vw", style=r".*\dvw", lacking=_WORD),
    Feature(id="rgba", style=r".*rgba\(", lacking=_WORD, partly=_GMAIL),
    # Decoration.
    Feature(id="border-radius", style="border-radius:", lacking=_WORD),
    Feature(id="box-shadow", style="box-shadow:", lacking=_WORD | _YAHOO, partly=_APPS),
    Feature(id="text-shadow", style="text-shadow:", lacking=_GMAIL | _WORD | _OWA),
    Feature(id="opacity", style="opacity:", lacking=_WORD),
    Feature(id="filter", style="filter:", lacking=_FILTERED | _WORD),
    Feature(id="clip-path", style="clip-path:", lacking=_FILTERED | _WORD),
    Feature(id="transform", style="transform:", lacking=_FILTERED | _WORD),
    Feature(id="transition", style="transition:", lacking=_FILTERED | _WORD),
    Feature(id="animation", style="animation(-name)?:", lacking=_FILTERED | _WORD),
    Feature(id="background-image", style=r"background(-image)?:.*url\(", lacking=_WORD),
    Feature(id="background-size", style="background-size:", lacking=_WORD, partly=_APPS),
    Feature(id="gradient", style=".*linear-gradient", lacking=_WORD | _OWA | _YAHOO),
    # Type.
    Feature(id="text-wrap", style="text-wrap:", lacking=_FILTERED | _WORD),
    Feature(id="hyphens", style="hyphens:", lacking=_FILTERED | _WORD),
    Feature(id="letter-spacing", style="letter-spacing:", lacking=_NONE, partly=_WORD),
    Feature(id="underline-offset", style="text-underline-offset:", lacking=_FILTERED | _WORD),
    Feature(id="underline-thickness", style="text-decoration-thick", lacking=_FILTERED | _WORD),
    Feature(id="web-font", rule="@font-face", lacking=_FILTERED | _WORD),
    # What stays in style blocks: Gmail's apps drop those for accounts of other providers.
    Feature(id="media", rule="@media", lacking=_WORD, partly=_GMAIL),
    Feature(id="dark-mode", rule="@media.*color-scheme", lacking=_GMAIL | _WORD | _YAHOO),
    Feature(id="reduced-motion", rule=r"@media.*reduced-motion", lacking=_GMAIL | _WORD | _YAHOO),
    Feature(id="import", rule="@import", lacking=_FILTERED | _WORD),
    Feature(id="supports", rule="@supports", lacking=_GMAIL | _WORD | _OWA),
    Feature(id="keyframes", rule="@(-webkit-)?keyframes", lacking=_GMAIL | _WORD | _OWA),
    Feature(id="hover", rule=".*:hover", lacking=_APPS | _WORD, partly=_OWA),
    Feature(id="attribute-selector", rule=r".*\[", lacking=_WORD, partly=_GMAIL | _YAHOO),
    Feature(id="nth-child", rule=".*:nth-child", lacking=_FILTERED | _WORD),
    Feature(id="before", rule=".*::?(before|after)", lacking=_GMAIL | _WORD),
    # Elements and files.
    Feature(id="video", tags=("video",), lacking=_FILTERED | _WORD),
    Feature(id="audio", tags=("audio",), lacking=_FILTERED | _WORD),
    Feature(id="svg", tags=("svg",), lacking=_FILTERED | _WORD, graceful=False),
    Feature(id="picture", tags=("picture",), lacking=_FILTERED | _WORD),
    Feature(id="form", tags=("form",), lacking=_WORD, partly=_OWA, graceful=False),
    Feature(id="button", tags=("button",), lacking=_WORD, graceful=False),
    Feature(id="webp", files="webp", lacking=_WORD, graceful=False),
    Feature(id="svg-file", files="svg", lacking=_GMAIL, graceful=False),
)  # fmt: skip


def used(proof: Proof) -> tuple[Feature, ...]:
    """The features of the table that a mail uses, in the table's order."""
    met = {
        "style": _distinct(f"{each.name}:{each.value}".lower() for each in _declared(proof)),
        "rule": _distinct(
            part for rule in proof.style_rules for part in (*rule.within, *rule.selectors)
        )
        | _imports(proof),
    }
    tags = {str(element.tag) for element in proof.document.iter()}
    endings = {
        re.split(r"[?#]", image.get("src", ""), maxsplit=1)[0].rpartition(".")[2].lower()
        for image in proof.document.iter("img")
        if not image.get("src", "").startswith("data:")
    }
    return tuple(
        feature
        for feature in FEATURES
        if not tags.isdisjoint(feature.tags)
        or feature.files in endings - {""}
        or _matches(feature.style, met["style"])
        or _matches(feature.rule, met["rule"])
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """A feature that a mail uses, how many of the clients show it, and which do not at all."""

    feature: Feature
    percentage: float
    lacking: tuple[Client, ...]


def support_of(proof: Proof) -> tuple[Support, ...]:
    """What a mail uses, and which of the clients that matter show it; the least supported first.

    ``facts["clients"]`` names those clients; without it, the usual ones matter.
    """
    given = proof.facts.get(CLIENTS)
    clients = tuple(map(Client, given)) if isinstance(given, list | tuple) else DEFAULT_CLIENTS
    found = (
        Support(
            feature=feature,
            percentage=feature.share(clients),
            lacking=tuple(client for client in clients if not feature.support(client)),
        )
        for feature in used(proof)
    )
    return tuple(sorted(found, key=lambda support: support.percentage))


def _declared(proof: Proof) -> Iterator[Declaration]:
    for element in proof.document.xpath("//*[@style]"):
        yield from declarations(element.get("style", ""))
    for rule in proof.style_rules:
        yield from rule.declarations


def _imports(proof: Proof) -> set[str]:
    blocks = (block.text or "" for block in proof.document.iter("style"))
    return {found.lower() for block in blocks for found in _IMPORT.findall(block)}


def _distinct(parts: Iterable[str]) -> set[str]:
    # Longer ones are data, and a pattern needs no more.
    return {part[:_LONGEST] for part in parts}


def _matches(pattern: str, parts: Iterable[str]) -> bool:
    if not pattern:
        return False
    wanted = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    return any(map(wanted.match, parts))


def _support(proof: Proof) -> Iterator[Finding]:
    for each in support_of(proof):
        if each.percentage < 100:  # noqa: PLR2004 - per cent
            rest = f"; not in {', '.join(each.lacking)}" if each.lacking else ""
            yield Finding(
                rule="client-support",
                severity=Severity.ADVICE if each.feature.graceful else Severity.WARNING,
                what=f"{each.feature.id} is shown by {each.percentage:.0f} % of the clients{rest}",
                excerpt=each.feature.id,
                place=Place(part="html"),
            )


def _standing(proof: Proof) -> Iterator[Finding]:
    return (each for each in _support(proof) if each.severity is not Severity.ADVICE)


def _rule(look: Callable[[Proof], Iterator[Finding]]) -> Rule:
    return Rule(
        id="client-support",
        severity=Severity.WARNING,
        title="What the mail uses is shown by the clients of its readers",
        why="what a client does not know it drops, and what stood on it falls",
        fix="Leave it out, or see that the mail holds without it.",
        look=look,
    )


RULES = (_rule(_support),)
STANDING_RULES = (_rule(_standing),)
"""Those that tell only what a mail is not whole without; :func:`support_of` tells the rest."""

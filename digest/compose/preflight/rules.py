"""Rules: what a check is called, how much it matters, why it is made, and how it is run."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from lxml import etree, html
from lxml.html import HtmlElement

from digest.compose.preflight.computed import LIGHT, Look, Mode, looks
from digest.compose.preflight.stylesheet import StyleRule, style_rules
from digest.model import Finding, Issue, Newsletter, Place, Severity

CRASHED = "check-crashed"
"""The rule of findings about rules that failed."""

# Nobody reads on.
_MOST_FINDINGS = 20
# Characters, eleven times what a mail may hold.
_LONGEST = 1_048_576


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What is checked: an issue's rendering, and where it is known the issue itself.

    ``source`` is the HTML as it goes out, ``text`` the text part ("" where there is none).
    ``facts`` hold what others looked up: see the families that use them.
    """

    source: str
    text: str = ""
    subject: str = ""
    preheader: str = ""
    issue: Issue | None = None
    newsletter: Newsletter | None = None
    facts: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def document(self) -> HtmlElement:
        """The HTML, parsed as leniently as mail clients do; empty HTML is an empty document.

        What is past the first MiB is not read: a mail is refused for its size far below that.
        """
        parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
        clean = self.source[:_LONGEST].replace("\0", "\N{REPLACEMENT CHARACTER}")
        try:
            return html.document_fromstring(clean.encode("utf-8", "replace"), parser=parser)
        except etree.ParserError:
            # There is no element in it, only blanks or comments.
            return html.document_fromstring("<html><body></body></html>")

    @cached_property
    def style_rules(self) -> tuple[StyleRule, ...]:
        """The rules of all style blocks, in their order."""
        return tuple(
            replace(rule, within=(f"@media {media}", *rule.within)) if media else rule
            for block in self.document.iter("style")
            for media in (block.get("media", ""),)
            for rule in style_rules(block.text or "")
        )

    def looks(self, mode: Mode = LIGHT) -> Mapping[HtmlElement, Look]:
        """What each element looks like in a mode; worked out once."""
        if mode not in self._looks:
            self._looks[mode] = looks(self.document, self.style_rules, mode)
        return self._looks[mode]

    @cached_property
    def _looks(self) -> dict[Mode, Mapping[HtmlElement, Look]]:
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One check. ``id`` is short and stable ("image-alt"); ``why`` says whom it hurts.

    ``fix`` says what to do about any of its findings that does not say so itself. ``look``
    yields what is wrong: a sentence, or a :class:`Finding` of its own making.
    """

    id: str
    severity: Severity
    title: str
    why: str
    look: Callable[[Proof], Iterable[str | Finding]]
    fix: str = ""

    def run(self, proof: Proof) -> tuple[Finding, ...]:
        """What it finds in a proof."""
        return tuple(map(self._finding, self.look(proof)))

    def _finding(self, told: str | Finding) -> Finding:
        if isinstance(told, str):
            place = Place(part="html")
            return Finding(
                rule=self.id, severity=self.severity, what=told, place=place, fix=self.fix
            )
        return told if told.fix or not self.fix else replace(told, fix=self.fix)

    def findings(self, proof: Proof) -> tuple[Finding, ...]:
        """As :meth:`run`, but it never raises, and of many alike counts those after the 20th."""
        try:
            found = self.run(proof)
        except Exception as error:  # noqa: BLE001 - whatever went wrong is for the editor to know
            return (self._crash(error),)
        of_stories = [each for each in found if each.place.entry or each.place.section]
        alike = [each for each in found if not (each.place.entry or each.place.section)]
        told, untold = alike[:_MOST_FINDINGS], alike[_MOST_FINDINGS:]
        return (*of_stories, *told, *self._untold(untold))

    def _crash(self, error: Exception) -> Finding:
        return Finding(
            rule=CRASHED,
            severity=self.severity,
            what=f"“{self.title}” could not be checked: {type(error).__name__}",
            excerpt=self.id,
            place=Place(part="html"),
            fix="Look at it yourself, and tell whoever looks after digest of it.",
        )

    def _untold(self, findings: Sequence[Finding]) -> Iterator[Finding]:
        if findings:
            yield Finding(
                rule=self.id,
                severity=min((each.severity for each in findings), key=list(Severity).index),
                what=f"and {len(findings)} more of the same",
                place=Place(part="html"),
            )

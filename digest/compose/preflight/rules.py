"""Rules: what a check is called, how much it matters, why it is made, and how it is run."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml import html
from lxml.html import HtmlElement

from digest.model import Finding, Issue, Newsletter, Place, Severity


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
        """The HTML, parsed as leniently as mail clients do; empty HTML is an empty document."""
        return html.document_fromstring(self.source or "<html></html>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One check. ``id`` is short and stable ("image-alt"); ``why`` says whom it hurts.

    ``look`` yields what is wrong: a sentence, or a :class:`Finding` of its own making.
    """

    id: str
    severity: Severity
    title: str
    why: str
    look: Callable[[Proof], Iterable[str | Finding]]

    def run(self, proof: Proof) -> tuple[Finding, ...]:
        """What it finds in a proof."""
        return tuple(
            each
            if isinstance(each, Finding)
            else Finding(rule=self.id, severity=self.severity, what=each, place=Place(part="html"))
            for each in self.look(proof)
        )

"""What a catalogue may say: the texts there are, their placeholders and their plural forms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from digest.config.plurals import PluralRule, parse_plural_rule
from digest.config.pofile import PoFile, PoMessage
from digest.config.wording import nearest, shown
from digest.errors import Problem
from digest.model import TextKey
from digest.model.catalogue import DATE, FIRST_OF_MONTH, one_or_many, placeholders

QUOTATION_MARKS = TextKey(text="“ ” ‘ ’", context="quotation marks")
_MARKS = 4
_DATE_NAMES = frozenset({"weekday", "day", "month", "month_number", "year"})
_ENGLISH_RULE = PluralRule(forms=2, pick=one_or_many)
_EXAMPLE = '"Plural-Forms: nplurals=2; plural=(n != 1);\\n" in the header, as the language has it'


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The texts that there are: each with its plural in English, or with nothing."""

    texts: Mapping[TextKey, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What of a file can be used, and what is wrong with the rest."""

    texts: Mapping[TextKey, tuple[str, ...]] = field(default_factory=dict)
    rule: PluralRule = _ENGLISH_RULE
    problems: tuple[Problem, ...] = ()


def known_texts(shipped: PoFile) -> Known:
    """The texts that the shipped English catalogue lists."""
    return Known(texts={message.key: message.plural for message in shipped.messages})


def judge(po: PoFile, *, file: str, known: Known, inherited: PluralRule | None) -> Judged:
    """Check a file's messages. ``inherited`` is its language's plural rule, where one is known.

    Untranslated messages are neither used nor wrong. A faulty message is left out.
    """
    rule, problem = _rule(po, file, inherited)
    judge_one = _Judge(file=file, known=known, rule=rule)
    problems = [
        *(Problem(file=file, line=fault.line, message=fault.message) for fault in po.faults),
        *([problem] if problem else []),
    ]
    texts: dict[TextKey, tuple[str, ...]] = {}
    for message in po.messages:
        found = tuple(judge_one.problems(message))
        if message.key in texts:
            found += (judge_one.problem(message, "is translated twice"),)
        problems += found
        if not found and any(message.forms.values()):
            texts[message.key] = tuple(message.forms[index] for index in sorted(message.forms))
    return Judged(texts=texts, rule=rule or _ENGLISH_RULE, problems=tuple(problems))


def _rule(
    po: PoFile, file: str, inherited: PluralRule | None
) -> tuple[PluralRule | None, Problem | None]:
    header = po.header.get("plural-forms")
    line, name = po.header_line, "Plural-Forms"
    if header is None:
        counts = [message for message in po.messages if message.plural]
        if inherited or not counts:
            return inherited, None
        message = "is missing, and there are plurals"
        return None, Problem(file=file, line=line, field=name, message=message, fix=_EXAMPLE)
    try:
        return parse_plural_rule(header), None
    except ValueError as error:
        return None, Problem(file=file, line=line, field=name, message=str(error), fix=_EXAMPLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """Finds what is wrong with single messages. Without a rule, plurals are not looked at."""

    file: str
    known: Known
    rule: PluralRule | None

    def problems(self, message: PoMessage) -> Iterator[Problem]:
        key, forms = message.key, [form for form in message.forms.values() if form]
        if key not in self.known.texts:
            yield self._unknown(key, message)
        elif message.plural != self.known.texts[key]:
            plural = self.known.texts[key]
            fix = f'msgid_plural "{plural}"' if plural else "leave msgid_plural out"
            yield self.problem(message, "has another plural in English", fix)
        elif forms:
            yield from self._forms(message)
            yield from self._names(message)
            if key == QUOTATION_MARKS and len(forms[0].split(" ")) != _MARKS:
                fix = "opening, closing, inner opening and inner closing, a space between each"
                yield self.problem(message, "should be four quotation marks", fix)

    def problem(self, message: PoMessage, what: str, fix: str = "") -> Problem:
        """A problem of one message."""
        name = shown(message.key.text)
        return Problem(file=self.file, line=message.line, field=name, message=what, fix=fix)

    def _unknown(self, key: TextKey, message: PoMessage) -> Problem:
        same = [known.context for known in self.known.texts if known.text == key.text]
        if same:
            wanted = same[0]
            fix = f'write msgctxt "{wanted}" before it' if wanted else "leave msgctxt out"
        else:
            near = nearest(key.text, {known.text for known in self.known.texts})
            fix = f"did you mean {shown(near)}?" if near else "copy msgid from the shipped file"
        return self.problem(message, "is no text of the mails or pages", fix)

    def _forms(self, message: PoMessage) -> Iterator[Problem]:
        if message.plural and self.rule is None:
            yield self.problem(message, "cannot be used without Plural-Forms")
            return
        wanted = self.rule.forms if message.plural and self.rule else 1
        missing = [index for index in range(wanted) if not message.forms.get(index)]
        if missing:
            names = ", ".join(f"msgstr[{index}]" for index in missing)
            yield self.problem(
                message, f"lacks {names}", f"its language has {wanted} forms: write each"
            )
        elif max(message.forms) >= wanted:
            yield self.problem(message, f"has msgstr[{max(message.forms)}]: there are {wanted}")

    def _names(self, message: PoMessage) -> Iterator[Problem]:
        key = message.key
        allowed = placeholders(f"{key.text} {message.plural}")
        if key.context == DATE and key.text != FIRST_OF_MONTH:
            allowed = _DATE_NAMES
        used = frozenset[str]().union(*map(placeholders, message.forms.values()))
        for name in sorted(used - allowed):
            known = ", ".join(f"{{{each}}}" for each in sorted(allowed)) or "none"
            yield self.problem(message, f"nothing is known of {{{name}}}", f"it may hold: {known}")

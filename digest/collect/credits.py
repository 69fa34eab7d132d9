"""Credit lines: what is said of a picture's origin, in captions and in paragraphs of their own.

Recognised for precision: what is missed stays in the text, where it was before.
"""

import re
from dataclasses import dataclass, replace

from digest.collect.sanitise import text_of_clean
from digest.collect.wording import MAX_NAME, one_line
from digest.model import Image

_KIND = (
    r"(?:(?:main|lead|cover|header|featured|hero|titel|beitrags|aufmacher|symbol|archiv)?[ -]?"
    r"(?:photo(?:graph(?:y|ie)?)?|picture|image|illustration|artwork|graphic|drawing|screenshot"
    r"|foto(?:graf[íi]a|grafie)?|bild(?:nachweis|quelle|rechte)?|grafik|abbildung|aufnahme"
    r"|dessin|imagen|ilustraci[óo]n|gr[áa]fico)s?)"
)
_CREDIT = r"(?:cr[ée]dits?|cr[ée]ditos?|copyright|courtesy|source|quelle|rechte|autor[íi]a)"
_BY = r"(?:by|from|via|courtesy(?: of)?|provided by|von|vom|par|de|del|por|cortes[íi]a de)"
_AGENCIES = (
    r"Getty(?: Images)?|Reuters|AFP|AP(?: Photo)?|dpa|PA(?: Media| Wire)?|EPA(?:-EFE)?|EFE|Keystone"
    r"|Unsplash|Pexels|Pixabay|Flickr|Wikimedia(?: Commons)?|Shutterstock|iStock|Alamy|Adobe Stock"
    r"|Magnum Photos|Bloomberg|Xinhua|ANP|Ritzau|TT|NTB|Imago|picture alliance|ullstein bild"
)
_LICENCE = r"(?:CC[ -](?:BY|0|PDM|SA|NC|ND)[A-Z0-9 .-]*|Creative Commons\b.{0,60}|public domain)"
_LABELLED = re.compile(
    rf"(?:{_KIND}(?: {_CREDIT})?(?: {_BY})?|{_CREDIT}(?: {_KIND})?(?: {_BY})?)"
    rf" ?(?::|–|—|\|) ?(?P<name>.+)",
    re.IGNORECASE,
)
_TAKEN = re.compile(
    rf"(?:{_KIND}(?: {_CREDIT})?|{_CREDIT})(?: (?:taken|made|supplied))? {_BY} (?P<name>.+)",
    re.IGNORECASE,
)
_RIGHTS = re.compile(r"(?:©|\(c\) ?|copyright )\W*(?P<name>.+)", re.IGNORECASE)
_AGENCY = re.compile(rf"(?P<name>[^.!?;]{{2,80}}?) ?[/|,] ?(?:{_AGENCIES})")
_LICENSED = re.compile(rf"(?P<name>[^!?;]{{2,80}}?)[ ,/|–-]*\(?{_LICENCE}\)?", re.IGNORECASE)
_FORMS = (_LABELLED, _TAKEN, _RIGHTS, _AGENCY, _LICENSED)

# What may stand in lower case among the capitals of a name.
_SMALL_LIST = """
    and & of for the via on at in by from courtesy handout supplied author own work private archive
    und von vom der die das dem des im in auf über zur privat eigenes werk
    et de du des la le les d' l' par sur avec el los las y e del por en cortesía propia
    van den ten ter da do dos di della al bin ibn fotolia dpa licensed under licence license
    screenshot public domain x picture alliance ullstein bild imago
"""
_SMALL = frozenset(_SMALL_LIST.split())
_WORD = re.compile(r"[^\s/|,;()\[\]+]+")
_MAX_NAME_WORDS = 14
_MAX_CREDIT = 160
_START = re.compile(rf"(?<![\w-])(?:{_KIND}|{_CREDIT})(?![\w-])|©|\(c\)", re.IGNORECASE)
_SENTENCE_BREAK = re.compile(r"(?:[.!?…|•·–—\n]|\(|\[)\s*$|\s{2,}$")
_BRACKETS = (("(", ")"), ("[", "]"))
# Of clean HTML, so that each one closes; what is longer is no credit line.
_PARAGRAPH = re.compile(
    r"<(p|small|em|i|h6)\b[^<>]*+>([^<]*+(?:<(?!/\1>|/?(?:p|img)\b)[^<]*+)*+)</\1>"
)
_MAX_PARAGRAPH = 600
_ANY_TAG = re.compile(r"<[^<>]*+>")


# Every form of a credit has one of these; most captions have none.
_MARKS = re.compile(
    r"[:–—|©/,]|\(c\)|copyright|public domain|creative commons|cc\b"
    r"|\b(?:by|from|via|courtesy|provided|von|vom|par|del?|por|cortes[íi]a)\b",
    re.IGNORECASE,
)


def credit_of(text: str) -> str:
    """The credit that a whole text is, on one line and as it is written; "" when it is none."""
    line = _unbracketed(one_line(text))
    if not line or len(line) > _MAX_CREDIT or not _MARKS.search(line):
        return ""
    matches = (form.fullmatch(line.rstrip(" .")) for form in _FORMS)
    named = any(match and _is_name(match["name"]) for match in matches)
    return one_line(line, MAX_NAME) if named else ""


def credit_in(caption: str) -> str:
    """The credit that a caption is, or ends with after what it says; "" when there is none."""
    line = one_line(caption)
    if not _MARKS.search(line):
        return ""
    whole = credit_of(line)
    if whole:
        return whole
    for start in _START.finditer(line):
        if _SENTENCE_BREAK.search(line[: start.start()]):
            found = credit_of(line[start.start() :].rstrip(")] "))
            if found:
                return found
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncredited:
    """Clean HTML without its credit lines, and the first of them."""

    content: str
    credit: str = ""


def without_credits(content: str) -> Uncredited:
    """Clean HTML without the paragraphs that are nothing but a credit line."""
    credits_: list[str] = []

    def keep(match: re.Match[str]) -> str:
        inner = match[2]
        if len(inner) > _MAX_PARAGRAPH:
            whole = match[1] == "p" and "<" in inner
            return match[0].replace(inner, _PARAGRAPH.sub(keep, inner)) if whole else match[0]
        credit = credit_of(text_of_clean(inner)) if _is_short(inner) else ""
        if not credit:
            return match[0]
        credits_.append(credit)
        return ""

    kept = _PARAGRAPH.sub(keep, content).strip()
    return Uncredited(content=kept, credit=credits_[0] if credits_ else "")


def _is_short(html: str) -> bool:
    """Whether the text can be a credit's; entities count for more than they will be."""
    return len(html) <= _MAX_CREDIT or len(_ANY_TAG.sub("", html)) <= _MAX_CREDIT + 60


def credited(image: Image | None, credit: str) -> Image | None:
    """The picture with a credit: its own, else one its alternative text ends with, else this."""
    if image is None or image.credit:
        return image
    return replace(image, credit=credit_in(image.alt) or one_line(credit, MAX_NAME))


def _unbracketed(line: str) -> str:
    for opening, closing in _BRACKETS:
        if line.startswith(opening) and line.endswith(closing):
            return line[1:-1].strip()
    return line


def _is_name(text: str) -> bool:
    """Whether these are names and what links them, not a sentence about a picture."""
    words = _WORD.findall(text)
    if not words or len(words) > _MAX_NAME_WORDS:
        return False
    proper = [word for word in words if _is_proper(word)]
    linking = sum(word.lower().strip(".:’'") in _SMALL for word in words)
    alone = len(words) == 1 and words[0].lower().strip(".") in {"privat", "private", "handout"}
    return alone or (bool(proper) and len(proper) + linking >= len(words))


def _is_proper(word: str) -> bool:
    bare = re.sub(r"^[@©“\"'‘(]|^[ld]['’]", "", word)
    return word.startswith("@") or bare[:1].isupper() or bare[:1].isdigit() or "." in bare[1:-1]

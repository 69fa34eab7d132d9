"""Notices: the words by which publishers take a story back, or put it right."""

import re
import unicodedata

_RETRACTED = (
    r"retract(?:ed|ion|s)|withdrawn|withdrawal",
    r"rétract(?:é|ée|és|ées|ation)|retir(?:é|ée|és|ées)",
    r"zurückgezogen|zurückgenommen|widerrufen",
    r"retractad[oa]s?|retractación|retirad[oa]s?|ritirat[oaie]|ritrattat[oa]|ritrattazione",
    r"ingetrokken|teruggetrokken|retratação|retratad[oa]",
    r"(?:ال)?(?:مسحوب|سحب|مسحوبة)",
)
_CORRECTED = (
    r"correct(?:ed|ion|ions|s)|errat(?:um|a)|corrigend(?:um|a)",
    r"corrig(?:é|ée|és|ées)|rectificatif|rectification|correctif",
    r"korrigiert|korrektur|berichtigt|berichtigung|richtigstellung",
    r"corregid[oa]|corrección|rectificación|rettifica|errata corrige|fe de erratas",
    r"rectificatie|gecorrigeerd|corrigid[oa]|correção",
    r"(?:ال)?(?:تصحيح|تصويب|مصحح)",
)
_MARKS = r"[:：\]\)\}|–—-]"


def _any(words: tuple[str, ...]) -> str:
    return "|".join(words)


def _notice(words: tuple[str, ...]) -> re.Pattern[str]:
    """Those words where notices stand: at a beginning or in brackets, and set off from the rest."""
    return re.compile(
        rf"(?:^|[\[\(\{{|–—]\s*|[.!?…]\s+)(?:[^\W_]+\s+){{0,2}}?(?:{_any(words)})"
        rf"(?:\s+[^\W_]+){{0,3}}?\s*{_MARKS}",
        re.IGNORECASE,
    )


_RETRACTED_WORD = re.compile(rf"\b(?:{_any(_RETRACTED)})\b", re.IGNORECASE)
_RETRACTED_NOTICE = _notice(_RETRACTED)
_CORRECTED_NOTICE = _notice(_CORRECTED)


def takes_back(before: str, now: str) -> bool:
    """Whether a title says now that its story was taken back, and did not before."""
    return _newly(_RETRACTED_WORD, before, now)


def notes_taking_back(before: str, now: str) -> bool:
    """Whether a text has a notice now that its story was taken back, and had none before."""
    return _newly(_RETRACTED_NOTICE, before, now)


def notes_correction(before: str, now: str) -> bool:
    """Whether a text has a notice of a correction now, and had none before."""
    return _newly(_CORRECTED_NOTICE, before, now)


def _newly(pattern: re.Pattern[str], before: str, now: str) -> bool:
    return bool(pattern.search(_plain(now))) and not pattern.search(_plain(before))


def _plain(text: str) -> str:
    """One way of writing each letter; Arabic vowel signs and stretches do not count."""
    composed = unicodedata.normalize("NFC", text)
    return re.sub("[\u064b-\u0652\u0640]", "", composed)

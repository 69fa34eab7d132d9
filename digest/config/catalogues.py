"""Catalogues found and read: the publication's own first, then the shipped ones, then English.

They lie at ``locale/LANGUAGE/LC_MESSAGES/digest.po`` in each folder of templates, and are read as
they are: nothing is compiled. A single string in a file of one's own replaces that string.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from digest.config.catalogue_checks import Judged, Known, judge, known_texts
from digest.config.cldr import calendar_words
from digest.config.plurals import PluralRule
from digest.config.pofile import PoFile, parse_po
from digest.errors import Problem
from digest.model import ENGLISH, Catalogue
from digest.resources import TEMPLATES

LOCALES = "locale"
_FILE = Path("LC_MESSAGES") / "digest.po"
_PLAIN = "en"


def read_words(language: str, folders: Sequence[Path] = (TEMPLATES,)) -> Catalogue:
    """The words for a BCP 47 language tag; ``folders`` as for templates, the shipped one last.

    What a more special tag lacks, a more general one has: "pt-BR", "pt", then English. A message
    that :func:`check_catalogues` finds fault with counts as untranslated.
    """
    *own, shipped = folders
    tags = _tags(language)
    layers = _layers(own, tags)
    as_shipped = _layers([shipped], tags)
    # A region has dates of its own; those of a shipped language are the same with Babel or not.
    if len(tags) > 1 or not as_shipped:
        layers.append(Catalogue(language=language, texts=calendar_words(language)))
    layers += as_shipped
    if tags[-1] != _PLAIN:
        layers += _layers(folders, (_PLAIN,))
    return _stacked(layers, language)


def has_words(language: str, folders: Sequence[Path]) -> bool:
    """Whether there is a catalogue for a language tag, or a more general one."""
    return any(_path(folder, tag).is_file() for folder in folders for tag in _tags(language))


def catalogue_file(folder: Path, language: str) -> Path:
    """Where a folder of templates has the catalogue for a language tag."""
    return _path(folder, _tags(language)[0])


def check_catalogues(folders: Sequence[Path]) -> tuple[Problem, ...]:
    """Everything wrong in the catalogues of these folders, by file and line."""
    return tuple(problem for folder in folders for problem in _problems(folder / LOCALES))


def _problems(locales: Path) -> Iterator[Problem]:
    for path in sorted(locales.rglob("*.po")):
        inside = path.relative_to(locales)
        if Path(*inside.parts[1:]) != _FILE:
            fix = f"move it to {locales / inside.parts[0].removesuffix('.po') / _FILE}"
            yield Problem(file=str(path), message="is not where catalogues are read", fix=fix)
            continue
        yield from _read(path).problems


def _tags(language: str) -> tuple[str, ...]:
    """The names of folders for a tag, the most special first: "zh_Hant_TW", "zh_Hant", "zh"."""
    first, *rest = language.replace("_", "-").split("-")
    parts = [first.lower(), *map(_cased, rest)]
    return tuple("_".join(parts[:count]) for count in range(len(parts), 0, -1))


def _cased(subtag: str) -> str:
    script = len(subtag) == len("Hant") and subtag.isalpha()
    return subtag.title() if script else subtag.upper()


def _path(folder: Path, tag: str) -> Path:
    return folder / LOCALES / tag / _FILE


def _layers(folders: Sequence[Path], tags: Sequence[str]) -> list[Catalogue]:
    paths = ((tag, _path(folder, tag)) for tag in tags for folder in folders)
    return [_layer(tag, _read(path)) for tag, path in paths if path.is_file()]


def _layer(tag: str, judged: Judged) -> Catalogue:
    return Catalogue(language=tag, texts=judged.texts, plural=judged.rule.pick)


def _stacked(layers: Sequence[Catalogue], language: str) -> Catalogue:
    below = ENGLISH
    for layer in reversed(layers):
        below = Catalogue(
            language=layer.language, texts=layer.texts, plural=layer.plural, fallback=below
        )
    return Catalogue(language=language, fallback=below)


def _read(path: Path) -> Judged:
    try:
        po = parse_po(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return Judged(problems=(Problem(file=str(path), message="is not UTF-8"),))
    except OSError as error:
        return Judged(problems=(Problem(file=str(path), message=f"cannot be read: {error}"),))
    tag = path.parent.parent.name
    return judge(po, file=str(path), known=_known(), inherited=_shipped_rule(tag))


@lru_cache(maxsize=1)
def _known() -> Known:
    return known_texts(_shipped(_PLAIN))


@lru_cache(maxsize=64)
def _shipped_rule(tag: str) -> PluralRule | None:
    """The plural rule of a shipped language, for a file of one's own that has no header."""
    plain = tag.partition("_")[0]
    if not _path(TEMPLATES, plain).is_file():
        return None
    return judge(_shipped(plain), file="", known=_known(), inherited=None).rule


def _shipped(tag: str) -> PoFile:
    return parse_po(_path(TEMPLATES, tag).read_text(encoding="utf-8"))

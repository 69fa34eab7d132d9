"""Vocabulary: the small words of some languages, and those that count, measure or number parts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain

_SMALL_WORDS: Mapping[str, str] = {
    "en": """a about after all also am amid an and any are as at be because been before being
        but by can could did do does for from get gets had has have he her here his how i if in
        into is it its just may more most my new no not now of off on or our out over said say says
        she should so than that the their them then there these they this those to too under until
        up us very via vs was we were what when where which while who why will with would you
        your""",
    "de": """aber als am an auch auf aus bei bis da das dass dem den der des die doch durch
        ein eine einem einen einer es für gegen hat haben ihr im in ist ja kann kein keine man mehr
        mit nach neue neuen neuer nicht noch nun nur oder ohne schon sein seine sich sie sind so
        soll sollen über um und unter vom von vor war warum was weil wenn werden wie will wir wird
        zu zum zur zwischen""",
    "fr": """à au aux avec ce ces cette comment contre dans de des du elle en entre est et été
        il ils je la le les leur lors mais ne nous on ont ou où par pas plus pour pourquoi quand
        que quel quelle qui sa sans se selon ses si son sont sous sur très un une vers vous""",
    "es": """al como con cómo contra cuando de del desde dónde e el ella en entre es esta este
        fue ha han hasta la las lo los más no o para pero por porque qué que se según sin sobre son
        su sus tras un una y ya""",
    "it": """ai al alla anche che chi come con contro cosa da dal dalla dei del della delle di
        dopo e è gli ha hanno i il in la le lo ma nel nella non o per perché più quando se si sono
        su sul sulla tra un una""",
    "nl": """aan als bij dat de den die dit door een en er het hij hoe ik in is kan maar meer
        met na naar niet nog nu of om ook op over te tegen tot uit van veel voor waarom was wat we
        werd wil wordt zegt zich zijn zo""",
    "pt": """ao aos as até com como contra da das de do dos e é ele em entre foi já mais mas
        na nas não no nos o os ou para pela pelo por porque quando que se sem ser seu são sobre sua
        um uma""",
    "sv": """alla att av de den det där efter en ett från för ha han har hur i inte kan med
        men mot när och om på sig ska som så till under upp ut var vi vid är över""",
    "ar": "في من على إلى الى عن مع هذا هذه التي الذي أن ان إن لا ما بعد قبل بين خلال حول ضد كل قد",
    "ru": "в во и на не что с со по за к ко из от до для о об у как а но это его при был после",
}

#: Words that are in any text of their language and tell nothing.
FUNCTION_WORDS: frozenset[str] = frozenset(
    word for words in _SMALL_WORDS.values() for word in words.split()
)

_PARTS = """part pt episode ep chapter volume vol # № teil folge kapitel heft ausgabe partie
    épisode chapitre tome numéro parte episodio capítulo deel aflevering avsnitt الجزء جزء الحلقة
    حلقة часть выпуск 第"""

#: Words after which a number says which one of a series it is.
INSTALMENTS: frozenset[str] = frozenset(_PARTS.split())

#: Numbers as words; one is left out, for it is an article in most languages.
NUMBER_WORDS: Mapping[str, str] = {
    word: str(value)
    for words in (
        "two three four five six seven eight nine ten eleven twelve",
        "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
        "deux trois quatre cinq six - huit neuf dix onze douze",
        "dos tres cuatro cinco seis siete ocho nueve diez once doce",
    )
    for value, word in enumerate(words.split(), start=2)
    if word not in {"-", "once"}
}

#: What numbers parts besides: as a word by itself it can mean something else.
PART_NUMBERS: Mapping[str, str] = {
    word: str(value)
    for words in ("i ii iii iv v vi vii viii ix x xi xii", "一 二 三 四 五 六 七 八 九 十", "one")
    for value, word in enumerate(words.split(), start=1)
}


_LANGUAGES: Mapping[str, tuple[str, ...]] = {
    word: tuple(
        sorted(language for language, words in _SMALL_WORDS.items() if word in words.split())
    )
    for word in sorted(FUNCTION_WORDS)
}


def guess_language(words: Iterable[str]) -> str:
    """The language whose small words a text has most of; empty where that is not clear."""
    counts = Counter(chain.from_iterable(_LANGUAGES.get(word, ()) for word in words))
    (language, most), (_, next_most) = (*counts.most_common(2), ("", 0), ("", 0))[:2]
    return language if most > next_most + 1 else ""

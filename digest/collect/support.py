"""Help lines: where readers whom a story touches find support, told wherever the story goes.

Recognised for precision: a shop's number or a box office is none. Words in English, German,
French and Spanish.
"""

import re
from collections.abc import Iterator

from digest.collect.sanitise import blocks_of_clean, links_of_clean, text_of_clean
from digest.collect.vocabulary import words_of
from digest.collect.wording import one_line


def _any_of(lines: str) -> re.Pattern[str]:
    """One pattern out of many, one a line; each begins at the beginning of a word."""
    parts = "|".join(line.strip() for line in lines.strip().splitlines())
    return re.compile(rf"\b(?:{parts})", re.IGNORECASE)


# A service that listens or helps, by what it is called.
_SERVICE = _any_of("""
    (?:help|hot|life)[ -]?lines?\\b
    (?:support|crisis|crisis text|listening|advice) lines?\\b
    samaritans\\b|befrienders|child ?line\\b|kids help
    \\w*seelsorge\\b|hilfe-?telefon|nummer gegen kummer|sorgentelefon|krisen(?:telefon|dienst)
    beratungstelefon
    sos amiti[ée]|num[ée]ro (?:national|vert|d['’]|gratuit)|ligne d['’][ée]coute
    tel[ée]fono de (?:la esperanza|ayuda|atenci[óo]n)|l[íi]neas? de (?:ayuda|atenci[óo]n|crisis)
""")
_NAMED_LINE = re.compile(r"\b[A-Z][\w'’-]+ Line\b")
# What readers in need are told that they may be going through.
_NEED = _any_of("""
    affected by (?:any of |anything in )?(?:the |these )?(?:issues?|themes?|content|topics?|subject)
    affected by (?:any of |anything in )?(?:the |this )?(?:story|article|post|programme|report)
    suicid|self[ -]harm|domestic (?:abuse|violence)|sexual (?:abuse|assault|violence)|bereave
    eating disorder|in (?:crisis|distress|despair)\\b|mental health|struggling (?:to cope|with)
    feeling (?:low|hopeless|desperate|overwhelmed|alone|lonely)|lonel(?:y|iness)
    hard to (?:go on|cope)|too (?:heavy|much)\\b[^.]{0,30}\\b(?:carry|bear|cope)|getting too much
    needs? (?:someone )?to talk|talk to someone|thinking (?:of|about) (?:ending|harming|hurting)
    needs? (?:urgent |immediate |emotional )?(?:support|help)\\b(?! (?:with|to|for|in|on|from)\\b)
    suizid|selbstmord|selbstt[öo]tung|depressi(?:v|onen)|h[äa]usliche[rn]? gewalt
    sexuelle[rn]? gewalt|lebenskrise|krisensituation|seelische[rn]?\\b
    (?:ihnen|dir) nicht gut geht|betroffen
    d[ée]tresse|id[ée]es noires|pens[ée]es suicidaires|violences? (?:conjugale|sexuelle)
    besoin d['’](?:aide|[ée]coute)|besoin de (?:parler|soutien)|souffrance
    ideas suicidas|depresi[óo]n|violencia (?:machista|de g[ée]nero|dom[ée]stica|sexual)
    necesitas? (?:ayuda|hablar)|malos tratos|angustia
""")
# Words that speak to such a reader.
_INVITATION = _any_of("""
    if (?:you|someone|anyone|things|it)\\b|anyone (?:affected|who|in)\\b
    you can (?:call|ring|text|contact|reach|speak|talk)|(?:help|support) is (?:available|at hand)
    for (?:confidential )?(?:help|support|advice)\\b
    wenn (?:sie|du|es)\\b
    si (?:vous|tu|t[úu]|tienes|tiene|necesitas?|sufres|usted|est[áa]s?|eres)\\b
""")
# Words that say how the service can be used.
_OFFER = _any_of("""
    (?:call|ring|phone|dial|text|contact|visit|speak|talk|reach)\\b
    free(?:phone)?\\b|confidential|anonymous|open (?:every|daily|from)\\b
    (?:day (?:and|or) night|24 hours|24/7|round the clock)
    (?:kostenlos|kostenfrei|anonym|rund um die uhr|erreichbar|wenden|rufen)\\b
    (?:appelez|contactez|gratuit|anonyme|joignable|7j/7|24h/24)
    (?:llama|llame|gratuito|an[óo]nimo|contacta|contacte)\\b
""")
_BUSINESS = _any_of("""
    tickets?\\b|box office|to book\\b|bookings?\\b|book (?:now|online|at|your|a table)
    reserv(?:e|ations?)\\b|orders?\\b|delivery|sales\\b|customers?\\b|tech(?:nical)? support
    helpdesk|warrant(?:y|ies)|refunds?\\b|recall|purchase|bought\\b|subscri(?:be|ber|ption)s?\\b
    press office|media enquiries|journalists|newsroom|advertis|volunteer|apply\\b|recruit|vacanc
    anyone with information|witness|crimestoppers|appeal for|vot(?:e|ing)\\b|competition
    opening hours|shops?\\b|stores?\\b
    kundendienst|kundenservice|bestell|hinweise|zeugen|karten\\b|eintritt
    billet|r[ée]serv|service clients?|commande|t[ée]moins
    entradas|reservas?\\b|atenci[óo]n al cliente|pedidos?\\b|testigos
""")
_PHONE = re.compile(r"(?<![\w.,£$€-])\+?\(?\d[\d ()/.–-]{4,20}\d(?![\w%])")
_SHORT_NUMBER = re.compile(
    r"\b(?:call|dial|ring|phone|text|to|on|at|unter|le|au|al)\W+(?:\w+\W+)?"
    r"\d{3,6}(?![\w%]|[.,:]\d)",
    re.IGNORECASE,
)
_CONTACT = re.compile(r"\d\d|\w\.\w\w")
_YEARS = re.compile(r"(?:19|20)\d\d ?[-–/] ?(?:19|20)?\d\d")
_SITE = re.compile(r"\b(?:[a-z0-9-]+\.)+(?:org|com|net|info|[a-z]{2})\b")
# One of these words is in every help line: a quick look that spares most texts the rest.
_TELLING_LIST = """
    line lines helpline helplines hotline hotlines lifeline lifelines childline samaritans
    befrienders kids hilfetelefon hilfe kummer sorgentelefon krisentelefon krisendienst
    beratungstelefon sos ro numero ligne fono telefono nea neas linea lineas affected suicide
    suicidal suicides suicid suicidas suicidaires suicidio harm domestic sexual bereaved bereave
    bereavement bereavements disorder disorders crisis distress despair mental struggling low
    hopeless desperate overwhelmed alone lonely loneliness cope hard carry bear much talk ending
    harming hurting support help suizid suizide suizidgedanken selbstmord selbstmordgedanken
    selbstt selbsttoetung depressiv depressive depressiven depressiver depressionen gewalt
    lebenskrise lebenskrisen krisensituation krisensituationen seelische seelischer seelischen geht
    betroffen betroffene betroffenen tresse detresse noires suicidaires conjugale conjugales
    sexuelle sexuelles sexueller sexuellen aide coute ecoute parler soutien souffrance souffrances
    depresi depresion machista nero genero stica domestica necesita necesitas tratos angustia
"""
_TELLING = frozenset(_TELLING_LIST.encode().split())
_CHAPLAINCY = "seelsorge"
_MAX_LENGTH = 700
_MAX_LINES = 4


def support_lines(content: str) -> tuple[str, ...]:
    """The help lines in clean HTML as plain text, in their order, at most four.

    A paragraph is one if it offers help to readers in need and says how to reach it: by a number
    or a web address. Where only a link says it, its URL is put after the text.
    """
    return tuple(dict.fromkeys(_found(content)))[:_MAX_LINES]


def _found(content: str) -> Iterator[str]:
    if not _is_worth_a_look(content):
        return
    for block in blocks_of_clean(content):
        if not _is_worth_a_look(block):
            continue
        text = one_line(text_of_clean(block), _MAX_LENGTH + 1)
        if len(text) <= _MAX_LENGTH and _may_be_reached(text, block) and _offers_help(text):
            contact = _contact(text, block)
            if contact is not None:
                yield f"{text} ({contact})" if contact else text


def _is_worth_a_look(block: str) -> bool:
    return _CHAPLAINCY in block or not _TELLING.isdisjoint(words_of(block))


def _may_be_reached(text: str, block: str) -> bool:
    """A quick look for a number, a link or a web address, which spares most texts the rest."""
    return "<a " in block or bool(_CONTACT.search(text))


def _contact(text: str, block: str) -> str | None:
    """Where to turn, as far as the text does not say it; None when nothing says it."""
    if _has_number(text) or _SITE.search(text.lower()):
        return ""
    links = (link for link in links_of_clean(block) if link.startswith(("http://", "https://")))
    # "If you need help, ask in the forum" is a link too.
    needs = (match[0].lower() for match in _NEED.finditer(text))
    return next(links, None) if any(not need.startswith("need") for need in needs) else None


def _offers_help(text: str) -> bool:
    if not (_OFFER.search(text) or _INVITATION.search(text)):
        return False
    if _NEED.search(text) and (_SERVICE.search(text) or _NAMED_LINE.search(text)):
        return True
    known = _SERVICE.search(text) or (_NEED.search(text) and _INVITATION.search(text))
    return bool(known) and not _BUSINESS.search(text)


def _has_number(text: str) -> bool:
    numbers = (match[0] for match in _PHONE.finditer(text))
    return any(not _YEARS.fullmatch(number) for number in numbers) or bool(
        _SHORT_NUMBER.search(text)
    )

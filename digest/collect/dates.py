"""Feeds' dates, in whatever notation and language they are written."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

# Months as dates name them: nominative or genitive, with the abbreviations that are no prefix.
_MONTHS_BY_LANGUAGE = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jänner feber maerz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar marts april maj juni juli august september oktober november december",
    "januar februar mars april mai juni juli august september oktober november desember",
    (
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada"
        " grudnia"
    ),
    (
        "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad"
        " grudzień"
    ),
    "ledna února března dubna května června července srpna září října listopadu prosince",
    "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec",
    (
        "január február március április május június július augusztus szeptember október november"
        " december"
    ),
    (
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie"
        " decembrie"
    ),
    "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    (
        "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου"
        " οκτωβρίου νοεμβρίου δεκεμβρίου"
    ),
    "januari februari maret april mei juni juli agustus september oktober november desember",
)
_MORE_ABBREVIATIONS = {"mrz": 3, "mrt": 3, "cvn": 6, "cvc": 7, "juil": 7, "sept": 9, "нояб": 11}
_DOTLESS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "ς": "σ"})
_ABBREVIATED = (3, 4)

_ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "ist": 5.5,
    "cet": 1, "met": 1, "mez": 1, "cest": 2, "mest": 2, "mesz": 2, "eet": 2, "eest": 3, "trt": 3,
    "msk": 3, "msd": 4, "gst": 4, "pkt": 5, "wib": 7, "hkt": 8, "sgt": 8, "awst": 8, "jst": 9,
    "kst": 9, "acst": 9.5, "aest": 10, "acdt": 10.5, "aedt": 11, "nzst": 12, "nzdt": 13,
    "nst": -3.5, "ndt": -2.5, "brt": -3, "art": -3, "ast": -4, "adt": -3, "est": -5, "edt": -4,
    "et": -5, "cst": -6, "cdt": -5, "ct": -6, "mst": -7, "mdt": -6, "mt": -7, "pst": -8,
    "pdt": -7, "pt": -8, "akst": -9, "akdt": -8, "hst": -10,
}  # fmt: skip

_RFC_822 = re.compile(
    r"(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (GMT|[+-]\d{4})"
)
_ISO = re.compile(r"\d{4}-?\d\d-?\d\d(?:[t ]\d\d:?\d\d.*)?", re.IGNORECASE)
_EPOCH = re.compile(r"(\d{9,10})(?:\.\d+)?|(\d{12,13})")
_EAST_ASIAN_DATE = re.compile(
    r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]?(?:\s*\([^)]{1,5}\))?"
)
_EAST_ASIAN_TIME = re.compile(
    r"(\d{1,2})\s*[時时点點시]\s*(?:(\d{1,2})\s*[分분]?)?\s*(?:(\d{1,2})\s*[秒초])?"
)
_HALF_OF_DAY = re.compile(
    r"(上午|午前|오전|凌晨|早上|下午|午後|오후|晚上)\s*(\d{1,2}:\d\d(?::\d\d)?)"
)
_MORNINGS = ("上午", "午前", "오전", "凌晨", "早上")
_TIME = re.compile(
    r"(?<![\d:])(?:kl\.?|klo|ore|um|at|à|a las|às|alle|o|om|в)?\s*"
    r"(\d{1,2})(?::|\s?h\s?|\.(?=\d\d(?:\.\d\d)?\s?uhr)|(?<=kl \d\d)\.|(?<=kl\. \d\d)\.)(\d\d)"
    r"(?:[:.](\d\d)(?:[.,]\d{1,9})?)?\s*(?:uhr)?\s*([ap])?(?(4)\.?m\.?(?![a-z]))"
)
_OFFSET = re.compile(r"\s*\(?(?:etc/)?(?:gmt|utc?)?\s*([+−–-])(\d{1,2})(?::?(\d\d))?(?!\d)")
_OFFSET_AT_END = re.compile(r"\s([+-])(\d\d):?(\d\d)\s*(?:\([^)]*\))?$")
_ZONE = re.compile(r"\s*\(?\s*([a-z]{1,4})\b")
_NUMBERS = re.compile(r"(\d{1,4})\s?([-/.])\s?(\d{1,2})\s?[-/.]\s?(\d{1,4})(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
_MAX_LENGTH = 100
_PIVOT = 50
_LAST_MONTH = 12
_YEAR_DIGITS = 4
_NOON = 12
_MIDNIGHT = 24
_MAX_OFFSET = 14


def read_date(text: str, language: str = "") -> datetime | None:
    """The moment a feed states, in UTC; None where it states none that can be told.

    RFC 822 and 3339 with all their misspellings, seconds since 1970, and the notations of some
    twenty languages. Without a zone UTC is meant, without a time midnight. ``language`` decides
    whether 2/3/2024 is in March or, as in English, in February. Words like "today" state no date.
    """
    plain = _RFC_822.fullmatch(text)
    if plain and plain[2].lower() in _MONTHS:
        try:
            return _regular(plain)
        except (ValueError, OverflowError):
            pass  # a leap second, or a day that never was
    line = unicodedata.normalize("NFKC", text[:_MAX_LENGTH]).strip()
    if not any(character.isdecimal() for character in line):
        return None
    try:
        return _iso(line) or _epoch(line) or _spelled(line.casefold(), language.casefold())
    except (ValueError, OverflowError):
        return None


def _months() -> dict[str, int]:
    """Every name and abbreviation of a month that means one month only."""
    found: dict[str, set[int]] = {}
    for names in _MONTHS_BY_LANGUAGE:
        for number, name in enumerate(map(_plain, names.split()), start=1):
            for form in (name, *(name[:length] for length in _ABBREVIATED)):
                found.setdefault(form, set()).add(number)
    unambiguous = {form: numbers.pop() for form, numbers in found.items() if len(numbers) == 1}
    return unambiguous | _MORE_ABBREVIATIONS


def _plain(word: str) -> str:
    """A word in lower case without accents."""
    apart = unicodedata.normalize("NFKD", word.casefold().translate(_DOTLESS))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


_MONTHS = _months()


def _regular(match: re.Match[str]) -> datetime:
    """What nearly all feeds write, without looking further."""
    day, year, hour, minute, second = (int(match[group]) for group in (1, 3, 4, 5, 6))
    moment = datetime(year, _MONTHS[match[2].lower()], day, hour, minute, second, tzinfo=UTC)
    if match[7] == "GMT":
        return moment
    distance = timedelta(hours=int(match[7][1:3]), minutes=int(match[7][3:]))
    return moment - distance if match[7][0] == "+" else moment + distance


def _iso(line: str) -> datetime | None:
    """RFC 3339 and the ISO 8601 dates around it."""
    if not _ISO.fullmatch(line):
        return None
    try:
        moment = datetime.fromisoformat(line.upper())
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _epoch(line: str) -> datetime | None:
    """Seconds, or milliseconds, since 1970."""
    match = _EPOCH.fullmatch(line)
    if not match:
        return None
    seconds = int(match[1]) if match[1] else int(match[2]) // 1000
    return datetime.fromtimestamp(seconds, UTC)


def _spelled(line: str, language: str) -> datetime | None:
    line = _HALF_OF_DAY.sub(_with_am_pm, _EAST_ASIAN_TIME.sub(_with_colons, _east_asian_day(line)))
    time = _TIME.search(line)
    before, after = (line[: time.start()], line[time.end() :]) if time else (line, "")
    offset = _OFFSET.match(after) or _OFFSET_AT_END.search(after)
    rest = after[: offset.start()] + after[offset.end() :] if offset else after
    day = _day(before, language) or _day(f"{before} {rest}", language)
    if day is None:
        return None
    moment = day + (_time_of_day(time) if time else timedelta(0))
    return moment.replace(tzinfo=_zone(offset, after)).astimezone(UTC)


def _east_asian_day(line: str) -> str:
    return _EAST_ASIAN_DATE.sub(r"\1-\2-\3 ", line)


def _with_colons(match: re.Match[str]) -> str:
    return ":".join(f"{int(part or 0):02}" for part in match.groups())


def _with_am_pm(match: re.Match[str]) -> str:
    return f"{match[2]} {'am' if match[1] in _MORNINGS else 'pm'}"


def _time_of_day(match: re.Match[str]) -> timedelta:
    hour, minute, second = (int(match[group] or 0) for group in (1, 2, 3))
    if match[4]:
        hour = hour % _NOON + (_NOON if match[4] == "p" else 0)
    if hour > _MIDNIGHT or minute > 59 or second > 60:  # noqa: PLR2004 - of a clock
        raise ValueError("no time of day")
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def _zone(offset: re.Match[str] | None, after: str) -> timezone:
    if offset:
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        distance = timedelta(hours=hours, minutes=minutes)
        if hours > _MAX_OFFSET:
            return UTC
        return timezone(distance if offset[1] == "+" else -distance)
    name = _ZONE.match(after)
    return timezone(timedelta(hours=_ZONES.get(name[1], 0) if name else 0))


def _day(text: str, language: str) -> datetime | None:
    """Midnight of the day that is named by a month's name, or by three numbers."""
    # The last one: Italians, Spaniards and the French write "mar" for Tuesday as well.
    months = [_MONTHS[word] for word in map(_plain, _WORD.findall(text)) if word in _MONTHS]
    if months:
        return _day_in(months[-1], _NUMBER.findall(text))
    match = _NUMBERS.search(text)
    if not match:
        return None
    # Only Americans begin with the month, and they write slashes.
    american = match[2] == "/" and language in ("", "en", "en-us")
    return _day_of(match[1], match[3], match[4], month_first=american)


def _day_in(month: int, numbers: list[str]) -> datetime | None:
    years = [number for number in numbers if len(number) == _YEAR_DIGITS]
    others = [number for number in numbers if len(number) <= len("31")]
    if not others or len(years) > 1:
        return None
    day = int(others[0])
    if years:
        return datetime(int(years[0]), month, day)  # noqa: DTZ001 - the zone follows
    if len(others) > 1:
        return datetime(_full_year(others[1]), month, day)  # noqa: DTZ001 - the zone follows
    return None


def _day_of(first: str, second: str, third: str, *, month_first: bool) -> datetime | None:
    one, two, three = int(first), int(second), int(third)
    if len(first) == _YEAR_DIGITS:
        return datetime(one, two, three)  # noqa: DTZ001 - the zone follows
    if len(third) not in (2, _YEAR_DIGITS):
        return None
    turned = two > _LAST_MONTH or (month_first and one <= _LAST_MONTH)
    day, month = (two, one) if turned else (one, two)
    return datetime(_full_year(third), month, day)  # noqa: DTZ001 - the zone follows


def _full_year(digits: str) -> int:
    """RFC 5322, section 4.3: two digits below 50 are this century's."""
    year = int(digits)
    if len(digits) == _YEAR_DIGITS:
        return year
    return year + (2000 if year < _PIVOT else 1900)

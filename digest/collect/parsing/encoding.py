"""A feed's bytes as text, whatever encoding it and its server claim (RFC 7303, section 3)."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Longest first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BEGINNINGS = (
    (re.compile(rb"<\x00\x00\x00[^\x00]\x00"), "utf-32-le"),
    (re.compile(rb"\x00\x00\x00<\x00\x00"), "utf-32-be"),
    (re.compile(rb"<\x00[^\x00]\x00"), "utf-16-le"),
    (re.compile(rb"\x00<\x00[^\x00]"), "utf-16-be"),
    (re.compile(rb"\x4c\x6f\xa7\x94"), "cp037"),
)
_DECLARED = re.compile(rb"""<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']\s*([A-Za-z0-9._:-]{1,40})""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_LANGUAGE = re.compile(rb"""(?:<(?:dc:)?language>\s*|xml:lang=["'])([A-Za-z]{2,3}(?:-\w+)?)""")
# What a document may be written in. Python's other codecs are no character encodings, or are
# quadratic (punycode), or hide markup (UTF-7).
_ACCEPTED = re.compile(
    r"utf-(?:8|16|32)(?:-[lb]e)?|iso8859-\d+|cp\d+|koi8-[rut]|mac-\w+|gb\w+|hz|big5\w*"
    r"|shift_jis\w*|euc_\w+|euc_jis_\w+|iso2022_\w+|ascii|tis-620|johab|kz1048|ptcp154"
)
# What is written where another name is given (WHATWG Encoding, section 4.2): supersets.
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "tis-620": "cp874",
}
_MULTIBYTE = re.compile(
    r"gb18030|hz|big5\w*|cp9(?:32|49|50)|euc_\w+|iso2022_\w+|johab|utf-\w+-\w\w"
)
_SERVERS_GUESSES = frozenset({"cp1252"})
_BY_LANGUAGE = {
    "ru": ("cp1251",), "uk": ("cp1251",), "bg": ("cp1251",), "sr": ("cp1251", "cp1250"),
    "pl": ("cp1250",), "cs": ("cp1250",), "sk": ("cp1250",), "hu": ("cp1250",), "ro": ("cp1250",),
    "hr": ("cp1250",), "sl": ("cp1250",), "tr": ("cp1254",), "el": ("cp1253",), "he": ("cp1255",),
    "ar": ("cp1256",), "lt": ("cp1257",), "lv": ("cp1257",), "th": ("cp874",),
    "ja": ("euc_jp", "cp932"), "ko": ("cp949",), "zh-tw": ("big5hkscs",), "zh": ("gb18030",),
}  # fmt: skip
_CHINESE = re.compile(rb"[\xb0-\xf7][\xa1-\xfe]|[\xa1-\xa9][\xa1-\xfe]")
_HIGH = re.compile(rb"[\x80-\xff]")
_HEAD = 1_000
_SNIFFED = 50_000
_MOSTLY = 0.9
_A_FEW = 0.2
_STRAY_BYTES = "digest.cp1252"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A document's text. ``problem`` is a sentence where its encoding had to be guessed."""

    text: str
    problem: str = ""


def decode(body: bytes, content_type: str = "") -> Decoded:
    """The text of a document, by its mark, what it and its server declare, and how it looks.

    Never fails. Bytes that are no characters in the encoding found become U+FFFD.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return Decoded(text=body[len(mark) :].decode(encoding, "replace"))
    for beginning, encoding in _BEGINNINGS:
        if beginning.match(body):
            return Decoded(text=body.decode(encoding, "replace"))
    declared = _declared(body, content_type)
    for encoding in _in_turn(declared):
        text = _strictly(body, encoding)
        if text is not None:
            return Decoded(text=text, problem=_wrongly_declared(declared, encoding))
    return _guessed(body, declared)


def _declared(body: bytes, content_type: str) -> list[str]:
    """What the server and the document say, in the order in which they are believed."""
    by_server, by_document = _CHARSET.search(content_type), _DECLARED.search(body[:_HEAD])
    names = [_meant(by_server[1]) if by_server else ""]
    names.append(_meant(by_document[1].decode("ascii")) if by_document else "")
    if names[0] in _SERVERS_GUESSES:  # a default of web servers that says nothing of the document
        names.reverse()
    return list(dict.fromkeys(filter(None, names)))


def _meant(name: str) -> str:
    """The codec to use for a declared name; "" for one that is not to be used."""
    try:
        found = codecs.lookup(name.lower().removeprefix("x-")).name
    except LookupError:
        return ""
    # A document whose declaration can be read byte by byte is not written in UTF-16.
    if not _ACCEPTED.fullmatch(found) or found.startswith(("utf-16", "utf-32")):
        return ""
    return _MEANT.get(found, found)


def _in_turn(declared: list[str]) -> Iterator[str]:
    """Declared multi-byte encodings, UTF-8, and then the others, in which any bytes are text."""
    yield from (name for name in declared if _MULTIBYTE.fullmatch(name))
    yield "utf-8"
    yield from (name for name in declared if name != "utf-8" and not _MULTIBYTE.fullmatch(name))


def _strictly(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _wrongly_declared(declared: list[str], encoding: str) -> str:
    """A remark where nothing that was declared is true; plain ASCII is true to everything."""
    if not declared or encoding in declared or encoding == "utf-8":
        return ""
    return f"the document's text is not {declared[0]}, as it says; it was read as {encoding}"


def _guessed(body: bytes, declared: list[str]) -> Decoded:
    """Text of which nothing that was declared is true, nor UTF-8."""
    broken, high = body.decode("utf-8", "replace").count("\ufffd"), len(_HIGH.findall(body))
    # Now and then a stray byte, or a character cut in two, does not make it another encoding.
    if broken <= high * _A_FEW:
        text = body.decode("utf-8", _STRAY_BYTES)
        return Decoded(text=text, problem="some characters of the document are broken")
    claim = declared[0] if declared else "utf-8"
    for encoding in (*_likely(body), "cp1252", "iso8859-1"):
        text_or_none = _strictly(body, encoding)
        if text_or_none is not None:
            problem = f"the document's text is not {claim}; it was read as {encoding}"
            return Decoded(text=text_or_none, problem=problem)
    return Decoded(text=body.decode("utf-8", "replace"))  # not reached: Latin-1 takes all bytes


def _stray_byte(error: UnicodeError) -> tuple[str, int]:
    """Windows-1252 for a byte that stands alone, as in text put together from two sources."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", "replace") if len(stray) == 1 else "\ufffd", error.end


codecs.register_error(_STRAY_BYTES, _stray_byte)


def _likely(body: bytes) -> Iterator[str]:
    """Encodings by the document's language, and Chinese by its pairs of high bytes."""
    language = _LANGUAGE.search(body[:_SNIFFED])
    if language:
        tag = language[1].decode("ascii").lower()
        yield from _BY_LANGUAGE.get(tag) or _BY_LANGUAGE.get(tag[:2], ())
    sample = body[:_SNIFFED]
    high = len(_HIGH.findall(sample))
    if high and 2 * len(_CHINESE.findall(sample)) >= _MOSTLY * high:
        yield "gb18030"

"""Bytes as text, whatever is claimed of them."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.parsing.encoding import decode

GERMAN = "Grüße aus Köln – „schön“"
CHINESE = "今天的新闻：港口的桥梁重新开放，市民们非常高兴。"
RUSSIAN = "Сегодня в гавани снова открыли мост"


def document(text: str, declared: str, language: str = "") -> str:
    claim = f"<?xml version='1.0' encoding='{declared}'?>" if declared else "<?xml version='1.0'?>"
    tag = f"<language>{language}</language>" if language else ""
    return f"{claim}<rss><channel>{tag}<title>{text}</title></channel></rss>"


@pytest.mark.parametrize(
    ("written", "declared", "served", "text"),
    [
        pytest.param("utf-8", "utf-8", "", GERMAN, id="as it says"),
        pytest.param("utf-8", "", "", GERMAN, id="nothing said"),
        pytest.param("utf-8", "iso-8859-1", "", GERMAN, id="UTF-8 called Latin-1"),
        pytest.param("utf-8", "utf-8", "text/xml", GERMAN, id="text/xml without charset"),
        pytest.param("utf-8", "utf-8", "text/xml; charset=ISO-8859-1", GERMAN, id="server's guess"),
        pytest.param("cp1252", "utf-8", "", GERMAN, id="Windows-1252 called UTF-8"),
        pytest.param("cp1252", "iso-8859-1", "", GERMAN, id="Windows-1252 called Latin-1"),
        pytest.param("cp1252", "us-ascii", "", GERMAN, id="Windows-1252 called ASCII"),
        pytest.param("cp1252", "no-such-thing", "", GERMAN, id="unknown name"),
        pytest.param("gb18030", "utf-8", "", CHINESE, id="GB 18030 called UTF-8"),
        pytest.param("gbk", "gb2312", "", CHINESE, id="GBK called GB 2312"),
        pytest.param("big5", "big5", "", "今天的新聞", id="Big5"),
        pytest.param("shift_jis", "Shift_JIS", "", "港の橋が再び開く", id="Shift JIS"),
        pytest.param("euc_kr", "euc-kr", "", "항구의 다리가 다시 열렸다", id="EUC-KR"),
        pytest.param("cp1251", "windows-1251", "", RUSSIAN, id="Cyrillic"),
        pytest.param("koi8-r", "", "text/xml; charset=koi8-r", RUSSIAN, id="told by the server"),
        pytest.param(
            "cp1251", "windows-1251", "text/xml; charset=iso-8859-1", RUSSIAN, id="document knows"
        ),
        pytest.param(
            "koi8-r", "windows-1251", 'text/xml; charset="KOI8-R"', RUSSIAN, id="server knows"
        ),
    ],
)
def test_text_is_found(written: str, declared: str, served: str, text: str) -> None:
    """True or wrong, missing or contradictory: the characters are the right ones."""
    body = document(text, declared).encode(written)
    assert decode(body, served).text == document(text, declared)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
    ],
)
def test_a_mark_or_the_pattern_of_zeros_decides(mark: bytes, encoding: str) -> None:
    """What the first bytes say is stronger than what anybody declares."""
    text = document(GERMAN, "iso-8859-1")
    assert decode(mark + text.encode(encoding), "text/xml; charset=koi8-r").text == text


def test_the_language_helps_where_nothing_is_true() -> None:
    """A Russian document that is no UTF-8 is most likely Windows-1251."""
    body = document(RUSSIAN, "utf-8", "ru").encode("cp1251")
    decoded = decode(body)
    assert RUSSIAN in decoded.text
    assert "not utf-8" in decoded.problem


def test_a_stray_byte_does_not_spoil_the_rest() -> None:
    """Documents put together from two sources keep both."""
    body = document(GERMAN * 10, "utf-8").encode() + "<!-- Stück -->".encode("cp1252")
    assert GERMAN in decode(body).text
    assert "Stück" in decode(body).text
    cut = document(GERMAN * 10, "utf-8").encode()
    assert GERMAN in decode(cut[:-60][: cut.rindex("ü".encode()) + 1]).text


@pytest.mark.parametrize("name", ["punycode", "idna", "unicode_escape", "rot13", "utf-7", "zlib"])
def test_codecs_that_are_no_encodings_are_not_used(name: str) -> None:
    """What Python could decode, but no document is written in, is not tried."""
    body = document(GERMAN, name).encode()
    assert decode(body).text == document(GERMAN, name)


@given(st.binary(max_size=200), st.text(max_size=30))
def test_any_bytes_are_some_text(body: bytes, content_type: str) -> None:
    """Decoding never fails."""
    assert isinstance(decode(body, content_type).text, str)

"""Dates in the notations and languages of feeds."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.dates import read_date

DAY = datetime(2024, 2, 3, tzinfo=UTC)
MORNING = datetime(2024, 2, 3, 9, 30, tzinfo=UTC)
HALF_PAST_TEN = datetime(2024, 2, 3, 10, 30, tzinfo=UTC)
EVENING = datetime(2024, 2, 3, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sat, 03 Feb 2024 10:30:00 +0100", MORNING),
        ("Sat, 3 Feb 2024 09:30:00 GMT", MORNING),
        ("Sat, 03 Feb 24 09:30 GMT", MORNING),
        ("Sat,03 Feb 2024 10:30:00 +01:00", MORNING),
        ("03 Feb 2024 04:30 EST", MORNING),
        ("Saturday, February 3, 2024 4:30 AM EST", MORNING),
        ("Sat Feb  3 09:30:00 2024", MORNING),
        ("Sat Feb 3 09:30:00 UTC 2024", MORNING),
        ("Sat Feb 03 09:30:00 +0000 2024", MORNING),
        ("Sat, 03 Feb 2024 11:30:00 GMT+2", MORNING),
        ("Sat, 03 Feb 2024 09:30:00 Nowhere", MORNING),
        ("Sat, 03 Feb 2024 09:30:00", MORNING),
        ("03-Feb-2024 09:30", MORNING),
        ("Feb 03, 2024", DAY),
        ("3 Feb 2024", DAY),
        ("Fri, 02 Feb 2024 24:00:00 GMT", DAY),
    ],
)
def test_rfc_822_and_its_misspellings(text: str, moment: datetime) -> None:
    """Days, months and zones may be missing, long, short or in another order."""
    assert read_date(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-02-03T09:30:00Z", MORNING),
        ("2024-02-03T10:30:00+01:00", MORNING),
        ("2024-02-03 10:30:00 +0100", MORNING),
        ("2024-02-03T09:30", MORNING),
        ("2024-02-03t09:30:00z", MORNING),
        ("20240203T093000Z", MORNING),
        ("2024-02-03", DAY),
        ("2024/02/03 09:30", MORNING),
        ("1706952600", MORNING),
        ("1706952600000", MORNING),
        ("1706952600.25", MORNING),
    ],
)
def test_iso_8601_and_seconds(text: str, moment: datetime) -> None:
    """RFC 3339, what is nearly that, and seconds or milliseconds since 1970."""
    assert read_date(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("3. Februar 2024, 10:30 Uhr", HALF_PAST_TEN, id="de"),
        pytest.param("Sa., 03.02.2024 10.30 Uhr MEZ", MORNING, id="de numbers"),
        pytest.param("3. Jänner 2024", datetime(2024, 1, 3, tzinfo=UTC), id="de-AT"),
        pytest.param("sam. 3 févr. 2024 à 10h30", HALF_PAST_TEN, id="fr"),
        pytest.param("mar. 6 août 2024", datetime(2024, 8, 6, tzinfo=UTC), id="fr Tuesday"),
        pytest.param("3 de febrero de 2024 10:30", HALF_PAST_TEN, id="es"),
        pytest.param("mar, 12 mar 2024", datetime(2024, 3, 12, tzinfo=UTC), id="es Tuesday"),
        pytest.param("sabato 3 febbraio 2024, ore 10:30", HALF_PAST_TEN, id="it"),
        pytest.param("sábado, 3 de fevereiro de 2024 às 10:30", HALF_PAST_TEN, id="pt"),
        pytest.param("3 februari 2024 om 10:30", HALF_PAST_TEN, id="nl"),
        pytest.param("3 mrt 2024", datetime(2024, 3, 3, tzinfo=UTC), id="nl short"),
        pytest.param("lör 3 feb 2024 kl 10.30", HALF_PAST_TEN, id="sv"),
        pytest.param("lørdag den 3. februar 2024 kl. 10:30", HALF_PAST_TEN, id="da"),
        pytest.param("3. des 2024", datetime(2024, 12, 3, tzinfo=UTC), id="no"),
        pytest.param("3 lutego 2024 10:30", HALF_PAST_TEN, id="pl"),
        pytest.param("12 października 2024", datetime(2024, 10, 12, tzinfo=UTC), id="pl October"),
        pytest.param("3. února 2024 10:30", HALF_PAST_TEN, id="cs"),
        pytest.param("3. července 2024", datetime(2024, 7, 3, tzinfo=UTC), id="cs July"),
        pytest.param("2024. február 3.", DAY, id="hu"),
        pytest.param("3 февраля 2024 г., 12:30 MSK", MORNING, id="ru"),
        pytest.param("Сб, 03 фев 2024 10:30:00 +0100", MORNING, id="ru short"),
        pytest.param("3 лютого 2024", DAY, id="uk"),
        pytest.param("3 Şubat 2024 Cumartesi 10:30", HALF_PAST_TEN, id="tr"),
        pytest.param("5 KASIM 2024", datetime(2024, 11, 5, tzinfo=UTC), id="tr capitals"),
        pytest.param("Σάβ, 03 Φεβ 2024 11:30:00 EET", MORNING, id="el"),
        pytest.param("2024年2月3日(土) 午後6時30分", EVENING, id="ja"),
        pytest.param("2024年2月3日 18:30", EVENING, id="zh"),
        pytest.param("2024年2月3日 下午6:30", EVENING, id="zh afternoon"),
        pytest.param("2024년 2월 3일 오후 6:30", EVENING, id="ko"),
        pytest.param("2024. 2. 3. 오후 6:30", EVENING, id="ko numbers"),
    ],
)
def test_dates_in_many_languages(text: str, moment: datetime) -> None:
    """Months are told by their names and abbreviations, accents and capitals aside."""
    assert read_date(text) == moment


@pytest.mark.parametrize(
    ("language", "month"), [("", 2), ("en-us", 2), ("en-GB", 3), ("de", 3), ("fr", 3)]
)
def test_only_americans_begin_with_the_month(language: str, month: int) -> None:
    """Two numbers that could be either are read as the feed's language has them."""
    assert read_date("02/03/2024", language) == datetime(
        2024, month, 3 if month == 2 else 2, tzinfo=UTC
    )
    assert read_date("02.03.2024", language) == datetime(2024, 3, 2, tzinfo=UTC)
    assert read_date("13/02/2024", language) == datetime(2024, 2, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "year"), [("3 Feb 49", 2049), ("3 Feb 50", 1950), ("3 Feb 99", 1999), ("3.2.24", 2024)]
)
def test_years_of_two_digits(text: str, year: int) -> None:
    """Below fifty they are of this century (RFC 5322, section 4.3)."""
    found = read_date(text)
    assert found is not None
    assert found.year == year


@pytest.mark.parametrize(
    "text",
    [
        "", "Today", "today 10:30", "gestern", "3 hours ago", "il y a 2 jours", "someday", "2024",
        "Feb 2024", "30 Feb 2024", "Sat, 32 Jan 2024", "2024-13-01", "99:99", "12", "1.2",
        "9999-12-31T23:59:60-12:00", "Mon, 01 Jan 0000 00:00:00 GMT",
    ],
)  # fmt: skip
def test_what_states_no_day_is_no_date(text: str) -> None:
    """Words that depend on when they are read, and days that never were, are no date."""
    assert read_date(text) is None


def test_a_date_in_the_future_stays_what_it_is() -> None:
    """What a feed states is not bent to be plausible."""
    assert read_date("Sat, 03 Feb 2085 09:30:00 GMT") == datetime(2085, 2, 3, 9, 30, tzinfo=UTC)


@given(st.text(max_size=120))
def test_any_text_is_a_date_or_none(text: str) -> None:
    """Reading never raises, and what it gives is aware UTC."""
    found = read_date(text)
    assert found is None or found.tzinfo is UTC


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2048, 1, 1)))  # noqa: DTZ001
def test_what_a_feed_writes_is_what_is_read(moment: datetime) -> None:
    """Every second comes back, written as RFC 822 or as RFC 3339."""
    exact = moment.replace(microsecond=0, tzinfo=UTC)
    assert read_date(exact.strftime("%a, %d %b %Y %H:%M:%S +0000")) == exact
    assert read_date(exact.isoformat()) == exact

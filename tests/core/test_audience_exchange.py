"""Subscribers in and out as CSV."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.audience.exchange import CsvImport, RejectedRow, SubscriberRow, read_csv, write_csv
from digest.errors import ConfigError
from digest.model import Consent, Subscriber, Subscription, Variant, Volume

SINCE = datetime(2026, 1, 8, 7, 30, tzinfo=UTC)


def row(line: int, address: str, name: str = "", consent: Consent | None = None) -> SubscriberRow:
    return SubscriberRow(line=line, address=address, name=name, consent=consent)


def reasons(read: CsvImport) -> list[tuple[int, str, str]]:
    return [(bad.line, bad.value, bad.reason) for bad in read.rejected]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("email,name,status\nann@a.example,Ann Lee,confirmed\n", id="comma"),
        pytest.param("email;name;status\r\nann@a.example;Ann Lee;Confirmed\r\n", id="semicolon"),
        pytest.param("email\tname\tstatus\nann@a.example\tAnn Lee\tconfirmed", id="tab"),
        pytest.param("\ufeffemail,name,status\nann@a.example,Ann Lee,confirmed\n", id="bom"),
        pytest.param(
            '"Name","Consent","E-Mail"\n"Ann Lee","confirmed","ann@a.example"\n', id="quoted"
        ),
        pytest.param("email,name,status\rann@a.example,Ann Lee,confirmed\r", id="old-mac"),
        pytest.param(
            "id,Email Address,x,name,status\n7, ann@a.example ,;,Ann Lee,CONFIRMED\n", id="more"
        ),
        pytest.param("address,name,status,\nann@a.example,Ann Lee,confirmed,,,\n", id="trailing"),
    ],
)
def test_list_is_read(text: str) -> None:
    """Delimiters, quotes, marks, column order and names of other programs' exports all do."""
    assert read_csv(text) == CsvImport(
        rows=(row(2, "ann@a.example", "Ann Lee", Consent.CONFIRMED),)
    )


def test_only_the_address_is_needed() -> None:
    """A file of addresses alone says nothing of names and consent."""
    read = read_csv("email\nann@a.example\n\n   \nbo@b.example\n")
    assert read == CsvImport(rows=(row(2, "ann@a.example"), row(5, "bo@b.example")))


def test_addresses_outside_ascii_are_a_matter_of_the_mail_server() -> None:
    """Refused, saying what allows them; taken where that is set, each mailbox once."""
    text = "email\njürgen@a.example\nJU\u0308RGEN@a.example\n"
    (first, _) = reasons(read_csv(text))
    assert "utf8_addresses = true" in first[2]
    read = read_csv(text, utf8=True)
    assert read.rows == (row(2, "jürgen@a.example"),)
    assert reasons(read) == [(3, "JU\u0308RGEN@a.example", "same as line 2")]
    (bad,) = reasons(read_csv("email\njür gen@a.example\n", utf8=True))
    assert "space" in bad[2]


def test_line_breaks_inside_quotes_do_not_shift_line_numbers() -> None:
    """A quoted cell over two lines is one row on one line; later rows keep their place."""
    read = read_csv('email,name\nann@a.example,"Ann\nLee"\nbad,B\nbo@b.example,"B;o, ""x"""\n')
    assert read.rows == (row(2, "ann@a.example", "Ann Lee"), row(5, "bo@b.example", 'B;o, "x"'))
    assert reasons(read) == [(4, "bad", "the address has no @")]


def test_one_bad_row_does_not_take_others_with_it() -> None:
    """Each bad row is named with line, value and reason; the good ones are read."""
    read = read_csv(
        "email,name,status\n"
        "ann@a.example,Ann,confirmed\n"
        "ANN@A.example,Ann again,pending\n"
        "bo@b.example,Bo,confrimed\n"
        "cy@c.example,Cy,subscribed\n"
        "di@d.example,Di,42\n"
        "ed@e.example,Smith, Ed,confirmed\n"
        ",Nobody,confirmed\n"
        "fay@f.example\n"
    )
    assert [one.line for one in read.rows] == [2, 9]
    assert reasons(read) == [
        (3, "ANN@A.example", "same as line 2"),
        (4, "confrimed", "'confrimed' is no status; did you mean confirmed?"),
        (5, "subscribed", "'subscribed' is no status; did you mean confirmed?"),
        (6, "42", "'42' is no status; use one of pending, confirmed, unsubscribed"),
        (7, "ed@e.example,Smith, Ed,confirmed", "has 4 cells where the first line names 3"),
        (8, "", "there is no address"),
    ]


def test_same_mailbox_in_other_spellings_is_one() -> None:
    """Duplicates are found by mailbox, punycode included."""
    read = read_csv("email\nme@bücher.example\nMe@xn--bcher-kva.example\n")
    assert reasons(read) == [(3, "Me@xn--bcher-kva.example", "same as line 2")]


@pytest.mark.parametrize(
    "stray",
    [
        pytest.param('bo@b.example,"Bo', id="never-closed"),
        pytest.param('bo@b.example,"Bo" Smith', id="text-after"),
    ],
)
def test_stray_quotation_mark_costs_one_row(stray: str) -> None:
    """A mark that is not matched is reported for its line, and the lines after it are read."""
    read = read_csv(f'email,name\n{stray}\ncy@c.example,Cy\ndi@d.example,"Di"\n')
    assert [one.address for one in read.rows] == ["cy@c.example", "di@d.example"]
    assert read.rejected == (
        RejectedRow(line=2, value=stray, reason="its quotation marks do not match up"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "the file is empty", id="empty"),
        pytest.param("ann@a.example,Ann\n", "names no column of addresses", id="no-header"),
        pytest.param(
            "name,status\nAnn,confirmed\n", "names no column of addresses", id="no-address"
        ),
        pytest.param("\n\nemail\n", "names no column of addresses", id="blank-first"),
    ],
)
def test_missing_header_is_an_error_with_the_fix(text: str, message: str) -> None:
    """Without a column of addresses nothing is guessed: the error names file, line and the fix."""
    with pytest.raises(ConfigError, match=message) as caught:
        read_csv(text, file="people.csv")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("people.csv", 1)
    assert "email,name,status" in problem.fix


@given(st.text(alphabet=st.sampled_from("email,;\t\"'\n\r@.=+a\ufeff ")) | st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever follows the header, reading ends, and each line stands in at most one place."""
    read = read_csv("email,name,status\n" + text)
    lines = [*(one.line for one in read.rows), *(bad.line for bad in read.rejected)]
    assert len(lines) == len(set(lines))


def subscription(
    number: int, name: str, consent: Consent = Consent.CONFIRMED, local: str = "r"
) -> Subscription:
    person = Subscriber(id=number, address=f"{local}{number}@a.example", name=name)
    return Subscription(subscriber=person, newsletter="weekly", consent=consent, since=SINCE)


names = st.text(max_size=30).map(
    lambda text: "".join(c for c in text if c.isprintable() and c not in "\u2028\u2029").strip()
) | st.from_regex(r"""\A['"]{0,3}[=+@-][a-z'="; ,]{0,8}[a-z]\Z""")


@given(
    people=st.lists(
        st.tuples(names, st.sampled_from(Consent), st.sampled_from(["r", "=r", "+r", "-r", "'+r"])),
        max_size=5,
    )
)
def test_what_is_written_reads_back(people: list[tuple[str, Consent, str]]) -> None:
    """Names, addresses and consent survive the round trip, formulas and apostrophes included."""
    kept = [
        subscription(n, name, consent, local) for n, (name, consent, local) in enumerate(people)
    ]
    read = read_csv("".join(write_csv(kept)))
    assert not read.rejected
    assert [(one.address, one.name, one.consent) for one in read.rows] == [
        (one.subscriber.address, one.subscriber.name, one.consent) for one in kept
    ]


FORMULA = tuple("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize(
    "name",
    [
        *(
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "'=1",
            "''@x",
            "＝1",
            " =1",
            '"=1',
        ),
        *('x";=1', "a;=b", 'a;"=b', 'a;" =b', "a\t=b", "a,=b", "a;;\t=b", "a\n\n=b"),
    ],
)
def test_no_cell_is_a_formula(name: str, delimiter: str) -> None:
    """No cell starts with what a spreadsheet runs, whichever delimiter it reads the file with."""
    lines = "".join(write_csv([subscription(1, name, local="=1+r")]))
    for cells in csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter):
        assert not [cell for cell in cells if cell.strip(' "').startswith(FORMULA)]


ROW = (
    '"r1@a.example","Ann ""A"" Lee","confirmed","weekly","2026-01-08T07:30:00+00:00",'
    '"","","full"\r\n'
)


def test_export_is_rfc_4180() -> None:
    """Every cell is quoted, every line ends in CRLF, and the date has its zone."""
    assert list(write_csv([subscription(1, 'Ann "A" Lee')])) == [
        '"email","name","status","newsletter","since","time_zone","topics","volume"\r\n',
        ROW,
    ]


def test_choices_survive_the_round_trip() -> None:
    """Topics and volume come back as they were exported; an empty topic list means all."""
    wish = Variant(topics=("sea", "town"), volume=Volume.SHORT)
    lines = "".join(write_csv([replace(subscription(1, "Ann"), variant=wish)]))
    assert read_csv(lines, topics=("sea", "town")).rows[0].variant == wish
    everything = "".join(write_csv([subscription(1, "Ann")]))
    assert read_csv(everything).rows[0].variant == Variant()


def test_rows_without_choices_say_nothing_of_them() -> None:
    """A list without the columns changes nobody's choices."""
    assert read_csv("email\na@b.example\n").rows[0].variant is None


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("see,", "there is no topic 'see'; did you mean sea?"),
        (",shrt", "'shrt' is no volume; use one of full, short"),
    ],
    ids=["topic", "volume"],
)
def test_an_unknown_choice_is_rejected_with_its_reason(cells: str, reason: str) -> None:
    """A topic or a volume that does not exist names itself and what there is."""
    read = read_csv(f"email,topics,volume\na@b.example,{cells}\n", topics=("sea", "town"))
    assert [row.reason for row in read.rejected] == [reason]


@pytest.mark.parametrize("column", ["time_zone", "Time Zone", "TimeZone", "tz"])
def test_time_zones_are_read_and_written(column: str) -> None:
    """A zone by its IANA name comes in under several headings, and goes out again."""
    read = read_csv(f"email,{column}\nann@a.example, Asia/Tokyo \nbo@b.example,\n")
    assert [one.time_zone for one in read.rows] == ["Asia/Tokyo", ""]
    person = Subscriber(id=1, address="ann@a.example", time_zone="Asia/Tokyo")
    one = Subscription(
        subscriber=person, newsletter="weekly", consent=Consent.CONFIRMED, since=SINCE
    )
    (back,) = read_csv("".join(write_csv([one]))).rows
    assert back.time_zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Europe/Londn", 'did you mean "Europe/London"?'),
        ("America", "name a city too"),
        ("../../etc/passwd", "for example"),
        ("GMT+25", ""),
    ],
)
def test_a_zone_that_is_none_is_a_reason(zone: str, hint: str) -> None:
    """The row is named with what is wrong and, where it is near, what was meant."""
    read = read_csv(f"email,time_zone\nann@a.example,{zone}\nbo@b.example,UTC\n")
    assert [one.address for one in read.rows] == ["bo@b.example"]
    ((line, value, reason),) = reasons(read)
    assert (line, value) == (2, zone)
    assert "there is no time zone" in reason
    assert hint in reason

"""Catalogues of one's own: single strings replaced, and what is wrong with a file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.catalogues import check_catalogues, has_words, read_words
from digest.config.cldr import form_of
from digest.config.plurals import parse_plural_rule
from digest.config.pofile import parse_po
from digest.resources import TEMPLATES

HEADER = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'


def catalogue(folder: Path, language: str, text: str) -> Path:
    """Write a catalogue of one's own."""
    path = folder / "locale" / language / "LC_MESSAGES" / "digest.po"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_one_string_is_replaced(tmp_path: Path) -> None:
    """A file with one message changes that one; all others, and the plurals, stay."""
    catalogue(tmp_path, "fr", 'msgid "Unsubscribe"\nmsgstr "Me désinscrire"\n')
    words = read_words("fr", (tmp_path, TEMPLATES))

    assert words.text("Unsubscribe") == "Me désinscrire"
    assert words.text("View in browser") == "Voir dans le navigateur"
    assert words.counted("{number} story", "{number} stories", 0) == "0 article"
    assert check_catalogues((tmp_path, TEMPLATES)) == ()


def test_a_plural_is_replaced_without_a_header(tmp_path: Path) -> None:
    """A shipped language's rule holds for a file that states none."""
    forms = "".join(f'msgstr[{index}] "{index}: {{number}}"\n' for index in range(6))
    text = f'msgid "{{number}} story"\nmsgid_plural "{{number}} stories"\n{forms}'
    catalogue(tmp_path, "ar", text)
    words = read_words("ar", (tmp_path, TEMPLATES))

    assert words.counted("{number} story", "{number} stories", 7) == "3: 7"
    assert check_catalogues((tmp_path,)) == ()


def test_a_region_falls_back_to_its_language(tmp_path: Path) -> None:
    """What Swiss German does not say, German does; what that does not, English."""
    catalogue(tmp_path, "de_CH", 'msgid "Also published"\nmsgstr "Sonst noch"\n')
    words = read_words("de-ch", (tmp_path, TEMPLATES))

    assert words.text("Also published") == "Sonst noch"
    assert words.text("Unsubscribe") == "Abmelden"
    assert words.text("Not a text of ours") == "Not a text of ours"


def test_a_new_language(tmp_path: Path) -> None:
    """A language that is not shipped needs a file, and counts by its own rule."""
    rule = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);"
    text = f'msgid ""\nmsgstr ""\n"Plural-Forms: {rule}\\n"\n\nmsgid "{{number}} story"\n'
    text += 'msgid_plural "{number} stories"\nmsgstr[0] "a"\nmsgstr[1] "b"\nmsgstr[2] "c"\n'
    assert not has_words("sh", (tmp_path, TEMPLATES))
    catalogue(tmp_path, "sh", text)
    words = read_words("sh", (tmp_path, TEMPLATES))

    said = [words.counted("{number} story", "{number} stories", n) for n in (1, 3, 5, 21)]

    assert said == ["a", "b", "c", "a"]
    assert words.counted("and {number} more", "and {number} more", 2) == "and 2 more"
    assert has_words("sh-RS", (tmp_path, TEMPLATES))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('msgid "Unsubscribe"\nmsgstr "Weg', 2, "cannot be read"),
        ('msgid "Unsubscribe"\nmsgstr "a"b"', 2, "quotation mark inside"),
        ('\nmsgid "Unsubscribe"\n', 2, "the message has no msgstr"),
        ('msgid "Unsubscrib"\nmsgstr "Weg"', 1, 'did you mean "Unsubscribe"?'),
        ('msgid "one"\nmsgstr "uno"', 1, 'write msgctxt "number" before it'),
        ('\n\nmsgid "Read “{title}”"\nmsgstr "{titel}"', 3, "nothing is known of {titel}"),
        (
            f'{HEADER}\nmsgid "{{number}} story"\nmsgid_plural "{{number}} stories"\nmsgstr[0] "x"',
            4,
            "lacks msgstr[1]",
        ),
        ('msgid "{number} story"\nmsgstr "x"', 1, "has another plural in English"),
        (
            'msgid "{number} story"\nmsgid_plural "{number} stories"\nmsgstr[0] "x"',
            1,
            "Plural-Forms: is missing",
        ),
        ('msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=n;\\n"', 1, "there are 2: 0 to 1"),
        ('msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=n+;\\n"', 1, "no formula"),
        (
            'msgctxt "quotation marks"\nmsgid "“ ” ‘ ’"\nmsgstr "« »"',
            2,
            "four quotation marks",
        ),
        (
            'msgid "Unsubscribe"\nmsgstr "a"\nmsgid "Unsubscribe"\nmsgstr "b"',
            3,
            "is translated twice",
        ),
    ],
    ids=[
        *("open-string", "inner-quote", "no-msgstr", "misspelt", "no-context", "placeholder"),
        *("missing-form", "no-plural", "no-rule", "wrong-rule", "no-formula", "marks", "twice"),
    ],
)
def test_check_finds_what_is_wrong(tmp_path: Path, text: str, line: int, message: str) -> None:
    """A mistake has its file and line, and costs its own message only."""
    path = catalogue(tmp_path, "sv", text)

    problem = check_catalogues((tmp_path,))[0]

    assert (problem.file, problem.line) == (str(path), line)
    assert message in str(problem)
    assert read_words("sv", (tmp_path, TEMPLATES)).text("Visit our website") == "Visit our website"


def test_a_file_in_the_wrong_place_is_named(tmp_path: Path) -> None:
    """A catalogue that nothing would read is a problem that says where it belongs."""
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale" / "fr.po").write_text("")

    (problem,) = check_catalogues((tmp_path, TEMPLATES))

    assert problem.fix.endswith("locale/fr/LC_MESSAGES/digest.po")


def test_a_file_that_is_no_utf_8(tmp_path: Path) -> None:
    """Other encodings are refused by name; the shipped words stand in."""
    catalogue(tmp_path, "fr", "").write_bytes('msgid "é"'.encode("latin-1"))

    assert [each.message for each in check_catalogues((tmp_path,))] == ["is not UTF-8"]
    assert read_words("fr", (tmp_path, TEMPLATES)).text("Unsubscribe") == "Se désabonner"


def test_the_forms_of_po_files() -> None:
    """Comments, contexts, long strings, escapes; fuzzy and obsolete messages are left out."""
    read = parse_po(
        '\ufeff# note\nmsgid ""\nmsgstr "Language: fr\\n"\n\n'
        '#. hint\n#: place:1\nmsgctxt "here"\nmsgid "a\\"b"\nmsgstr ""\n"c\\n"\n"d"\n'
        '#, c-format, fuzzy\nmsgid "guess"\nmsgstr "x"\n#~ msgid "old"\n#~ msgstr "y"\n'
    )

    assert read.header == {"language": "fr"}
    assert [(m.key.context, m.key.text, m.forms[0]) for m in read.messages] == [
        ("here", 'a"b', "c\nd")
    ]
    assert read.faults == ()


@given(st.text(alphabet=st.sampled_from('msgidstrcxt_plural[]012" \\\n#~,{}é'), max_size=200))
def test_any_text_is_read(text: str) -> None:
    """Whatever a file holds, it is read or its faults are told by line."""
    assert all(fault.line >= 1 for fault in parse_po(text).faults)


@given(st.text(max_size=40))
def test_any_rule_is_read_or_refused(formula: str) -> None:
    """A plural rule never picks a form that there is not, and never breaks the reader."""
    try:
        rule = parse_plural_rule(f"nplurals=2; plural={formula};")
    except ValueError:
        return
    assert {rule.pick(number) for number in range(50)} <= {0, 1}


@pytest.mark.parametrize(
    ("pattern", "form"),
    [
        ("EEEE, d. MMMM y", "{weekday}, {day}. {month} {year}"),
        ("d 'de' MMMM 'de' y", "{day} de {month} de {year}"),
        ("y年M月d日", "{year}年{month_number}月{day}日"),
        ("d MMMM G y", ""),
    ],
)
def test_forms_of_the_cldr(pattern: str, form: str) -> None:
    """A pattern becomes braced names; one with an era, which we do not know, is left."""
    assert form_of(pattern) == form

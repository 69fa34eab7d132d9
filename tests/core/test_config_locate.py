"""The line locator: every key, table and element of a TOML document has a line."""

import json
import tomllib
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.locate import TomlPath, line_index, locate

DOCUMENT = '''\
# A comment with [a] = "heading" in it
title = "one"  # title = "two"
"quoted key" = 1
'single.quoted' = 2
dotted.inner.leaf = 3
text = """
[not.a.table]
not_a_key = 1 \\"""
"""
raw = \'\'\'
also = "not a key" \'\'\'
flags = [
  true,   # a comment, with ] in it
  [ 1,
    2 ],
  { x = "}", y = ["]", "#"] },
]
inline = { first = 1, second = { third = "a, b" } }
when = 2024-05-01 07:30:00

[ table ]
key = "a \\" ] b"

[table.sub."dotted.name"]
deep = 1

[[items]]
name = "first"

[items.detail]
size = 1

[[items.parts]]
id = 1

[[items.parts]]
id = 2

[[items]]
name = "second"
[[items.parts]]
id = 3

[late.parent.child]
x = 1
[late]
y = 1
'''

PLACES: list[tuple[TomlPath, str]] = [
    (("title",), 'title = "one"'),
    (("quoted key",), '"quoted key"'),
    (("single.quoted",), "'single.quoted'"),
    (("dotted",), "dotted.inner"),
    (("dotted", "inner", "leaf"), "dotted.inner"),
    (("text",), 'text = """'),
    (("raw",), "raw ="),
    (("flags",), "flags ="),
    (("flags", 0), "  true,"),
    (("flags", 1), "  [ 1,"),
    (("flags", 1, 0), "  [ 1,"),
    (("flags", 1, 1), "    2 ],"),
    (("flags", 2, "y", 1), "  { x ="),
    (("inline", "second", "third"), "inline ="),
    (("when",), "when ="),
    (("table",), "[ table ]"),
    (("table", "key"), 'key = "a'),
    (("table", "sub", "dotted.name"), "[table.sub"),
    (("table", "sub", "dotted.name", "deep"), "deep = 1"),
    (("items",), "[[items]]"),
    (("items", 0), "[[items]]"),
    (("items", 0, "name"), 'name = "first"'),
    (("items", 0, "detail", "size"), "size = 1"),
    (("items", 0, "parts", 0, "id"), "id = 1"),
    (("items", 0, "parts", 1, "id"), "id = 2"),
    (("items", 1, "name"), 'name = "second"'),
    (("items", 1, "parts", 0, "id"), "id = 3"),
    (("late", "parent"), "[late.parent.child]"),
    (("late",), "[late]"),
    # What is not there has its nearest parent's line.
    (("title", "nothing"), 'title = "one"'),
    (("table", "nothing"), "[ table ]"),
    (("items", 1, "nothing"), '[[items]]\nname = "second"'),
    (("items", 7), "[[items]]"),
]


@pytest.mark.parametrize(("path", "text"), PLACES, ids=[str(path) for path, _ in PLACES])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_path_has_the_line_it_stands_on(path: TomlPath, text: str, newline: str) -> None:
    """Each kind of key, heading and element is found, comments and strings are not."""
    expected = DOCUMENT[: DOCUMENT.index(text)].count("\n") + 1
    document = DOCUMENT.replace("\n", newline)
    tomllib.loads(document)

    assert locate(document, path) == expected


@pytest.mark.parametrize("path", [(), ("nothing",), ("nothing", 0, "at all")], ids=str)
def test_what_has_no_parent_in_the_text_has_no_line(path: TomlPath) -> None:
    """None is the answer for the root, and below a key that does not exist."""
    assert locate(DOCUMENT, path) is None


def test_an_empty_document_has_no_lines() -> None:
    """Nothing stands in a document without keys."""
    assert dict(line_index("")) == {}
    assert dict(line_index("\n# only this\n")) == {}


@pytest.mark.parametrize(
    "value",
    [
        '""""""',
        '"""a""""',
        '"""""""',
        "''''''",
        "'''''''",
        '"\\\\"',
        "'\\'",
        '"""\\""""',
        "[]",
        "{}",
    ],
)
def test_strings_end_where_toml_says(value: str) -> None:
    """Quotes beside quotes, backslashes and empty values do not swallow the next line."""
    document = f"a = {value}\nb = 1\n"
    tomllib.loads(document)

    assert locate(document, ("b",)) == 2


keys = st.text(st.sampled_from("ab-_1 .'\"\\#[]=é"), max_size=4).map(
    lambda text: (json.dumps(text, ensure_ascii=False), text)
)
words = st.text(st.sampled_from("ab'\"\\#[]{}=,\n é"), max_size=6)


@dataclass
class Writer:
    """Writes a document and keeps the line of everything it writes."""

    text: str = ""
    lines: dict[TomlPath, int] = field(default_factory=dict)

    def write(self, text: str) -> None:
        self.text += text

    def mark(self, path: TomlPath) -> None:
        self.lines[path] = self.text.count("\n") + 1


def put_value(writer: Writer, path: TomlPath, data: st.DataObject, depth: int = 0) -> None:
    kinds = ["word", "lines", "number", "list", "table"][: 3 if depth > 1 else 5]
    kind = data.draw(st.sampled_from(kinds))
    if kind == "word":
        writer.write(json.dumps(data.draw(words), ensure_ascii=False))
    elif kind == "lines":
        body = data.draw(words).replace("\\", "\\\\").replace('"', '\\"')
        writer.write(f'"""{body}"""')
    elif kind == "number":
        writer.write(data.draw(st.sampled_from(["1", "-2.5e3", "true", "2024-05-01 07:30:00"])))
    elif kind == "list":
        writer.write("[")
        for index in range(data.draw(st.integers(0, 2))):
            writer.write(data.draw(st.sampled_from(["", " ", "\n", " # ], [\n"])))
            writer.mark((*path, index))
            put_value(writer, (*path, index), data, depth + 1)
            writer.write(data.draw(st.sampled_from([",", " ,", "\n,"])))
        writer.write("]")
    else:
        writer.write("{")
        for index, (written, name) in enumerate(unique_keys(data)):
            writer.write(", " if index else " ")
            writer.mark((*path, name))
            writer.write(f"{written} = ")
            put_value(writer, (*path, name), data, depth + 1)
        writer.write("}")


def unique_keys(data: st.DataObject) -> list[tuple[str, str]]:
    return data.draw(st.lists(keys, max_size=3, unique_by=lambda key: key[1]))


def put_pairs(writer: Writer, path: TomlPath, data: st.DataObject) -> None:
    for written, name in unique_keys(data):
        writer.write(data.draw(st.sampled_from(["", "  ", "\n", "# x = 1\n"])))
        writer.mark((*path, name))
        writer.write(f"{written} = ")
        put_value(writer, (*path, name), data)
        writer.write(data.draw(st.sampled_from(["\n", " # [y]\n"])))


@settings(deadline=None)
@given(st.data())
def test_every_path_of_any_document_is_found(data: st.DataObject) -> None:
    """Whatever keys, strings, lists and tables a document is made of, all have their line."""
    writer = Writer()
    put_pairs(writer, (), data)
    for number in range(data.draw(st.integers(0, 3))):
        repeats = data.draw(st.integers(0, 2))
        for index in range(repeats or 1):
            path: TomlPath = (f"table {number}", index) if repeats else (f"table {number}",)
            writer.mark(path)
            heading = f'"table {number}"'
            writer.write(f"[[ {heading} ]]\n" if repeats else f"[{heading}]\n")
            put_pairs(writer, path, data)
    tomllib.loads(writer.text)

    found = line_index(writer.text)

    assert {path: found.get(path) for path in writer.lines} == writer.lines

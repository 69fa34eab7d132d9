"""feeds.toml in full: kinds, selectors, secrets by reference, remote lists."""

from datetime import timedelta
from pathlib import Path

import pytest

from digest.config.feedlist import add_feed, feed_text, parse_feeds, read_feeds, remove_feed
from digest.config.quantities import parse_duration, written_duration
from digest.config.tomlfile import Checked, parse_toml
from digest.errors import ConfigError, Problem
from digest.model import Attribute, Feed, FeedList, Login, Selectors, SourceKind

URL = "https://one.example/feed.xml"
HEAD = f'[[feed]]\nurl = "{URL}"\n'
MANY_FIELDS = "{ " + ", ".join(f'f{n} = "g:f{n}"' for n in range(21)) + " }"
ENVIRONMENT = {"DIGEST_ONE": "s3cret", "DIGEST_SMTP_PASSWORD": "mail"}
FULL = f"""\
{HEAD}title = "One"
tags = ["a", "b", "a"]
kind = "page"
interval = "2 hours"
full_text = true
username = "me"
password = "${{DIGEST_ONE}}"
headers = {{ Accept-Language = "cy", X-Api-Key = "v1 ${{DIGEST_ONE}}" }}
attributes = {{ owner = "Noor" }}
[feed.selectors]
entry = "li"
title = "a"
link = "a@href"
[[list]]
url = "https://lists.example/x.opml"
tags = ["friends"]
"""


def parse(text: str, **environment: str) -> Checked[object]:
    file = parse_toml("feeds.toml", text.encode()).value
    assert file is not None
    return parse_feeds(file, environment=environment or ENVIRONMENT)


def only(text: str) -> Problem:
    problems = parse(text).problems
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def test_every_key_is_read() -> None:
    """A page with a login, a header and private attributes, and a list beside it."""
    sources = parse(FULL).value
    assert sources is not None
    assert sources.feeds == (
        Feed(
            url=URL,
            title="One",
            tags=("a", "b"),
            kind=SourceKind.PAGE,
            selectors=Selectors(entry="li", title="a", link="a@href"),
            interval=timedelta(hours=2),
            full_text=True,
            headers=(
                Attribute(name="Accept-Language", value="cy"),
                Attribute(name="X-Api-Key", value="v1 s3cret"),
            ),
            login=Login(username="me", password="s3cret"),
            attributes=(Attribute(name="owner", value="Noor"),),
        ),
    )
    assert sources.lists == (FeedList(url="https://lists.example/x.opml", tags=("friends",)),)


@pytest.mark.parametrize(
    ("lines", "line", "field", "says"),
    [
        ('kind = "pages"', 3, "kind", 'did you mean "page"'),
        ('intervall = "1 hour"', 3, "intervall", 'did you mean "interval"'),
        ('interval = "soon"', 3, "interval", "number and a unit"),
        ('full_text = "yes"', 3, "full_text", "true or false"),
        ('kind = "page"', 3, "kind", "feeds discover --selectors"),
        ('[feed.selectors]\nentry = "li"\ntitle = "a"', 3, "selectors", 'kind = "page"'),
        ('kind = "page"\n[feed.selectors]\ntitle = "a"', 4, "entry", "add entry ="),
        (
            'kind = "page"\n[feed.selectors]\nentry = "li["\ntitle = "a"',
            5,
            "entry",
            "no CSS selector",
        ),
        (
            'kind = "page"\n[feed.selectors]\nentry = "li"\ntitle = "a"\nlnik = "a"',
            7,
            "lnik",
            'did you mean "link"',
        ),
        (
            'kind = "api"\n[feed.selectors]\nentry = "items[x]"\ntitle = "t"',
            5,
            "entry",
            "no path into JSON",
        ),
        ('username = "me"\npassword = "hunter2"', 4, "password", "${DIGEST_NAME}"),
        ('username = "me"\npassword = "${DIGEST_TWO}"', 4, "password", "set DIGEST_TWO"),
        ('username = "me"\npassword = "${HOME}"', 4, "password", "${DIGEST_HOME}"),
        ('username = "me"\npassword = "${DIGEST_SMTP_PASSWORD}"', 4, "password", "own"),
        ('username = "me"', 3, "username", "password"),
        ('password = "${DIGEST_ONE}"', 3, "password", "username"),
        ('headers = { Authorization = "Bearer abc" }', 3, "Authorization", "${DIGEST_NAME}"),
        ('headers = { Host = "x" }', 3, "Host", "delete it"),
        ('headers = { "a b" = "x" }', 3, "a b", "no header's name"),
        ('headers = "x"', 3, "headers", "for example"),
        ('attributes = "x"', 3, "attributes", "a table"),
        ('fields = ["g:price"]', 3, "fields", 'such as { price = "g:price" }'),
        ('fields = { Price = "g:price" }', 3, "Price", 'for example "price"'),
        ('fields = { price = "<g:price>" }', 3, "price", 'for example "g:price"'),
        ('fields = { price = "" }', 3, "price", "must not be empty"),
        ('fields = { price = "_shop[x]" }', 3, "price", "no path into JSON"),
        (
            'kind = "page"\nfields = { price = "b[" }\n[feed.selectors]\nentry = "li"\ntitle = "a"',
            4,
            "price",
            "no CSS selector",
        ),
        (f"fields = {MANY_FIELDS}", 3, "fields", "20 are kept at most"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else None,
)
def test_a_mistake_is_named_with_line_and_remedy(
    lines: str, line: int, field: str, says: str
) -> None:
    """Each mistake is one finding, on its line, that says what would be right."""
    problem = only(f"{HEAD}{lines}\n")
    assert problem.line == line
    assert field in problem.field
    assert says in str(problem)


def test_a_password_in_a_url_is_refused() -> None:
    """Credentials in a URL would be shown with it everywhere."""
    problem = only('[[feed]]\nurl = "https://me:hunter2@one.example/"\n')
    assert "hunter2" not in str(problem)
    assert "password" in problem.fix


@pytest.mark.parametrize(
    "line",
    [
        'password = "hunter2"',
        "password = 1234567",
        'headers = { X-Token = "hunter2" }',
        "headers = { X-Token = 1234567 }",
        'headers = "hunter2"',
    ],
)
def test_no_finding_repeats_a_secret(line: str) -> None:
    """What may be a secret is not shown on a screen or in a log."""
    problems = parse(f'{HEAD}username = "me"\n{line}\n').problems
    assert problems
    text = "\n".join(str(problem) for problem in problems)
    assert "hunter2" not in text
    assert "1234567" not in text


def test_secrets_are_not_in_a_representation() -> None:
    """Printing a feed shows neither password nor headers."""
    sources = parse(FULL).value
    assert sources is not None
    assert "s3cret" not in repr(sources)


def test_a_secret_with_a_line_break_is_refused() -> None:
    """A header cannot be split by what a variable holds."""
    text = f'{HEAD}headers = {{ X-Key = "${{DIGEST_ONE}}" }}\n'
    problems = parse(text, DIGEST_ONE="a\r\nX-Evil: 1").problems
    assert "control character" in problems[0].message
    assert "Evil" not in str(problems[0])


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    """DIGEST_X_FILE names a file that holds what ${DIGEST_X} stands for."""
    (tmp_path / "key").write_text("from-file\n")
    text = f'{HEAD}headers = {{ X-Key = "${{DIGEST_X}}" }}\n'
    sources = parse(text, DIGEST_X_FILE=str(tmp_path / "key")).value
    assert sources is not None
    assert sources.feeds[0].headers[0].value == "from-file"


def test_references_stay_where_a_file_is_edited(tmp_path: Path) -> None:
    """Adding and removing feeds needs no secrets, and writes none."""
    path = tmp_path / "feeds.toml"
    path.write_text(FULL)

    add_feed(path, Feed(url="https://two.example/"))
    remove_feed(path, "https://two.example/")

    assert path.read_text() == FULL
    (feed,) = read_feeds(path)
    assert feed.login == Login(username="me", password="${DIGEST_ONE}")


def test_removing_a_feed_keeps_the_list_after_it(tmp_path: Path) -> None:
    """A feed goes with its selectors; the list that follows stays."""
    path = tmp_path / "feeds.toml"
    path.write_text(FULL)

    assert remove_feed(path, URL)

    assert path.read_text() == FULL[FULL.index("[[list]]") :]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """A source of every kind is the same after a way through the file."""
    path = tmp_path / "feeds.toml"
    feed = Feed(
        url=URL,
        title="One\N{NO-BREAK SPACE}“1”",
        kind=SourceKind.API,
        selectors=Selectors(entry="items[*]", title="t", link="https://one.example/{id}"),
        interval=timedelta(minutes=90),
        full_text=True,
        attributes=(Attribute(name="{urn:x}id", value='a "b"'),),
        fields=(Attribute(name="price", value="offer.price"), Attribute(name="venue", value="at")),
    )
    add_feed(path, feed)
    assert read_feeds(path) == (feed,)
    assert path.read_text() == feed_text(feed)


def test_a_literal_secret_is_never_written(tmp_path: Path) -> None:
    """A feed that carries a password itself is refused."""
    feed = Feed(url=URL, login=Login(username="me", password="hunter2"))
    with pytest.raises(ConfigError) as refused:
        add_feed(tmp_path / "feeds.toml", feed)
    assert "hunter2" not in str(refused.value)


def test_lists_are_listed_once() -> None:
    """The same list twice is a mistake, like the same feed."""
    text = '[[list]]\nurl = "https://l.example/"\n' * 2
    assert "on line 2" in only(text).message


@pytest.mark.parametrize("text", ["1 second", "90 minutes", "2 hours", "3 days", "1 week"])
def test_durations_are_written_as_they_are_read(text: str) -> None:
    """A duration is written in the largest unit that fits."""
    assert written_duration(parse_duration(text)) == text

"""Whether what arrives is known already."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.parsing.normalise import fingerprint
from digest.collect.upkeep.identity import KnownEntry, Matching, match
from digest.collect.upkeep.traits import traits_of
from digest.model import Entry, EntryKey

FEED = "https://blog.example/feed.xml"
NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)
WORDS = "The harbour master counted forty boats before the fog came in over the eastern wall"
STORIES = (
    "Ropes of the northern mole were changed for steel ones on a dry and windless Monday.",
    "Nobody could say who had painted the lighthouse door green, or when, or for what.",
    "Two seals have moved into the dry dock and the shipwrights work around them.",
    "Salt prices fell by a third after the warehouse roof was found to be sound.",
    "A chart of the estuary from 1802 shows an island that nobody has seen since.",
)


def post(number: int = 1, **changes: object) -> Entry:
    """An entry with everything an entry usually has."""
    text = STORIES[number % len(STORIES)] + f" Part {number}."
    usual = Entry(
        key=EntryKey(feed=FEED, id=f"https://blog.example/posts/story-{number}"),
        title=f"Story number {number}",
        url=f"https://blog.example/posts/story-{number}",
        fingerprint="",
        published_at=NOW - number * DAY,
        summary=text,
        content=f"<p>{text}</p>",
    )
    entry_id = changes.pop("id", None)
    made = replace(usual, **changes)  # type: ignore[arg-type] # a table of changes
    if entry_id is not None:
        made = replace(made, key=EntryKey(feed=FEED, id=str(entry_id)))
    return replace(
        made,
        fingerprint=fingerprint(
            title=made.title, url=made.url, summary=made.summary, content=made.content
        ),
    )


def known(entry: Entry, *, aliases: tuple[str, ...] = ()) -> KnownEntry:
    """The entry as the store would remember it."""
    traits = traits_of(entry)
    return KnownEntry(
        key=entry.key,
        url_key=traits.url_key,
        title_key=traits.title_key,
        content_key=traits.content_key,
        fingerprint=entry.fingerprint,
        first_seen_at=NOW,
        dated_at=entry.published_at,
        published_at=entry.published_at,
        aliases=aliases,
    )


def kept_after(matching: Matching, before: Sequence[KnownEntry] = ()) -> list[KnownEntry]:
    """What the store knows once it has kept what the matching says."""
    after = {item.key: item for item in before}
    for entry in matching.new:
        after[entry.key] = known(entry)
    for item in matching.same:
        old = item.known
        fresh = known(replace(item.entry, key=old.key))
        aliases = dict.fromkeys((*old.aliases, *([item.alias] if item.alias else [])))
        after[old.key] = replace(fresh, dated_at=old.dated_at, aliases=tuple(aliases))
    return list(after.values())


def first_round(*entries: Entry) -> list[KnownEntry]:
    return kept_after(match(entries, ()))


def ids(entries: Sequence[Entry]) -> list[str]:
    return [entry.key.id for entry in entries]


def _moved(entry: Entry, old: str, new: str) -> Entry:
    """The entry with another beginning of its URL, and of its id where that is a URL."""
    key = EntryKey(feed=FEED, id=entry.key.id.replace(old, new))
    return _seen(replace(entry, key=key, url=entry.url.replace(old, new)))


def _seen(entry: Entry) -> Entry:
    return post(0, **{name: getattr(entry, name) for name in _FIELDS}, id=entry.key.id)


_FIELDS = ("title", "url", "published_at", "summary", "content")

MUTATIONS: dict[str, Callable[[Entry], Entry]] = {
    "nothing": lambda e: e,
    "changed-id": lambda e: replace(e, key=EntryKey(feed=FEED, id=f"urn:new:{e.key.id[-4:]}")),
    "https": lambda e: _moved(e, "https://", "http://"),
    "www": lambda e: _moved(e, "//blog.", "//www.blog."),
    "moved-domain": lambda e: _moved(e, "//blog.example", "//journal2.example"),
    "tracking": lambda e: _seen(
        replace(
            e,
            url=f"{e.url}?utm_source=rss&fbclid=abc",
            key=EntryKey(feed=FEED, id=f"{e.key.id}?utm_source=rss&fbclid=abc"),
        )
    ),
    "closing-slash": lambda e: _seen(
        replace(e, url=f"{e.url}/", key=EntryKey(feed=FEED, id=f"{e.key.id}/"))
    ),
    "date-edit": lambda e: replace(e, published_at=NOW + 3 * DAY),
    "date-dropped": lambda e: replace(e, published_at=None),
    "slug-edit": lambda e: _moved(e, "/posts/story", "/posts/a-better-name"),
    "title-edit": lambda e: _seen(replace(e, title="Quite another title")),
    "words-edit": lambda e: _seen(replace(e, summary=f"{WORDS}.", content=f"<p>{WORDS}.</p>")),
    "rewritten-under-its-id": lambda e: _seen(
        replace(e, title="Anew", summary=WORDS, content=WORDS, url="https://blog.example/anew")
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_a_mutation_keeps_the_identity(mutation: Callable[[Entry], Entry]) -> None:
    """An entry that changed in one respect is the one it was, and stays it from then on."""
    posts = [post(number) for number in range(1, 6)]
    before = first_round(*posts)
    changed = [mutation(posts[2])]
    second = match(changed, before)
    assert second.new == ()
    assert [item.known.key for item in second.same] == [posts[2].key]
    third = match(changed, kept_after(second, before))
    assert third.new == ()
    assert [item.edited for item in third.same] == [False]
    assert third.unsure == ()


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_a_whole_feed_can_change(mutation: Callable[[Entry], Entry]) -> None:
    """All entries of a document may change in the same way at once."""
    posts = [post(number) for number in range(1, 6)]
    changed = [mutation(one) for one in posts]
    second = match(changed, first_round(*posts))
    assert second.new == ()
    assert {item.entry.key.id: item.known.key.id for item in second.same} == {
        after.key.id: before.key.id for before, after in zip(posts, changed, strict=True)
    }


def test_a_feed_published_again_with_new_dates() -> None:
    """Where no id is known, pages and titles are enough, provided there are several."""
    posts = [post(number) for number in range(1, 6)]
    again = [
        replace(one, published_at=NOW, key=EntryKey(feed=FEED, id=f"guid-{at}-anew"))
        for at, one in enumerate(posts)
    ]
    assert match(again, first_round(*posts)).new == ()
    assert len(match(again[:2], first_round(*posts)).new) == 2


def test_a_new_id_is_remembered_as_an_alias() -> None:
    """The next round finds the entry by its id at once."""
    (item,) = match([post(id="urn:new")], first_round(post())).same
    assert item.alias == "urn:new"
    (again,) = match([post(id="urn:new")], [known(post(), aliases=("urn:new",))]).same
    assert again.alias == ""


DIFFERENT = {
    "open-threads-with-one-text": (
        post(1, id="a-thread-1", title="Weekly open thread", summary=WORDS),
        post(2, id="a-thread-2", title="Weekly open thread", summary=WORDS),
    ),
    "open-threads-at-one-url": (
        post(1, id="a-thread-1", url="https://blog.example/thread", title="Thread", summary=WORDS),
        post(2, id="a-thread-2", url="https://blog.example/thread", title="Thread", summary=WORDS),
    ),
    "series-of-one-date-and-text": (
        post(1, url="https://blog.example/yoga/1", title="Yoga", summary=WORDS, published_at=NOW),
        post(2, url="https://blog.example/yoga/2", title="Yoga", summary=WORDS, published_at=NOW),
    ),
    "links-to-one-page": (
        post(1, url="https://press.example/report"),
        post(2, url="https://press.example/report"),
    ),
    "one-link-told-twice-under-its-title": (
        post(1, url="https://press.example/report", title="The report"),
        post(2, url="https://press.example/report", title="The report"),
    ),
    "episodes-at-the-home-page": (
        post(1, id="episode-one", url="https://blog.example/"),
        post(2, id="episode-two", url="https://blog.example/"),
    ),
    "episodes-with-one-boilerplate": (
        post(1, id="episode-one", url="https://blog.example/show", summary=WORDS),
        post(2, id="episode-two", url="https://blog.example/show", summary=WORDS),
    ),
    "undated-at-the-home-page": (
        post(1, id="episode-one", url="https://blog.example/", published_at=None),
        post(2, id="episode-two", url="https://blog.example/", published_at=None),
    ),
    "short-words": (
        post(1, title="Photo", summary="Look!", content="", published_at=NOW),
        post(2, title="Photo", summary="Look!", content="", published_at=NOW),
    ),
    "nothing-but-a-title": (
        post(1, title="Photo", summary="", content="", published_at=None),
        post(2, title="Photo", summary="", content="", published_at=None),
    ),
    "one-path-on-two-hosts": (
        post(1, url="https://anna.example/hello", title="Hello"),
        post(2, url="https://bert.example/hello", title="Hello"),
    ),
    "a-place-in-a-list": (post(1, id="1"), post(2, id="1")),
}


@pytest.mark.parametrize(("first", "second"), DIFFERENT.values(), ids=DIFFERENT)
def test_two_real_posts_never_merge(first: Entry, second: Entry) -> None:
    """Neither in one document, nor when the second comes after the first has gone."""
    together = match([first, second], ())
    assert len(together.new) == 2
    later = match([second], first_round(first))
    assert (len(later.new), later.same) == (1, ())
    both = kept_after(later, first_round(first))
    assert match([first, second], both).new == ()
    beside = match([first, second], first_round(first))
    assert [entry.url for entry in beside.new] == [second.url]


def test_one_id_for_different_entries() -> None:
    """Entries that share an id within one document are all kept, under ids of their own."""
    posts = [post(number, id="https://blog.example/") for number in (1, 2, 3)]
    first = match(posts, ())
    assert len({entry.key for entry in first.new}) == 3
    before = kept_after(first)
    edited = [_seen(replace(one, title=f"{one.title}, edited", summary=WORDS)) for one in posts]
    second = match([post(4, id="https://blog.example/"), *edited], before)
    assert [entry.title for entry in second.new] == ["Story number 4"]
    assert len({item.known.key for item in second.same}) == 3


def test_a_repeat_in_one_document_is_no_news() -> None:
    """A known entry that comes under two ids at once is one entry, and stays one when edited."""
    before = first_round(post())
    twice = [post(), post(id="http://blog.example/posts/story-1")]
    second = match(twice, before)
    assert second.new == ()
    aliased = [replace(before[0], aliases=("http://blog.example/posts/story-1",))]
    edited = [post(), replace(twice[1], summary=WORDS, fingerprint="other")]
    assert match(edited, aliased).new == ()


def test_numbered_positions_that_shift() -> None:
    """Where ids are places in the list, a new first entry renames all, and only it is new."""
    before = first_round(*(post(number, id=str(number)) for number in (1, 2, 3)))
    shifted = [post(9, id="1"), *(post(number, id=str(number + 1)) for number in (1, 2, 3))]
    second = match(shifted, before)
    assert [entry.title for entry in second.new] == ["Story number 9"]


numbers = st.lists(st.integers(1, 40), unique=True, max_size=12)
mutations = st.sampled_from(list(MUTATIONS.values()))


@given(numbers, numbers, st.data())
def test_running_again_adds_nothing(
    first: list[int], second: list[int], data: st.DataObject
) -> None:
    """Whatever two documents hold, the second one again brings nothing new and no edit."""
    before = first_round(*(post(number) for number in first))
    document = [data.draw(mutations)(post(number)) for number in second]
    matching = match(document, before)
    again = match(document, kept_after(matching, before))
    assert again.new == ()
    assert not [item for item in again.same if item.edited]


@given(numbers, st.data())
def test_order_is_nothing(picks: list[int], data: st.DataObject) -> None:
    """Neither the document's order nor that of what is known changes the outcome."""
    before = first_round(*(post(number) for number in range(1, 20)))
    document = [data.draw(mutations)(post(number)) for number in picks]
    shuffled = data.draw(st.permutations(document))
    turned = data.draw(st.permutations(before))
    one, other = match(document, before), match(shuffled, turned)
    assert set(one.new) == set(other.new)
    assert {(i.entry, i.known, i.alias) for i in one.same} == {
        (i.entry, i.known, i.alias) for i in other.same
    }


@given(numbers, st.data())
def test_an_unrelated_post_is_always_new(picks: list[int], data: st.DataObject) -> None:
    """Beside any entries, changed in any way, one that was never there is the only new one."""
    before = first_round(*(post(number) for number in range(1, 41)))
    document = [data.draw(mutations)(post(number)) for number in picks]
    fresh = post(77)
    at = data.draw(st.integers(0, len(document)))
    assert match([*document[:at], fresh, *document[at:]], before).new == (fresh,)


@given(numbers, mutations)
def test_no_mutation_of_a_whole_feed_is_news(
    picks: list[int], mutation: Callable[[Entry], Entry]
) -> None:
    """Any part of a feed, changed in one way throughout, is known."""
    before = first_round(*(post(number) for number in range(1, 41)))
    matching = match([mutation(post(number)) for number in picks], before)
    assert matching.new == ()
    assert {item.known.key.id for item in matching.same} == {post(n).key.id for n in picks}

"""Issues and edits for tests: a small newspaper, and anything that can be done to it."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from digest.model import (
    Drop,
    Edits,
    EntryKey,
    Image,
    Issue,
    IssueKey,
    IssueState,
    KeptIssue,
    Move,
    Newsletter,
    Origin,
    Period,
    PlacedBy,
    Placement,
    Quote,
    Schedule,
    Section,
    SectionOrder,
    Sender,
    Story,
    StoryQuotes,
    TextEdit,
    TextField,
    Topic,
    Wording,
)

NOW = datetime(2026, 6, 18, 7, tzinfo=UTC)
FEED = "https://harbour.example/feed"
TOPICS = ("town", "sea", "sport")
NEWSLETTER = Newsletter(
    id="weekly",
    name="Harbour Weekly",
    sender=Sender(address="desk@harbour.example"),
    postal_address="1 Quay",
    schedule=Schedule(time_zone="UTC"),
    feeds=(FEED,),
    topics=tuple(Topic(id=topic, name=topic.title()) for topic in TOPICS),
    default_topic="town",
)


def key(number: int) -> EntryKey:
    return EntryKey(feed=FEED, id=str(number))


def story(number: int, *more: int, topic: str = "town") -> Story:
    return Story(
        entries=tuple(key(each) for each in (number, *more)),
        url=f"https://harbour.example/{number}",
        headline=Wording(value=f"Headline {number}", origin=Origin.FEED),
        excerpt=Wording(value=f"Excerpt {number}."),
        source="Harbour Times",
        published_at=NOW - timedelta(days=1),
        image=Image(url="https://harbour.example/p.jpg", alt="A pier"),
        placement=Placement(topic=topic, by=PlacedBy.RULE, reason=f"tag = {topic!r}"),
    )


def issue() -> Issue:
    """Lead 1; town 2, 3, 4; sea 5 (with 50), 6; listed 7 (town) and 8 (sport)."""
    return Issue(
        key=IssueKey(newsletter="weekly", period=Period(start=NOW - timedelta(days=7), end=NOW)),
        slug="weekly-2026-06-18",
        title=Wording(value="Harbour Weekly"),
        subject=Wording(value="Headline 1 and 5 more"),
        preheader=Wording(value="Headline 2 · Headline 3"),
        lead=story(1),
        sections=(
            Section(
                topic="town", heading=Wording(value="Town"), stories=(story(2), story(3), story(4))
            ),
            Section(
                topic="sea",
                heading=Wording(value="Sea"),
                stories=(story(5, 50, topic="sea"), story(6, topic="sea")),
            ),
        ),
        also_published=(story(7), story(8, topic="sport")),
    )


def kept(text: Issue | None = None, edits: Edits | None = None, *, revision: int = 3) -> KeptIssue:
    return KeptIssue(
        id=1,
        issue=text or issue(),
        state=IssueState.DRAFT,
        revision=revision,
        created_at=NOW,
        edits=edits or Edits(),
    )


TEXTS = st.text(st.characters(codec="utf-8"), max_size=15)
FILLED = TEXTS.filter(lambda text: bool(text.strip()))
KEYS = st.integers(1, 10).map(key)
WORDINGS = st.builds(Wording, value=TEXTS, origin=st.sampled_from(Origin))
QUOTES = st.lists(
    st.builds(
        Quote, text=st.builds(Wording, value=FILLED, origin=st.sampled_from(Origin)), pivot=WORDINGS
    ),
    max_size=2,
).map(tuple)
STORY_FIELDS = (
    TextField.HEADLINE,
    TextField.EXCERPT,
    TextField.LEAD_IN,
    TextField.ALT,
    TextField.CREDIT,
)
TEXT_EDITS = st.one_of(
    st.builds(
        TextEdit,
        field=st.sampled_from((TextField.TITLE, TextField.SUBJECT, TextField.INTRO)),
        value=TEXTS,
        source=TEXTS,
        source_origin=st.sampled_from((Origin.AUTO, Origin.FEED)),
    ),
    st.builds(
        TextEdit,
        field=st.sampled_from((TextField.HEADING, TextField.HOOK)),
        value=TEXTS,
        section=st.sampled_from(TOPICS),
        source=TEXTS,
    ),
    st.builds(
        TextEdit,
        field=st.sampled_from(STORY_FIELDS),
        value=TEXTS,
        entry=KEYS,
        source=TEXTS,
        source_origin=st.sampled_from((Origin.AUTO, Origin.FEED)),
    ),
)
EDITS = st.builds(
    Edits,
    lead=st.none() | KEYS,
    pins=st.lists(KEYS, max_size=2, unique=True).map(tuple),
    drops=st.lists(
        st.builds(Drop, entry=KEYS, why=TEXTS), max_size=2, unique_by=lambda drop: drop.entry
    ).map(tuple),
    moves=st.lists(
        st.builds(Move, entry=KEYS, topic=st.sampled_from((*TOPICS, "moon"))),
        max_size=2,
        unique_by=lambda move: move.entry,
    ).map(tuple),
    sections=st.lists(st.sampled_from(TOPICS), unique=True).map(tuple),
    orders=st.lists(
        st.builds(
            SectionOrder,
            section=st.sampled_from(TOPICS),
            entries=st.lists(KEYS, max_size=4, unique=True).map(tuple),
        ),
        max_size=2,
        unique_by=lambda order: order.section,
    ).map(tuple),
    texts=st.lists(
        TEXT_EDITS, max_size=4, unique_by=lambda edit: (edit.field, edit.section, edit.entry)
    ).map(tuple),
    quotes=st.lists(
        st.builds(StoryQuotes, entry=KEYS, quotes=QUOTES, source=QUOTES),
        max_size=2,
        unique_by=lambda chosen: chosen.entry,
    ).map(tuple),
    by=TEXTS,
)

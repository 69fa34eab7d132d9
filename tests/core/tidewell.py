"""A made-up small town's blog and its year 2019, for the tests of roundups."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from digest.curate.placing.topics import Placer
from digest.curate.roundup import Longlist, longlist
from digest.model import (
    Entry,
    EntryKey,
    Image,
    KeptEntry,
    Newsletter,
    Rule,
    RuleField,
    Schedule,
    Sender,
    StandingText,
    Topic,
    Weekday,
)

FEED = "https://tidewell.example/feed"
LATER = datetime(2020, 1, 3, tzinfo=UTC)
NEWSLETTER = Newsletter(
    id="tidewell",
    name="Tidewell Notes",
    sender=Sender(address="notes@tidewell.example"),
    postal_address="2 Ropewalk, Tidewell",
    schedule=Schedule(time_zone="Europe/London", days=(Weekday.FRIDAY,), at=time(9, 0)),
    feeds=(FEED,),
    topics=(
        Topic(id="sea", name="Sea and shore"),
        Topic(id="town", name="Around town"),
        Topic(id="learning", name="Schools and skills"),
        Topic(id="other", name="Other"),
    ),
    default_topic="other",
    rules=tuple(
        Rule(topic=topic, field=RuleField.CATEGORY, pattern=topic)
        for topic in ("sea", "town", "learning")
    ),
    standing=StandingText(
        since=2014,
        closing="Since {since} we have published {total} posts about our town.",
        wish="A calm and prosperous {next_year} to all of you.",
    ),
)

OPENING = (
    "<p>Anybody who has stood on the quay at low water in the last week of the month will have "
    "noticed that something is going on behind the old chandlery, and it is about time that we "
    "told you what it is that Ada Holm and 14 volunteers have been building there.</p>"
)
QUOTABLE = (
    "In order to get this done, volunteers from the Ropewalk Trust meet on the slipway every "
    "Saturday and repair donated dinghies with the pupils of two schools. They have put 31 boats "
    "back on the water since May, and they teach basic joinery to apprentices, pensioners and "
    "newcomers, such as carpenters, welders and sailmakers who lost their jobs at the yard."
)
CLOSING = (
    "<p>Whether the Harbour Board will renew the lease of 12 years in April, as 340 residents of "
    "Tidewell asked it to in a letter to Councillor Brandt, is a question that nobody at the "
    "Ropewalk Trust could answer when we went to press with this report on Friday evening.</p>"
)
HELP = "If you need to talk to somebody, call the Tidewell Harbour Line on 0808 000 0000."
BODY = (
    f"{OPENING}<h2>Boats for everybody</h2><p>{QUOTABLE}</p>"
    "<p>It might be that more of this could happen elsewhere. There are many ways in which a town "
    "could perhaps do something of the kind, and it is hoped that various people may yet think "
    "about it at some point, although it remains to be seen whether they really would.</p>"
    "<p>The trust lists what it needs:</p><ul><li>paint, rope and patience</li></ul>"
    f"{CLOSING}<p>{HELP}</p><p>Follow us on the notice board for 20 more stories.</p>"
)


def entry(  # noqa: PLR0913 - a post has many traits
    name: str,
    title: str,
    *,
    author: str = "",
    topic: str = "",
    content: str = BODY,
    image: Image | None = None,
    published_at: datetime | None = None,
    support: Sequence[str] = (HELP,),
) -> Entry:
    """A post of the blog."""
    return Entry(
        key=EntryKey(feed=FEED, id=name),
        title=title,
        url=f"https://tidewell.example/{name}",
        fingerprint=name,
        feed_title="Tidewell Notes",
        authors=(author,) if author else (),
        categories=(topic,) if topic else (),
        content=content,
        image=image,
        published_at=published_at,
        support=tuple(support),
    )


def post(
    name: str, title: str, month: int, *, author: str, topic: str, words: int = 0
) -> KeptEntry:
    """A post of 2019; ``words`` of padding make it longer, and so stronger."""
    dated = datetime(2019, month, 12, 8, tzinfo=UTC)
    image = Image(url=f"https://tidewell.example/{name}.jpg", credit="Ines Okafor")
    padded = f"{BODY}<p>{'tide ' * words}</p>"
    made = entry(
        name,
        title,
        author=author,
        topic=topic,
        content=padded,
        image=image,
        published_at=dated,
    )
    return KeptEntry(entry=made, first_seen_at=LATER, dated_at=dated, backlog=True)


def year() -> list[KeptEntry]:
    """Ten posts of 2019 by six authors on three topics, one of them a roundup, and one of 2018."""
    before = post("before", "The last tram", 1, author="Ada Low", topic="town")
    old = datetime(2018, 12, 20, tzinfo=UTC)
    return [
        KeptEntry(entry=before.entry, first_seen_at=LATER, dated_at=old, backlog=True),
        post(
            "dredger", "Dredging the basin: who pays?", 1, author="Ada Low", topic="sea", words=500
        ),
        post("eels", "Eels in the mill race", 2, author="Ada Low", topic="sea", words=450),
        post(
            "clock", "The clock tower strikes again", 3, author="Bo Reed", topic="town", words=400
        ),
        post("night", "Night school for welders", 3, author="Cy Marsh", topic="learning"),
        post("market", "A market hall without a roof", 5, author="Bo Reed", topic="town", words=50),
        post("reef", "An oyster reef takes hold", 6, author="Di Fenn", topic="sea", words=350),
        post(
            "pool", "Who will heat the tidal pool?", 8, author="Ed Vance", topic="town", words=300
        ),
        post("library", "The library on wheels", 9, author="Cy Marsh", topic="learning", words=100),
        post("ferry", "Ferry crews learn to sign", 11, author="Flo Quist", topic="learning"),
        post("links", "Friday links: nets and knots", 11, author="Ed Vance", topic="town"),
    ]


def posts(kept: Sequence[KeptEntry] | None = None, newsletter: Newsletter = NEWSLETTER) -> Longlist:
    """The longlist of 2019."""
    chosen = year() if kept is None else list(kept)
    placements = Placer(newsletter, {}).place([item.entry for item in chosen])
    return longlist(chosen, newsletter, 2019, feeds={}, placements=placements)

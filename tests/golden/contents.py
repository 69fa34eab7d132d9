"""The contents that every theme is proved on: from nothing to sixty stories, in four scripts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType

from digest.config.catalogues import read_words
from digest.model import (
    Brand,
    BrandLink,
    Coverage,
    Earlier,
    EntryKey,
    Image,
    Issue,
    IssueKey,
    IssueKind,
    Newsletter,
    Period,
    PlacedBy,
    Placement,
    Quote,
    Schedule,
    Section,
    Sender,
    StandingText,
    Story,
    Weekday,
    Wording,
)

PUBLIC_URL = "https://letters.example"
_DUE = datetime(2026, 3, 5, 8, tzinfo=UTC)
_HELP = "Worried about somebody at sea? Call the Beacon Line on 01632 960 222, day or night."


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """An issue and the newsletter that it is one of."""

    issue: Issue
    newsletter: Newsletter

    def under(self, theme: str) -> Newsletter:
        """The newsletter, set in a theme whatever the issue's kind."""
        return replace(self.newsletter, theme=theme, standing=StandingText(theme=theme))


NEWSLETTER = Newsletter(
    id="lantern",
    name="The Lantern Room",
    sender=Sender(address="keeper@lantern.example", name="The Lantern Room"),
    postal_address="The Lantern Room, 3 Beacon Steps, Skerry Head",
    schedule=Schedule(time_zone="Europe/London", days=(Weekday.THURSDAY,), at=time(8, 0)),
    feeds=(),
    topics=(),
    default_topic="other",
    tagline="Lights, boats and weather, once a week",
    home_url="https://lantern.example/",
    brand=Brand(
        links=(
            BrandLink(label="Mastodon", url="https://social.example/@lantern"),
            BrandLink(label="All back issues", url="https://lantern.example/back"),
        )
    ),
)


def wording(text: str) -> Wording:
    """A text that nobody edited."""
    return Wording(value=text)


def picture(name: str, alt: str = "", *, size: tuple[int, int] = (1104, 621)) -> Image:
    """A picture at twice the width that it is shown at."""
    url = f"https://pictures.example/{size[0]}x{size[1]}/{name}.png"
    return Image(url=url, alt=alt, credit="Mo Adair, CC BY 4.0", width=size[0], height=size[1])


def story(
    number: int,
    headline: str,
    excerpt: str = "",
    *,
    topic: str = "",
    source: str = "Skerry Gazette",
    image: Image | None = None,
) -> Story:
    """A story of the week, told once."""
    placement = Placement(topic=topic, by=PlacedBy.RULE, reason="a rule") if topic else None
    return Story(
        entries=(EntryKey(feed="https://gazette.example/feed", id=str(number)),),
        url=f"https://gazette.example/2026/{number}/a-story",
        headline=wording(headline),
        excerpt=wording(excerpt),
        source=source,
        published_at=_DUE - timedelta(days=1 + number % 6, hours=3),
        minutes=1 + number % 9,
        image=image,
        placement=placement,
    )


def issue(
    title: str,
    *sections: Section,
    lead: Story | None = None,
    intro: str = "",
    also: tuple[Story, ...] = (),
) -> Issue:
    """An issue of the first Thursday of March 2026."""
    return Issue(
        key=IssueKey(
            newsletter=NEWSLETTER.id, period=Period(start=_DUE - timedelta(days=7), end=_DUE)
        ),
        slug="lantern-2026-03-05",
        title=wording(title),
        subject=wording(title),
        preheader=wording("Also this week: what the keeper saw, and where the boats went."),
        intro=wording(intro),
        lead=lead,
        sections=sections,
        also_published=also,
    )


def _section(heading: str, *stories: Story) -> Section:
    return Section(topic=heading.lower(), heading=wording(heading), stories=stories)


_INTRO = (
    "The lamp was lit at 17:52 on Sunday, eleven minutes earlier than the almanac asks for, and "
    "nobody on the mainland complained.\n\nWhat follows is everything worth rowing over for."
)
_LEAD = story(
    1,
    "The last paraffin lamp on the coast goes out on Friday",
    "For ninety-one years somebody has climbed the 146 steps each evening with a can in either "
    "hand. On Friday the stairs will be quiet: an engineer in Holm presses a key, and the light "
    "answers. We climbed once more with Runa Teale, who has done it 9,400 times and says that "
    "she will miss the smell and not the stairs.",
    topic="lights",
    image=picture("lamp", "A keeper trims a brass lamp behind thick glass"),
)
_NOUNS = ("buoy", "harbour", "ferry", "seal", "fog horn", "chart", "rope walk", "lifeboat")
_VERBS = ("returns", "is painted", "is counted", "moves", "is heard again", "goes to school")


def _told(number: int, topic: str, *, pictured: bool) -> Story:
    noun, verb = _NOUNS[number % len(_NOUNS)], _VERBS[number % len(_VERBS)]
    wide = number % 3 != 0
    size = (1104, 621) if wide else (640, 800)
    excerpt = (
        f"The {noun} {verb} after {number} quiet years, and those who remember the old one say "
        "that this is better: it is lower in the water, easier to find in the dark, and it was "
        "paid for by a raffle."
    )
    return story(
        number,
        f"A {noun} {verb}, and number {number} is not the last",
        excerpt,
        topic=topic,
        source=("Skerry Gazette", "Holm Observer", "Notes from the Slip")[number % 3],
        image=picture(f"{number}", f"A {noun} in the morning", size=size) if pictured else None,
    )


def _long() -> Issue:
    """Sixty stories of eight topics, with everything a story can have."""
    topics = ("Lights", "Boats", "Weather", "Birds", "Charts", "People", "Engines", "Long reads")
    sections, number = [], 1
    for topic in topics:
        told = []
        for place in range(8 if topic in {"Lights", "Boats", "Weather"} else 7):
            number += 1
            told.append(_told(number, topic.lower(), pictured=place == 0))
        sections.append(_section(topic, *told))
    first = sections[0].stories[0]
    covered = Coverage(
        source="Holm Observer",
        url="https://observer.example/lamp",
        headline="Lamp",
        entry=EntryKey(feed="https://observer.example/feed", id="1"),
    )
    earlier = Earlier(
        issue="lantern-2026-02-05",
        headline="The lamp is to go",
        url="https://gazette.example/2026/0/lamp",
        date=_DUE - timedelta(days=28),
    )
    first = replace(first, coverage=(covered,), follows=earlier, support=(_HELP,))
    sections[0] = replace(sections[0], stories=(first, *sections[0].stories[1:]))
    listed = tuple(
        story(100 + n, f"Minutes of the rope walk, part {n}", topic="boats") for n in range(1, 9)
    )
    return issue(
        "The last paraffin lamp, and 59 more",
        *sections,
        lead=replace(_LEAD, coverage=(covered,) * 7),
        intro=_INTRO,
        also=listed,
    )


def _roundup() -> Issue:
    """Three sections of four posts, with all that an editor can write."""
    passage = (
        "They have lit the way for 212 boats since May, and not one of the crews ever asked who "
        "it was that stood behind the glass. That, the keepers say, is how they know that the "
        "light is right: a good light is one that nobody on the water has to think about at all."
    )

    def post(number: int, headline: str, month: str, pivot: str = "") -> Story:
        first = Quote(text=wording(f"… {passage}"))
        second = Quote(text=wording("He said “not yet”, and lit it again."), pivot=wording(pivot))
        return replace(
            story(
                number, headline, image=picture(f"post{number}", f"The {headline.lower()} at dusk")
            ),
            lead_in=wording(f"In {month}, our post asked who keeps it burning:"),
            quotes=(first, second) if pivot else (first,),
        )

    def part(heading: str, *posts: Story, background: str = "") -> Section:
        hook = (
            "Before there was a satellite for everything, there was a person with a can of oil "
            "and a good pair of knees. There are eleven left on this coast, and this year three "
            "of them let us follow them up the stairs."
        )
        return replace(
            _section(heading, *posts), hook=wording(hook), background=wording(background)
        )

    hero = picture("hero", "The lantern room of Skerry Head in winter light")
    return replace(
        issue(
            "Three posts that told the story of\N{NO-BREAK SPACE}2026",
            part(
                "Who keeps the light",
                replace(post(1, "Keeper's knees", "January", "And went on:"), support=(_HELP,)),
            ),
            part(
                "Boats that came back",
                post(2, "The ferry's return", "March"),
                post(3, "A hull of larch", "April"),
                background="The yard had been closed since 1998.",
            ),
            part("Counting seals", post(4, "A census at low water", "September")),
            intro=_INTRO,
        ),
        kind=IssueKind.ROUNDUP,
        hero=replace(hero, caption="Skerry Head, photographed from the ferry"),
        closing=wording(
            "Since 2014 we have published 612 posts about lights, boats and the people on them."
        ),
        wish=wording("A calm and well-lit 2027 to all of you."),
    )


def _short() -> Issue:
    return issue("One story, told at length", lead=replace(_LEAD, placement=None), intro=_INTRO)


def _empty() -> Issue:
    note = (
        "Nothing was published this week that you would want to read, and we would rather say so "
        "than fill the page. The Gazette is moving house, the Observer is on holiday, and the "
        "weather was the same on all seven days.\n\nThe lamp was lit every evening. Runa Teale "
        "found a starling asleep on the gallery on Tuesday and left the door open for it. It "
        "was gone by morning, and so was half of her sandwich. We will be back next Thursday "
        "with the tide tables, the new ferry's first timetable and, we hope, some news."
    )
    return issue("A week without news", intro=note)


def _without_pictures() -> Issue:
    return issue(
        "Words alone this week",
        *(
            _section(topic, *(_told(n, topic.lower(), pictured=False) for n in range(at, at + 3)))
            for at, topic in ((2, "Lights"), (6, "Boats"), (10, "Weather"))
        ),
        lead=replace(_LEAD, image=None),
    )


def _emoji() -> Issue:
    return issue(
        "🌊 The tide is in – and so is 🦭",
        _section(
            "👩🏽‍🚒 Rescues & rest 🛟",
            story(
                2,
                "Lifeboat crew adopts a seal 🦭❤️🧑🏿‍🤝‍🧑🏻",
                "It waves back 👋🏽. " * 8,
                topic="r",
            ),
            story(3, "🏴󠁧󠁢󠁳󠁣󠁴󠁿🇳🇴🇫🇴 Three flags, one ferry", "Everybody wanted theirs on top. " * 5),
            story(
                4,
                "⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵⛵",
                "Z͑ͫa̴͌l͠g̶o was here. " * 6,
            ),
        ),
        lead=replace(_LEAD, headline=wording("A lamp 💡 is put out 🕯️ and a light goes on ✨")),
    )


_JAPANESE = (
    "島の灯台で最後の石油ランプが金曜日に消される。九十一年のあいだ毎晩だれかが百四十六段の階段を"
    "両手に缶を提げて登ってきた。金曜日からは本土の技師がひとつの鍵を押すだけで灯りがともる。"
)


def _cjk() -> Issue:
    return issue(
        "灯台の最後の石油ランプ、ほか四本",
        _section(
            "船と港",
            story(
                2, "渡し船が十一年ぶりに戻る日、桟橋は朝から人であふれていた", _JAPANESE, topic="船"
            ),
            story(
                3,
                "北京的渡轮、서울의 항구、そして東京の霧笛「三つの海」",
                _JAPANESE * 2,
                topic="船",
            ),
            story(4, "灯" * 120, _JAPANESE, topic="船"),
        ),
        lead=story(1, "最後の石油ランプが消える夜", _JAPANESE * 2, image=picture("lamp", "灯台")),
        intro=f"{_JAPANESE}\n\n今週の読みものは五本です。",
    )


_ARABIC = (
    "منذ واحد وتسعين عامًا يصعد أحدهم كل مساء مئة وستًّا وأربعين درجة حاملًا علبة زيت في كل يد. "
    "ويوم الجمعة يضغط مهندس في المدينة زرًّا واحدًا فيجيبه الضوء من بعيد. "
)


def _arabic() -> Issue:
    return issue(
        "آخر مصباح زيت على الساحل ينطفئ يوم الجمعة",
        _section(
            "القوارب والميناء",
            story(
                2,
                "عبّارة Marguerite تعود بعد 11 عامًا (وعلى متنها 214 راكبًا)",
                _ARABIC * 2,
                source="Skerry Gazette",
                image=picture("ferry", "عبّارة عند الرصيف"),
            ),
            story(3, "The buoy that only speaks English", "It says “mind the rocks”. " * 6),
            replace(
                story(4, "خريطة جديدة للخليج", _ARABIC, source="جريدة الميناء"),
                support=("للمساعدة اتصل بالرقم 16000 في أي وقت.",),
            ),
        ),
        lead=story(
            1, "آخر حارسة للضوء تصعد الدرج", _ARABIC * 2, image=picture("lamp", "مصباح نحاسي")
        ),
        intro=_ARABIC,
        also=(story(9, "محضر اجتماع نادي التجديف"),),
    )


_LONG_TITLE = ("Why the keeper would not come down " * 90)[:3000]
_UNBROKEN = ("Lichtturmwärterinnentreppenhausgeländer" * 90)[:3000]


def _hostile() -> Issue:
    """What feeds send that no editor would write."""
    markup = "</td></table><style>p{display:none}</style><script>alert(1)</script>&lt;b&gt;\"'<!--"
    bent = "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe \N{ZERO WIDTH SPACE}\x00\x1b[31m{{ 7*7 }} {% raw %}"
    unlinked = replace(story(6, "No address at all", bent), url="javascript:alert(1)")
    far = replace(
        story(7, "An address of 2,000 letters", "Follow it if you can."),
        url="https://gazette.example/" + "deep/" * 400,
    )
    trick = replace(
        story(8, "An icon, and a picture that is none", "Both are left out."),
        image=Image(url="https://pictures.example/drawing.svg", alt=markup, width=24, height=24),
    )
    return replace(
        issue(
            "What the feeds sent us",
            _section(
                _LONG_TITLE[:400],
                story(2, _LONG_TITLE, _LONG_TITLE, topic="t"),
                story(3, _UNBROKEN, _UNBROKEN, topic="t", source=_UNBROKEN[:300]),
                story(4, markup, markup * 3, topic="t", source=markup),
            ),
            _section(bent, unlinked, far, trick),
            lead=replace(_LEAD, headline=wording(_LONG_TITLE), source=_UNBROKEN[:200]),
            intro=f"{markup}\n\n{_UNBROKEN[:600]}",
            also=(story(20, _UNBROKEN[:900]), replace(unlinked, entries=())),
        ),
        preheader=wording(markup + " and words enough for a line in an inbox"),
    )


def _content(told: Issue, **changes: object) -> Content:
    return Content(issue=told, newsletter=replace(NEWSLETTER, **changes))  # type: ignore[arg-type] # fields by name


CONTENTS: Mapping[str, Content] = MappingProxyType(
    {
        "long": _content(
            _long(), greeting="Good morning {name},", greeting_nameless="Good morning,"
        ),
        "short": _content(_short()),
        "empty": _content(_empty()),
        "no-image": _content(_without_pictures()),
        "emoji": _content(_emoji(), name="The Lantern Room 🏮"),
        "cjk": _content(_cjk(), name="灯台だより", tagline="島からの手紙", language="ja"),
        "arabic": _content(
            _arabic(), name="غرفة المصباح", tagline="", language="ar", words=read_words("ar")
        ),
        "hostile": _content(_hostile()),
        "roundup": _content(_roundup()),
    }
)
THEMES = ("classic", "briefing", "roundup")

"""Newsletters: the definitions editors write, from which issues are made."""

from dataclasses import dataclass, field
from enum import StrEnum

from digest.model.brand import Brand
from digest.model.catalogue import Catalogue
from digest.model.picture import ImageHost
from digest.model.schedule import Schedule
from digest.model.subjects import TrialPlan

USUAL_SUBJECT = "{lead} and {more} more"
"""The template of a newsletter's subjects that does not say another."""


class EntryClock(StrEnum):
    """Which date puts an entry into a period."""

    PUBLISHED = "published"
    FIRST_SEEN = "first-seen"


class RuleField(StrEnum):
    """What of an entry a rule looks at, and how."""

    FEED = "feed"
    TAG = "tag"
    CATEGORY = "category"
    KEYWORD = "keyword"
    REGEX = "regex"
    URL = "url"
    AUTHOR = "author"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An editor's rule: an entry whose ``field`` matches ``pattern`` goes to ``topic``."""

    topic: str
    field: RuleField
    pattern: str

    def __str__(self) -> str:
        return f"{self.field} = {self.pattern!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a block or a keep looks at: as a rule, without a topic."""

    field: RuleField
    pattern: str

    def __str__(self) -> str:
        return f"{self.field} = {self.pattern!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic of a newsletter. Issues show topics in the order they are defined.

    ``description`` is a sentence, ``examples`` are titles or whole posts that belong here: both
    are what its meaning is taken from. ``categories`` are feeds' own names for it.
    """

    id: str
    name: str
    description: str = ""
    max_stories: int | None = None
    min_stories: int = 0
    categories: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingWeights:
    """What each part of a story's score weighs; 0 leaves a part out.

    ``source`` is its feed's own weight, ``coverage`` how many independent sources tell it,
    ``picks`` how often editors pinned its source or topic before, ``clicks`` how often readers
    followed such stories.
    """

    recency: float = 1.0
    source: float = 1.0
    coverage: float = 1.0
    length: float = 0.5
    picture: float = 0.25
    picks: float = 0.5
    clicks: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingRules:
    """How an issue's stories are chosen.

    ``max_per_source`` and ``max_per_author`` of 0 mean no limit. ``diversity``, 0 to 1, is how
    much likeness to what is told already counts against a story (maximal marginal relevance,
    Carbonell & Goldstein 1998). ``sources`` are feed URLs, the best first: which one leads a story
    that several tell. ``clicks`` is a CSV file of URLs and counts.
    """

    weights: RankingWeights = field(default_factory=RankingWeights)
    max_per_source: int = 0
    max_per_author: int = 0
    diversity: float = 0.3
    sources: tuple[str, ...] = ()
    clicks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingText:
    """What a publication always says in its roundups.

    ``title`` may hold ``{Count}``, ``{count}``, ``{noun}`` (what its posts are called) and
    ``{year}``; ``closing`` and ``wish`` may hold ``{since}``, ``{total}``, ``{year}`` and
    ``{next_year}``. Where title or noun are empty, the language has its own. ``theme`` is the one
    that roundups are set in.
    """

    theme: str = "roundup"
    title: str = ""
    noun: str = ""
    since: int | None = None
    closing: str = ""
    wish: str = ""


class Approval(StrEnum):
    """Who lets an issue go out."""

    EDITOR = "editor"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """An address with the name that stands before it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter:
    """One publication: whom it comes from, what it draws on, when it goes out.

    ``feeds`` are the URLs it draws on, resolved from the lists and tags in its file; ``feed_tags``
    are those tags, for feeds that become known later.
    ``default_topic`` takes the entries that nothing places. ``blocks`` are never told, ``keeps``
    always. ``greeting`` holds ``{name}``; readers without one get ``greeting_nameless``. With
    ``discover``, topics are found in the posts themselves. ``images`` is where its pictures are
    loaded from; ``AUTO`` leaves it to the settings. ``words`` are what the program says itself,
    in the newsletter's language. ``subject_trial`` is how second subjects of issues are tried.
    """

    id: str
    name: str
    sender: Sender
    postal_address: str
    schedule: Schedule
    feeds: tuple[str, ...]
    topics: tuple[Topic, ...]
    default_topic: str
    feed_tags: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    tagline: str = ""
    home_url: str = ""
    reply_to: Sender | None = None
    language: str = "en"
    subject: str = USUAL_SUBJECT
    intro: str = ""
    greeting: str = ""
    greeting_nameless: str = ""
    why: str = ""
    theme: str = "classic"
    images: ImageHost = ImageHost.AUTO
    min_stories: int = 1
    max_stories: int = 20
    max_per_topic: int = 5
    skip_when_empty: bool = True
    approval: Approval = Approval.EDITOR
    clock: EntryClock = EntryClock.PUBLISHED
    blocks: tuple[Match, ...] = ()
    keeps: tuple[Match, ...] = ()
    ranking: RankingRules = field(default_factory=RankingRules)
    discover: bool = False
    standing: StandingText = field(default_factory=StandingText)
    brand: Brand = field(default_factory=Brand)
    subject_trial: TrialPlan = field(default_factory=TrialPlan)
    words: Catalogue = field(default_factory=Catalogue, compare=False, repr=False)

    def topic(self, topic_id: str) -> Topic:
        """The topic with that id; a KeyError would mean the configuration was not checked."""
        return {topic.id: topic for topic in self.topics}[topic_id]

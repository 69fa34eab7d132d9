"""A newsletter's file, read: its table checked key against key, its feeds looked up."""

from collections.abc import Collection, Iterator, Sequence

from pydantic import ValidationError

from digest.config.brand_table import made_brand
from digest.config.contradictions import contradictions, count_problems
from digest.config.findings import findings
from digest.config.locate import TomlPath, locate
from digest.config.newsletter_table import MatchTable, NewsletterTable, RuleTable
from digest.config.notations import check_slug
from digest.config.ranking_table import made_ranking
from digest.config.roundup_table import made_standing
from digest.config.schedule_checks import (
    cap_warnings,
    key_problems,
    schedule_problems,
    schedule_warnings,
)
from digest.config.schedule_table import made_schedule
from digest.config.subject_table import made_trial
from digest.config.tomlfile import Checked, TomlFile
from digest.config.wording import UnfitError, listed, nearest, shown, suggestion
from digest.errors import Problem
from digest.model import Feed, FeedList, FrequencyCap, Match, Newsletter, Rule, RuleField, Topic

IMPLICIT_TOPIC = Topic(id="stories", name="Stories")
"""What a newsletter without topics puts everything under."""


def read_newsletter(
    file: TomlFile,
    *,
    newsletter_id: str,
    feeds: Sequence[Feed],
    themes: Collection[str],
    lists: Sequence[FeedList] = (),
    cap: FrequencyCap | None = None,
) -> Checked[Newsletter]:
    """Check one newsletter's table, and resolve its feeds among ``feeds``.

    ``lists`` may bring feeds with tags that are not known yet. ``themes`` are the names that
    templates exist for. ``cap`` is how many mails a reader may get. All problems are found.
    """
    problems = [*_id_problems(file, newsletter_id), *_cross_problems(file, themes)]
    try:
        table = NewsletterTable.model_validate(file.table)
    except ValidationError as error:
        return Checked(problems=(*findings(error, NewsletterTable, file), *problems))
    problems = problems or [*schedule_problems(file, table.schedule)]
    if problems:
        return Checked(problems=tuple(problems))
    newsletter = _newsletter(table, newsletter_id, feeds)
    warnings = (
        *_warnings(table, file, feeds, lists),
        *cap_warnings(file, table.schedule, cap),
        *contradictions(file, newsletter),
    )
    return Checked(value=newsletter, warnings=warnings)


def _id_problems(file: TomlFile, newsletter_id: str) -> Iterator[Problem]:
    try:
        check_slug(newsletter_id)
    except UnfitError as error:
        message = f"the file's name is the newsletter's id, which {error}"
        yield Problem(file=file.name, message=message, fix=f"rename the file, {error.fix}")


# What follows looks at the raw table, so that one bad value does not hide a contradiction
# elsewhere; values of a wrong type are left to the table's own validation.


def _cross_problems(file: TomlFile, themes: Collection[str]) -> Iterator[Problem]:
    topics = _ids(file)
    yield from _duplicate_topics(file)
    yield from _default_topic(file, topics)
    for index, rule in _members(file, "rules"):
        yield from _rule_topic(file, index, rule, topics)
    for key in ("rules", "blocks", "keeps"):
        for index, match in _members(file, key):
            yield from _match(file, (key, index), match)
    yield from key_problems(file)
    yield from _story_counts(file)
    yield from count_problems(file)
    yield from _theme(file, themes)


def _members(file: TomlFile, key: str) -> list[tuple[int, dict[str, object]]]:
    members = file.table.get(key)
    if not isinstance(members, list):
        return []
    return [(index, member) for index, member in enumerate(members) if isinstance(member, dict)]


def _ids(file: TomlFile) -> tuple[str, ...]:
    ids = [topic.get("id") for _, topic in _members(file, "topics")]
    return tuple(dict.fromkeys(topic_id for topic_id in ids if isinstance(topic_id, str)))


def _duplicate_topics(file: TomlFile) -> Iterator[Problem]:
    first: dict[str, TomlPath] = {}
    for index, topic in _members(file, "topics"):
        topic_id, path = topic.get("id"), ("topics", index, "id")
        if not isinstance(topic_id, str):
            continue
        if topic_id in first:
            line = locate(file.text, first[topic_id])
            message = f"there is a topic {shown(topic_id)} already, on line {line}"
            yield file.problem(path, message, fix="give each topic an id of its own")
        first.setdefault(topic_id, path)


def _default_topic(file: TomlFile, topics: tuple[str, ...]) -> Iterator[Problem]:
    path, default = ("default_topic",), file.table.get("default_topic")
    if default in (None, "") and topics:
        state = "is missing" if default is None else "must not be empty"
        fix = f"write default_topic = {shown(topics[-1])}, say, above the first [heading]"
        yield file.problem(path, f"{state}: posts that no rule places need a topic", fix=fix)
    if not isinstance(default, str) or not default:
        return
    if "topics" not in file.table and default != IMPLICIT_TOPIC.id:
        fix = f"add a [[topics]] table with id = {shown(default)}"
        yield file.problem(path, f"there is no topic {shown(default)}: there are none", fix=fix)
    if topics and default not in topics:
        message = f"there is no topic {shown(default)}"
        yield file.problem(path, message, fix=suggestion(default, topics))


def _rule_topic(
    file: TomlFile, index: int, rule: dict[str, object], topics: tuple[str, ...]
) -> Iterator[Problem]:
    known = topics or (IMPLICIT_TOPIC.id,)
    topic = rule.get("topic")
    if isinstance(topic, str) and topic not in known:
        message = f"there is no topic {shown(topic)}"
        path = ("rules", index, "topic")
        yield file.problem(path, message, fix=suggestion(topic, known))


def _match(file: TomlFile, path: TomlPath, match: dict[str, object]) -> Iterator[Problem]:
    """A rule, a block or a keep looks at one thing."""
    used = [key for key in match if key in set(RuleField)]
    misspelt = match.keys() - RuleTable.model_fields.keys()
    if not used and not misspelt:
        message = "does not say what to look at"
        yield file.problem(path, message, fix=f"add one of {', '.join(RuleField)}")
    if len(used) > 1:
        message = f"looks at {listed(used, last='and')}, and can look at one thing only"
        fix = f"make it several {path[0]}, or keep one of them"
        yield file.problem((*path, used[1]), message, fix=fix)


def _story_counts(file: TomlFile) -> Iterator[Problem]:
    fields = NewsletterTable.model_fields
    least = file.table.get("min_stories", fields["min_stories"].default)
    most = file.table.get("max_stories", fields["max_stories"].default)
    if isinstance(least, int) and isinstance(most, int) and least > most > 0:
        path = file.first_of([("min_stories",), ("max_stories",)])
        message = f"min_stories ({least}) is more than max_stories ({most})"
        yield file.problem(path, message, fix="lower min_stories or raise max_stories")


def _theme(file: TomlFile, themes: Collection[str]) -> Iterator[Problem]:
    roundup = file.table.get("roundup")
    of_roundups = roundup.get("theme") if isinstance(roundup, dict) else None
    usual = file.table.get("theme", NewsletterTable.model_fields["theme"].default)
    for path, theme in ((("theme",), usual), (("roundup", "theme"), of_roundups)):
        if isinstance(theme, str) and theme.strip() and theme not in themes:
            start = f"email/{theme}/issue.html in the templates folder"
            fix = suggestion(theme, sorted(themes)) or f"write one, starting with {start}"
            yield file.problem(path, f"there is no theme {shown(theme)}", fix=fix)


def _warnings(
    table: NewsletterTable, file: TomlFile, feeds: Sequence[Feed], lists: Sequence[FeedList]
) -> Iterator[Problem]:
    yield from schedule_warnings(file, table.schedule)
    carried = {tag for feed in feeds for tag in feed.tags}
    wanted: list[tuple[TomlPath, str]] = [
        (("feed_tags", index), tag) for index, tag in enumerate(table.feed_tags)
    ]
    wanted += [
        (("rules", index, "tag"), rule.tag) for index, rule in enumerate(table.rules) if rule.tag
    ]
    for path, tag in wanted:
        # What a remote list's feeds carry is not known here.
        if tag not in carried and not lists:
            near = nearest(tag, carried)
            fix = f"did you mean {shown(near)}?" if near else f"digest feeds add URL --tag {tag}"
            yield file.problem(path, f"no feed carries the tag {shown(tag)}", fix=fix)
    if not table.feed_tags and not table.feeds:
        fix = 'name tags, such as feed_tags = ["weekly"], or URLs in feeds'
        yield file.problem(("feed_tags",), "this newsletter draws on no feeds", fix=fix)


def _newsletter(table: NewsletterTable, newsletter_id: str, feeds: Sequence[Feed]) -> Newsletter:
    topics = tuple(
        Topic(
            id=topic.id,
            name=topic.name,
            description=topic.description,
            max_stories=topic.max_stories,
            min_stories=topic.min_stories,
            categories=topic.categories,
            examples=topic.examples,
        )
        for topic in table.topics
    )
    return Newsletter(
        id=newsletter_id,
        name=table.name,
        sender=table.sender,
        postal_address=table.postal_address,
        schedule=made_schedule(table.schedule),
        feeds=_resolved(table, feeds),
        feed_tags=tuple(dict.fromkeys(table.feed_tags)),
        topics=topics or (IMPLICIT_TOPIC,),
        default_topic=table.default_topic or IMPLICIT_TOPIC.id,
        rules=tuple(_made_rule(rule) for rule in table.rules),
        blocks=tuple(_made_match(match) for match in table.blocks),
        keeps=tuple(_made_match(match) for match in table.keeps),
        ranking=made_ranking(table.ranking),
        standing=made_standing(table.roundup),
        brand=made_brand(table.brand),
        subject_trial=made_trial(table.subject_trial),
        discover=table.discover,
        tagline=table.tagline,
        home_url=table.home_url,
        reply_to=table.reply_to,
        language=table.language,
        subject=table.subject,
        intro=table.intro,
        greeting=table.greeting,
        greeting_nameless=table.greeting_nameless,
        why=table.why,
        theme=table.theme,
        images=table.images,
        min_stories=table.min_stories,
        max_stories=table.max_stories,
        max_per_topic=table.max_per_topic,
        skip_when_empty=table.skip_when_empty,
        approval=table.approval,
        clock=table.clock,
    )


def _made_rule(table: RuleTable) -> Rule:
    match = _made_match(table)
    return Rule(topic=table.topic, field=match.field, pattern=match.pattern)


def _made_match(table: MatchTable) -> Match:
    patterns = ((field, getattr(table, field)) for field in RuleField)
    field, pattern = next((field, pattern) for field, pattern in patterns if pattern is not None)
    return Match(field=field, pattern=pattern)


def _resolved(table: NewsletterTable, feeds: Sequence[Feed]) -> tuple[str, ...]:
    """The feeds by tag or URL in the order of the list, then URLs the list does not have."""
    tags, urls = set(table.feed_tags), set(table.feeds)
    by_list = [feed.url for feed in feeds if feed.url in urls or not tags.isdisjoint(feed.tags)]
    return tuple(dict.fromkeys([*by_list, *table.feeds]))

"""Issues as documents."""

from datetime import datetime

from digest.model import Issue, IssueKey, IssueKind, Period, Section
from digest.store.codec.documents import (
    Document,
    dense,
    image,
    moment,
    read,
    read_image,
    read_moment,
    read_wording,
    wording,
    write,
)
from digest.store.codec.stories import read_story, story


def encode_issue(issue: Issue) -> str:
    """An issue as a JSON document."""
    return write(
        {
            "newsletter": issue.key.newsletter,
            "start": moment(issue.key.period.start),
            "end": moment(issue.key.period.end),
            "slug": issue.slug,
            "kind": issue.kind.value,
            "title": wording(issue.title),
            "subject": wording(issue.subject),
            "subject_b": wording(issue.subject_b),
            "preheader": wording(issue.preheader),
            "intro": wording(issue.intro),
            "lead": story(issue.lead) if issue.lead else None,
            "sections": [_section(section) for section in issue.sections],
            "also_published": [story(one) for one in issue.also_published],
            "hero": image(issue.hero),
            "closing": wording(issue.closing),
            "wish": wording(issue.wish),
            "send_at": moment(issue.send_at),
        }
    )


def decode_issue(text: str) -> Issue:
    """The issue of a document.

    :raises StoreVersionError: when a newer version of the program wrote it.
    """
    document = read(text)
    period = Period(
        start=datetime.fromisoformat(document["start"]), end=datetime.fromisoformat(document["end"])
    )
    lead = document.get("lead")
    return Issue(
        key=IssueKey(newsletter=document.get("newsletter", ""), period=period),
        slug=document.get("slug", ""),
        kind=IssueKind(document["kind"]),
        title=read_wording(document.get("title")),
        subject=read_wording(document.get("subject")),
        subject_b=read_wording(document.get("subject_b")),
        preheader=read_wording(document.get("preheader")),
        intro=read_wording(document.get("intro")),
        lead=read_story(lead) if lead else None,
        sections=tuple(_read_section(section) for section in document.get("sections", ())),
        also_published=tuple(read_story(one) for one in document.get("also_published", ())),
        hero=read_image(document.get("hero")),
        closing=read_wording(document.get("closing")),
        wish=read_wording(document.get("wish")),
        send_at=read_moment(document.get("send_at")),
    )


def _section(section: Section) -> Document:
    return dense(
        {
            "topic": section.topic,
            "heading": wording(section.heading),
            "stories": [story(one) for one in section.stories],
            "hook": wording(section.hook),
            "background": wording(section.background),
        }
    )


def _read_section(document: Document) -> Section:
    return Section(
        topic=document.get("topic", ""),
        heading=read_wording(document.get("heading")),
        stories=tuple(read_story(one) for one in document.get("stories", ())),
        hook=read_wording(document.get("hook")),
        background=read_wording(document.get("background")),
    )

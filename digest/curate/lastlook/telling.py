"""What a last look found, in words."""

from collections.abc import Iterator

from digest.model import LastLook, LookOutcome, StoryTrouble


def look_lines(look: LastLook) -> Iterator[str]:
    """Sentences for people: what was looked at and what follows, then one for each story."""
    links = f"{look.links} link{'' if look.links == 1 else 's'} asked"
    unreached = f", {look.unreached} without an answer" if look.unreached else ""
    note = f"; {look.note}" if look.note else ""
    when = f"last look {look.looked_at:%Y-%m-%d %H:%M UTC}"
    yield f"{when}: {look.outcome} ({links}{unreached}){note}"
    for each in look.found:
        yield f"{each.trouble}: “{each.headline}” – {each.what}{_stands_in(each, look.outcome)}"


def _stands_in(trouble: StoryTrouble, outcome: LookOutcome) -> str:
    if trouble.runner_up is None:
        return ""
    stands = "in its place now" if outcome is LookOutcome.REPLACED else "could stand in"
    return f"; {stands}: “{trouble.runner_up_title}”"

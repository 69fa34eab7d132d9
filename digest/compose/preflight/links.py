"""Links: where an issue leads, as far as can be told without asking."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from digest.compose.preflight.anchors import Anchor, anchors_of
from digest.compose.preflight.circumstances import circumstances_of
from digest.compose.preflight.hosts import is_local, is_loopback, is_placeholder, is_reserved
from digest.compose.preflight.remarks import BLOCKER, WARNING, Remark, rule
from digest.compose.preflight.rules import Proof
from digest.model.words import fold_title

_MOST = 80
_SCRIPTS = frozenset({"javascript", "vbscript", "data", "file"})
_GENERIC = frozenset(
    {
        *("click", "click here", "click this", "continue", "continue reading", "details"),
        *("find out more", "go", "here", "info", "learn more", "link", "more", "more info"),
        *("read", "read here", "read more", "read on", "see more", "this", "this link", "view"),
    }
)


@rule(
    "link-syntax",
    BLOCKER,
    "Links are web or mail addresses",
    why="What is no address leads nowhere, and mail clients show it as an error.",
)
def _syntax(proof: Proof) -> Iterator[Remark]:
    yield from _about(
        anchors_of(proof),
        lambda anchor: not anchor.is_sound and anchor.scheme not in _SCRIPTS,
        what="{url!r} is no address that a mail client can follow.",
        fix="Write it in full, beginning with https://.",
    )


@rule(
    "link-script",
    BLOCKER,
    "No link runs a program",
    why="Mail clients remove javascript: and data: links, or the whole message.",
)
def _script(proof: Proof) -> Iterator[Remark]:
    yield from _about(
        anchors_of(proof),
        lambda anchor: anchor.scheme in _SCRIPTS,
        what="{url!r} is a program or a file, and no page.",
        fix="Link to a page.",
    )


@rule(
    "link-local",
    BLOCKER,
    "Links lead to the public web",
    why="localhost and private addresses are the reader's own machine, not yours.",
)
def _local(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    opted_in = known.private_hosts if known else ()
    if not (known and known.rehearsal):
        yield from _about(
            anchors_of(proof),
            lambda anchor: anchor.is_sound and _is_private(anchor.host, opted_in),
            what="{url} leads to a private network.",
            fix="Link to the public address; see public_url under [web] for our own pages.",
        )


@rule(
    "link-placeholder",
    BLOCKER,
    "No link is a placeholder",
    why="example.com is what was to be filled in.",
)
def _placeholder(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    rehearsed = is_reserved if known and known.rehearsal else _never
    yield from _about(
        anchors_of(proof),
        lambda anchor: (
            anchor.is_sound and is_placeholder(anchor.host) and not rehearsed(anchor.host)
        ),
        what="{url} is a placeholder.",
        fix="Put in the address that was meant.",
    )


@rule(
    "link-insecure",
    WARNING,
    "Links are encrypted",
    why="Anybody between a reader and an http: page can read and change it.",
)
def _insecure(proof: Proof) -> Iterator[Remark]:
    yield from _about(
        anchors_of(proof),
        lambda anchor: anchor.scheme == "http" and bool(anchor.host) and not is_local(anchor.host),
        what="{url} is not encrypted.",
        fix="Use https:// if the site has it.",
    )


@rule(
    "link-text",
    WARNING,
    "Link texts say where they lead",
    why="Screen readers list links without the words around them.",
)
def _text(proof: Proof) -> Iterator[Remark]:
    for anchor in anchors_of(proof):
        if fold_title(anchor.text) in _GENERIC:
            what = f"A link to {anchor.url} says only {anchor.text!r}."
            fix = "Name what is behind it."
            yield Remark(what=what, place=anchor.place, excerpt=anchor.url, fix=fix)


@rule(
    "link-same-text",
    WARNING,
    "Links with the same text lead to the same page",
    why="Two links that sound alike and differ confuse, above all in a list of links.",
)
def _same_text(proof: Proof) -> Iterator[Remark]:
    urls: dict[str, dict[str, Anchor]] = defaultdict(dict)
    for anchor in anchors_of(proof):
        if anchor.text:
            urls[fold_title(anchor.text)].setdefault(anchor.url, anchor)
    for text, anchors in urls.items():
        if text and len(anchors) > 1:
            second = list(anchors.values())[1]
            what = f"{len(anchors)} links say {second.text!r} and lead to different pages."
            fix = "Word them differently."
            yield Remark(what=what, place=second.place, excerpt=second.text, fix=fix)


@rule(
    "link-count",
    WARNING,
    "There are 80 links at most",
    why="Many links make a message look like spam, and none of them stand out.",
)
def _count(proof: Proof) -> Iterator[Remark]:
    count = sum(1 for anchor in anchors_of(proof) if anchor.text or anchor.host)
    if count > _MOST:
        yield Remark(what=f"There are {count} links; {_MOST} are the most.", fix="Tell less.")


def _about(
    anchors: Iterable[Anchor], wrong: Callable[[Anchor], bool], *, what: str, fix: str
) -> Iterator[Remark]:
    """A remark for each address that is wrong, once."""
    seen: set[str] = set()
    for anchor in anchors:
        if anchor.url not in seen and wrong(anchor):
            seen.add(anchor.url)
            sentence = what.format(url=anchor.url)
            yield Remark(what=sentence, place=anchor.place, excerpt=anchor.url, fix=fix)


def _is_private(host: str, opted_in: Sequence[str]) -> bool:
    """Whether readers cannot reach a host. Even opted in, this machine is not theirs."""
    return bool(host) and is_local(host) and (host not in opted_in or is_loopback(host))


def _never(_host: str) -> bool:
    return False


RULES = (_syntax, _script, _local, _placeholder, _insecure, _text, _same_text, _count)

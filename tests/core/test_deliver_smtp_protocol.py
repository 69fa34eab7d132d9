"""The SMTP conversation without a network: any server, any split of bytes, any end."""

from collections import deque
from collections.abc import Callable, Iterable
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.smtp.protocol import Conversation
from digest.deliver.transaction import Extensions, Step
from digest.model import Accepted, Envelope, Lost, Refused, SendOutcome, Unbuildable
from tests.core.smtp_model import OFFERS, ModelServer, job

MANY = 100_000
STEPS = (Step.MAIL, Step.RCPT, Step.DATA, Step.CONTENT)
EVERY_OFFER = pytest.mark.parametrize("offered", OFFERS.values(), ids=OFFERS.keys())


def converse(
    talk: Conversation[int],
    server: ModelServer,
    jobs: Iterable[tuple[int, Envelope]],
    *,
    size: Callable[[], int] = lambda: MANY,
    budget: int = 10**9,
) -> dict[int, SendOutcome]:
    """Let the two talk in pieces of ``size()`` bytes; ``budget`` bytes reach the server at most."""
    source, down, outcomes = deque(jobs), b"", {}
    while True:
        while source and talk.room:
            talk.add(*source.popleft())
        for tag, outcome in talk.take():
            assert tag not in outcomes
            outcomes[tag] = outcome
        if talk.idle and (not source or talk.ended):
            return outcomes
        up = talk.outbox.record(size())
        talk.outbox.wrote(len(up))
        down += server.feed(up[:budget])
        budget -= min(budget, len(up))
        count = size()
        talk.receive(down[:count])
        down = down[count:]
        if not (up or down) and not talk.outbox and not talk.idle:
            talk.lose("gone")


def outcomes_of(
    offered: Extensions, server: ModelServer, count: int = 4, window: int = 3
) -> dict[int, SendOutcome]:
    return converse(Conversation(offered, window=window), server, map(job, range(count)))


def shown(outcomes: dict[int, SendOutcome]) -> list[str]:
    """Outcomes by number, each as a word or a code."""
    words = []
    for number in sorted(outcomes):
        outcome = outcomes[number]
        match outcome:
            case Accepted():
                words.append("sent")
            case Refused(reply=reply):
                words.append(str(reply.code))
            case Lost(uncertain=uncertain):
                words.append("uncertain" if uncertain else "lost")
            case Unbuildable():
                words.append("unbuildable")
    return words


@EVERY_OFFER
def test_messages_arrive_each_alone(offered: Extensions) -> None:
    """Whatever the server offers, each message arrives byte for byte, with one reader."""
    server = ModelServer(nests=False)
    assert shown(outcomes_of(offered, server)) == ["sent"] * 4
    assert server.delivered == [((number,), job(number)[1].content) for number in range(4)]


@pytest.mark.parametrize(
    ("offer", "groups"),
    [
        pytest.param("lock-step", ["MAIL", "RCPT", "DATA", "", "MAIL", "RCPT"], id="lock-step"),
        pytest.param(
            "pipelined",
            ["MAIL RCPT DATA", " MAIL RCPT DATA", " MAIL RCPT DATA"],
            id="pipelined",
        ),
        pytest.param("chunked", ["MAIL RCPT BDAT MAIL RCPT BDAT MAIL RCPT BDAT"], id="chunked"),
    ],
)
def test_groups(offer: str, groups: list[str]) -> None:
    """Pipelined, a message's text leads the group of the next; in chunks nothing is waited for."""
    talk: Conversation[int] = Conversation(OFFERS[offer], window=3)
    server, jobs, said = ModelServer(), deque(map(job, range(9))), []
    for _ in groups:
        while jobs and talk.room:
            talk.add(*jobs.popleft())
        up = talk.outbox.record(MANY)
        talk.outbox.wrote(len(up))
        before = len(server.commands)
        down = server.feed(up)
        verbs = [verb.decode() for verb in server.commands[before:]]
        leads = [""] if up.startswith(b"Subject") and verbs else []
        said.append(" ".join((*leads, *verbs)))
        talk.receive(down)
    assert said == groups


def expected(answers: dict[tuple[int, Step], int], number: int, offered: Extensions) -> str:
    steps = [step for step in STEPS if not (offered.streams and step is Step.DATA)]
    return next((str(answers[number, step]) for step in steps if (number, step) in answers), "sent")


refusals = st.dictionaries(
    st.tuples(st.integers(0, 6), st.sampled_from(STEPS)),
    st.sampled_from([450, 452, 500, 503, 550, 554]),
)

splits = st.lists(st.integers(1, 400), min_size=1, max_size=12)


@given(
    st.sampled_from(list(OFFERS.values())),
    refusals,
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
    st.integers(1, 8),
    splits,
)
def test_refusals_anywhere_and_splits_anywhere(
    offered: Extensions,
    answers: dict[tuple[int, Step], int],
    quirks: tuple[bool, bool, bool],
    window: int,
    sizes: list[int],
) -> None:
    """Each message gets its own answer, whatever is refused around it and however bytes come."""
    nests, eager, keeps = quirks
    server = ModelServer(answers=answers, nests=nests, eager=eager, keeps=keeps)
    talk: Conversation[int] = Conversation(offered, window=window)
    outcomes = converse(talk, server, map(job, range(7)), size=cycle(sizes).__next__)
    assert not talk.ended
    delivered = {number for readers, _ in server.delivered for number in readers}
    for number, word in enumerate(shown(outcomes)):
        # A transaction left open takes the next message, whatever is said to that one's MAIL.
        taken_along = keeps and number in delivered
        assert word == ("sent" if taken_along else expected(answers, number, offered))
    sent = [number for number, outcome in outcomes.items() if isinstance(outcome, Accepted)]
    assert sorted(server.delivered) == [((n,), job(n)[1].content) for n in sorted(sent)]


@given(
    st.sampled_from(list(OFFERS.values())),
    refusals | st.dictionaries(st.tuples(st.integers(0, 6), st.sampled_from(STEPS)), st.just(421)),
    st.integers(1, 8),
    st.integers(0, 900),
    splits,
)
def test_a_connection_that_ends_anywhere(
    offered: Extensions,
    answers: dict[tuple[int, Step], int],
    window: int,
    budget: int,
    sizes: list[int],
) -> None:
    """What was delivered is accepted or uncertain, and what is accepted was delivered."""
    server = ModelServer(answers=answers)
    talk: Conversation[int] = Conversation(offered, window=window)
    jobs = deque(map(job, range(7)))
    outcomes = converse(talk, server, jobs, size=cycle(sizes).__next__, budget=budget)
    delivered = {number for readers, _ in server.delivered for number in readers}
    assert all(len(readers) == 1 for readers, _ in server.delivered)
    for number, word in zip(sorted(outcomes), shown(outcomes), strict=True):
        assert number in delivered or word != "sent"
        assert number not in delivered or word in {"sent", "uncertain"}
    assert delivered <= outcomes.keys()


@EVERY_OFFER
@pytest.mark.parametrize("refused", [None, (1, Step.RCPT), (1, Step.CONTENT)], ids=str)
def test_a_connection_that_ends_at_each_byte(
    offered: Extensions, refused: tuple[int, Step] | None
) -> None:
    """Cut off after every single byte, of commands, DATA and BDAT alike: no false word."""
    answers = {refused: 550} if refused else {}
    whole, budget = False, 0
    while not whole:
        server = ModelServer(answers=answers)
        talk: Conversation[int] = Conversation(offered, window=3)
        outcomes = converse(talk, server, map(job, range(4)), budget=budget)
        whole = talk.outbox.written <= budget and not talk.ended
        delivered = {readers[0] for readers, _ in server.delivered}
        for number, outcome in outcomes.items():
            if isinstance(outcome, Accepted):
                assert number in delivered
            elif number in delivered:
                assert isinstance(outcome, Lost)
                assert outcome.uncertain
        assert delivered <= outcomes.keys()
        budget += 1
    assert budget > 200
    assert len(outcomes) == 4


@given(st.sampled_from(list(OFFERS.values())), st.binary(max_size=300), st.integers(1, 5))
def test_any_bytes_at_all(offered: Extensions, noise: bytes, window: int) -> None:
    """A server may say what it likes: every message has one outcome, and nothing raises."""
    talk: Conversation[int] = Conversation(offered, window=window)
    added = 0
    while talk.room:
        talk.add(*job(added))
        added += 1
    talk.outbox.wrote(len(talk.outbox.record(MANY)))
    talk.receive(noise)
    talk.lose("gone")
    assert sorted(number for number, _ in talk.take()) == list(range(added))


@pytest.mark.parametrize(
    ("offer", "step", "words"),
    [
        pytest.param("lock-step", Step.MAIL, ["sent", "421"], id="lock-step-mail"),
        pytest.param("lock-step", Step.CONTENT, ["sent", "421"], id="lock-step-content"),
        pytest.param("pipelined", Step.RCPT, ["sent", "421"], id="pipelined-rcpt"),
        pytest.param("pipelined", Step.DATA, ["sent", "421"], id="pipelined-data"),
        pytest.param("pipelined", Step.CONTENT, ["sent", "421", "lost"], id="pipelined-content"),
        pytest.param("chunked", Step.MAIL, ["sent", "421", "lost"], id="chunked-mail"),
        pytest.param("chunked", Step.CONTENT, ["sent", "421", "lost"], id="chunked-bdat"),
    ],
)
def test_421_in_the_middle(offer: str, step: Step, words: list[str]) -> None:
    """The message that 421 answers is refused; those behind it the server never came to."""
    server = ModelServer(answers={(1, step): 421})
    assert shown(outcomes_of(OFFERS[offer], server)) == words


def test_connection_lost_with_a_window_in_flight() -> None:
    """Of K in flight, those written whole are uncertain, the one cut short is not."""
    talk: Conversation[int] = Conversation(OFFERS["chunked"], window=4)
    for number in range(4):
        talk.add(*job(number))
    whole = len(talk.outbox.record(MANY))
    talk.outbox.wrote(whole - 1)
    talk.receive(b"250 a\r\n250 b\r\n250 c\r\n250 d\r\n550 no\r\n")
    talk.lose("gone")
    assert shown(dict(talk.take())) == ["sent", "550", "uncertain", "lost"]
    assert not talk.room


@pytest.mark.parametrize(
    ("offer", "after", "words"),
    [
        pytest.param("pipelined", (1, Step.MAIL), ["sent", "lost"], id="one-too-many-in-a-group"),
        pytest.param("lock-step", (1, Step.RCPT), ["sent", "lost"], id="one-too-many-in-lock-step"),
        pytest.param("chunked", (3, Step.CONTENT), ["sent"] * 4, id="one-too-many-at-the-end"),
    ],
)
def test_a_reply_too_many_ends_it(offer: str, after: tuple[int, Step], words: list[str]) -> None:
    """A reply that nothing asked for shows sooner or later, and nothing is sent after that."""
    server = ModelServer(after={after: b"250 and another\r\n"})
    talk: Conversation[int] = Conversation(OFFERS[offer], window=3)
    outcomes = converse(talk, server, map(job, range(4)))
    assert shown(outcomes) == words
    assert talk.ended
    assert [readers for readers, _ in server.delivered] == [
        (n,) for n in range(words.count("sent"))
    ]


@pytest.mark.parametrize(
    "noise",
    [
        pytest.param(b"hello\r\n", id="no-code"),
        pytest.param(b"2500 ok\r\n", id="four-digits"),
        pytest.param(b"150 hm\r\n", id="no-such-class"),
        pytest.param(b"250-a\r\n251 b\r\n", id="two-codes-in-one-reply"),
        pytest.param(b"250 " + b"x" * 9000, id="line-without-end"),
        pytest.param(b"250-x\r\n" * 30_000, id="reply-without-end"),
        pytest.param(b"\r\n", id="empty-line"),
        pytest.param(b"354 go\r\n", id="go-ahead-for-mail"),
        pytest.param(b"\x16\x03\x01", id="tls-that-never-ends-a-line"),
    ],
)
@EVERY_OFFER
def test_nonsense_ends_it(offered: Extensions, noise: bytes) -> None:
    """What is no reply loses the messages under way; only those written whole are uncertain."""
    talk: Conversation[int] = Conversation(offered, window=2)
    talk.add(*job(0))
    talk.outbox.wrote(len(talk.outbox.record(MANY)))
    talk.receive(noise)
    talk.lose("the server is silent")
    assert shown(dict(talk.take())) == ["uncertain" if offered.streams else "lost"]
    assert not talk.room


def test_accepted_data_without_a_reader_ends_empty() -> None:
    """Where RCPT is refused and DATA is not, a lone dot follows, and a reset before the next."""
    server = ModelServer(answers={(0, Step.RCPT): 550}, eager=True)
    assert shown(outcomes_of(OFFERS["pipelined"], server, count=2)) == ["550", "sent"]
    assert server.commands == [b"MAIL", b"RCPT", b"DATA", b"RSET", b"MAIL", b"RCPT", b"DATA"]


def test_go_ahead_without_a_sender_hangs_up() -> None:
    """Where MAIL is refused and DATA is not, an empty message could reach somebody."""
    talk: Conversation[int] = Conversation(OFFERS["pipelined"], window=3)
    talk.add(*job(0))
    talk.outbox.wrote(len(talk.outbox.record(MANY)))
    talk.receive(b"451 later\r\n250 ok\r\n354 go\r\n")
    assert shown(dict(talk.take())) == ["451"]
    assert talk.ended
    assert not talk.outbox


def test_message_taken_from_a_refused_sender_is_uncertain() -> None:
    """A 2xx to a message whose MAIL was refused proves nothing: it ends the conversation."""
    talk: Conversation[int] = Conversation(OFFERS["chunked"], window=3)
    talk.add(*job(0))
    talk.outbox.wrote(len(talk.outbox.record(MANY)))
    talk.receive(b"451 later\r\n250 ok\r\n250 queued\r\n")
    assert shown(dict(talk.take())) == ["uncertain"]
    assert talk.ended


def test_reset_that_is_refused_ends_it() -> None:
    """A server that does not reset might deliver to a reader of the message before."""
    server = ModelServer(answers={(0, Step.DATA): 451, (0, Step.RSET): 502})
    for offer in ("lock-step", "pipelined"):
        assert shown(outcomes_of(OFFERS[offer], server)) == ["451", "lost"]


def test_lmtp_never_sends_an_empty_message() -> None:
    """In LMTP the number of replies to an empty message is unknown: the connection ends instead."""
    talk: Conversation[int] = Conversation(OFFERS["pipelined"], window=3, lmtp=True)
    outcomes = converse(
        talk, ModelServer(answers={(0, Step.RCPT): 550}, eager=True), map(job, range(2))
    )
    assert shown(outcomes) == ["550"]
    assert talk.ended


def test_size_is_checked_before_anything_is_sent() -> None:
    """What is larger than the server takes is refused in its words, and never offered to it."""
    talk: Conversation[int] = Conversation(Extensions(size=True, max_size=30), window=2)
    server = ModelServer()
    jobs = [job(0), job(1, b"x" * 60 + b"\r\n"), job(2)]
    outcomes = converse(talk, server, jobs)
    assert shown(outcomes) == ["sent", "552", "sent"]
    assert len(server.delivered) == 2


@pytest.mark.parametrize(
    ("utf8", "wire"),
    [
        pytest.param(True, "MAIL FROM:<n@a.example> SMTPUTF8\r\n", id="offered"),
        pytest.param(False, "", id="not-offered"),
    ],
)
def test_smtputf8(utf8: bool, wire: str) -> None:  # noqa: FBT001 - a table's column
    """A local part outside ASCII goes out only where SMTPUTF8 is offered."""
    talk: Conversation[int] = Conversation(Extensions(utf8=utf8), window=1)
    talk.add(0, Envelope(sender="n@a.example", recipient="jörg@b.example", content=b"a\r\n"))
    assert talk.outbox.record(MANY).decode() == wire
    assert shown(dict(talk.take())) == ([] if utf8 else ["unbuildable"])

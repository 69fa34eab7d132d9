"""Mistakes in relays and in what receivers can bear."""

from tests.core.mistakes import main

_AT_THE_END = 'public_url = "https://newsletter.example"\n'


def _with(text: str, **expected: str):  # noqa: ANN202 - a Mistake, as main makes it
    return main(_AT_THE_END, f"{_AT_THE_END}{text}", **{"at": "", **expected})


RELAY_MISTAKES = {
    "relay-without-host": _with(
        '[[relay]]\nname = "main"\n',
        field="relay[1].host", message="is missing",
        fix='add host = "smtp.provider.example"', at="[[relay]]",
    ),
    "webhook-without-url": _with(
        '[[relay]]\nname = "main"\nprotocol = "webhook"\n',
        field="relay[1].protocol", message="needs a url", fix="https://mail.example.org/hook",
        at='protocol = "webhook"',
    ),
    "webhook-in-the-clear": _with(
        '[[relay]]\nname = "main"\nprotocol = "webhook"\nurl = "http://mail.example/hook"\n',
        field="relay[1].url", message="its URL has to be https", fix="write https://",
        at='url = "http://mail.example/hook"',
    ),
    "webhook-to-this-machine": _with(
        '[[relay]]\nname = "main"\nprotocol = "webhook"\nurl = "http://localhost:8025/"\n',
        field="relay[1].url", message="not asked unless it is named",
        fix='private_hosts = ["localhost"]', at='url = "http://localhost:8025/"',
    ),
    "webhook-secret-in-the-file": _with(
        '[[relay]]\nname = "a"\nprotocol = "webhook"\nurl = "https://a.example"\nsecret = "x"\n',
        field="relay[1].secret", message="a secret does not belong in this file",
        fix="DIGEST_RELAY_A_SECRET", at='secret = "x"',
    ),
    "relay-rate-without-time": _with(
        '[[relay]]\nname = "main"\nhost = "a.example"\nrate = "600"\n',
        field="relay[1].rate", message="a number of messages and a time", fix="",
        at='rate = "600"',
    ),
    "relay-rate-by-the-week": _with(
        '[[relay]]\nname = "main"\nhost = "a.example"\nrate = "600/week"\n',
        field="relay[1].rate", message='unknown time "week"', fix="", at='rate = "600/week"',
    ),
    "relay-name-with-spaces": _with(
        '[[relay]]\nname = "Main One"\nhost = "a.example"\n',
        field="relay[1].name", message="lower-case letters", fix='"main-one"',
        at='name = "Main One"',
    ),
    "relay-twice": _with(
        '[[relay]]\nname = "a"\nhost = "a.example"\n[[relay]]\nname = "a"\nhost = "b.example"\n',
        field="relay[2].name", message='there is a relay named "a" already', fix="of its own",
        at='name = "a"\nhost = "b.example"',
    ),
    "relays-for-some-only": _with(
        '[[relay]]\nname = "a"\nhost = "a.example"\ndomains = ["big.example"]\n',
        field="relay[1].domains", message="for some domains only", fix="leave `domains` out",
        at='domains = ["big.example"]',
    ),
    "relay-for-an-address": _with(
        '[[relay]]\nname = "a"\nhost = "a.example"\ndomains = ["@big.example"]\n',
        field="relay[1].domains[1]", message="should be a domain, or *. and a domain",
        fix='write "big.example"', at='domains = ["@big.example"]',
    ),
    "relay-single-brackets": _with(
        '[relay]\nname = "a"\nhost = "a.example"\n',
        field="relay", message="should be a list of tables", fix="[[relay]]", at="[relay]",
    ),
    "relay-password-in-the-file": _with(
        '[[relay]]\nname = "a"\nhost = "a.example"\npassword = "hunter2"\n',
        field="relay[1].password", message="a secret does not belong in this file",
        fix="DIGEST_RELAY_A_PASSWORD", at='password = "hunter2"',
    ),
    "warm-up-without-start": _with(
        '[[relay]]\nname = "a"\nhost = "a.example"\nwarm_up = { from = 500 }\n',
        field="relay[1].warm_up.start", message="is missing", fix="add start = 2026-03-02",
        at="warm_up",
    ),
    "warm-up-from-nothing": _with(
        '[[relay]]\nname = "a"\nhost = "a.example"\nwarm_up = { start = 2026-03-02, from = 0 }\n',
        field="relay[1].warm_up.from", message="at least 1, not 0", fix="for example 500",
        at="warm_up",
    ),
    "domain-in-two-tables": _with(
        '[[domain]]\nname = "a"\ndomains = ["big.example"]\n'
        '[[domain]]\nname = "b"\ndomains = ["x.example", "big.example"]\n',
        field="domain[2].domains[2]", message='has its limits in "a" already', fix="one of the two",
        at='domains = ["x.example"',
    ),
    "domain-without-domains": _with(
        '[[domain]]\nname = "a"\ndomains = []\n',
        field="domain[1].domains", message="should be a list", fix='["bigmail.example"]',
        at="domains = []",
    ),
}  # fmt: skip

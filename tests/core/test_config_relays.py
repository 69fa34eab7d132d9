"""Relays and receivers as the file describes them."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from digest.config import Config, SmtpSecurity
from digest.config.load import load_config
from digest.config.quantities import parse_rate
from digest.config.relays import SMTP, hosts_of, limits_of, relays_of, servers_of, usual_limit
from digest.model import DomainLimit, Rate, Relay, WarmUp

MINUTE = timedelta(minutes=1)
TWO = """\
[smtp]
port = 587
security = "starttls"
connections = 3
window = 8
[deliver]
domain_rate = "200 per minute"
[[relay]]
name = "main"
host = "smtp.one.example"
username = "digest"
weight = 3
rate = "600/min"
[[relay]]
name = "in-house"
host = "mx.two.example"
port = 25
security = "none"
connections = 1
window = 2
domains = ["Big.Example", "*.bücher.example"]
warm_up = { start = 2026-03-02, from = 500, doubling = "2 days", full = 50000 }
[[domain]]
name = "big"
domains = ["big.example"]
rate = "10/s"
connections = 2
"""


def loaded(folder: Path, text: str, **environment: str) -> Config:
    (folder / "digest.toml").write_text(text, encoding="utf-8")
    return load_config(folder, environment=environment)


def test_without_relays_smtp_is_the_one(tmp_path: Path) -> None:
    """The simple case: one relay, as [smtp] says, and no limits."""
    settings = loaded(tmp_path, "[smtp]\nconnections = 4\n").settings
    assert relays_of(settings) == (Relay(name=SMTP, connections=4, window=16),)
    assert servers_of(settings) == {SMTP: settings.smtp}
    assert limits_of(settings) == ()
    assert usual_limit(settings) is None


def test_relays_are_read(tmp_path: Path) -> None:
    """Weights, rates, routes and warm-ups arrive as written; what is left out is [smtp]'s."""
    settings = loaded(tmp_path, TWO, DIGEST_RELAY_MAIN_PASSWORD="secret").settings
    assert relays_of(settings) == (
        Relay(name="main", weight=3, connections=3, window=8, rate=Rate(count=600, per=MINUTE)),
        Relay(
            name="in-house",
            connections=1,
            window=2,
            domains=("big.example", "*.xn--bcher-kva.example"),
            warm_up=WarmUp(
                start=date(2026, 3, 2), first=500, doubling=timedelta(days=2), full=50_000
            ),
        ),
    )
    main, house = servers_of(settings).values()
    assert (main.host, main.port, main.security) == (
        "smtp.one.example", 587, SmtpSecurity.STARTTLS,
    )  # fmt: skip
    assert (house.host, house.port, house.security) == ("mx.two.example", 25, SmtpSecurity.NONE)
    assert (main.username, house.username) == ("digest", "")
    assert main.timeout == house.timeout == settings.smtp.timeout


def test_hosts_are_those_that_mail_is_handed_to(tmp_path: Path) -> None:
    """Each once: servers, and the hosts of webhooks; a mailbox on disk has none."""
    relays = TWO.replace(
        "[[domain]]",
        """[[relay]]
name = "hook"
protocol = "webhook"
url = "https://hook.example:8443/in"
[[relay]]
name = "dry"
protocol = "mbox"
[[domain]]""",
    )
    hosts = hosts_of(loaded(tmp_path, relays).settings)
    assert hosts == ("smtp.one.example", "mx.two.example", "hook.example")


def test_receivers_are_read(tmp_path: Path) -> None:
    """Named receivers share their limits; each other domain has the usual one."""
    settings = loaded(tmp_path, TWO).settings
    ten = Rate(count=10, per=timedelta(seconds=1))
    assert limits_of(settings) == (
        DomainLimit(name="big", domains=("big.example",), rate=ten, connections=2),
    )
    assert usual_limit(settings) == DomainLimit(name="", rate=Rate(count=200, per=MINUTE))


def test_passwords_come_from_the_environment(tmp_path: Path) -> None:
    """By the relay's name in capitals, or from the file that is named; never shown."""
    (tmp_path / "password").write_text("hunter2\n", encoding="utf-8")
    config = loaded(
        tmp_path,
        TWO,
        DIGEST_RELAY_MAIN_PASSWORD_FILE=str(tmp_path / "password"),
        DIGEST_RELAY_IN_HOUSE_PASSWORD="other",
    )
    assert config.secrets.relay_secrets == {
        "DIGEST_RELAY_MAIN_PASSWORD": "hunter2",
        "DIGEST_RELAY_IN_HOUSE_PASSWORD": "other",
    }
    assert "hunter2" not in repr(config)


@pytest.mark.parametrize(
    ("more", "field", "message", "fix"),
    [
        pytest.param("", "username", "no password", "DIGEST_RELAY_MAIN_PASSWORD", id="password"),
        pytest.param('security = "none"', "security", "in the clear", "starttls", id="clear"),
    ],
)
def test_a_doubtful_relay_is_a_warning(
    tmp_path: Path, more: str, field: str, message: str, fix: str
) -> None:
    """A login without a password, and one that everybody can read, are pointed out."""
    relay = f'[[relay]]\nname = "main"\nhost = "one.example"\nusername = "me"\n{more}\n'
    text = f'[smtp]\nsecurity = "tls"\n{relay}'
    warnings = {found.field: found for found in loaded(tmp_path, text).warnings}
    assert message in warnings[f"relay[1].{field}"].message
    assert fix in warnings[f"relay[1].{field}"].fix


@pytest.mark.parametrize(
    ("secret", "message"),
    [("", "no secret"), ("short", "24 at least"), ("whsec_%%%", "not base64")],
)
def test_a_webhook_without_a_usable_secret_is_a_warning(
    tmp_path: Path, secret: str, message: str
) -> None:
    """One that is missing, short or garbled; one for all, or a relay's own."""
    hook = 'protocol = "webhook"\nurl = "https://mail.example/hook"\n'
    one = loaded(tmp_path, f"[smtp]\n{hook}", DIGEST_WEBHOOK_SECRET=secret)
    several = f'[[relay]]\nname = "in-house"\n{hook}'
    other = loaded(tmp_path, several, DIGEST_RELAY_IN_HOUSE_SECRET=secret)
    for config, field, variable in (
        (one, "smtp.url", "DIGEST_WEBHOOK_SECRET"),
        (other, "relay[1].url", "DIGEST_RELAY_IN_HOUSE_SECRET"),
    ):
        (found,) = (warning for warning in config.warnings if warning.field == field)
        assert message in found.message
        assert f"{variable}_FILE" in found.fix
    good = loaded(tmp_path, several, DIGEST_RELAY_IN_HOUSE_SECRET="s" * 24)
    assert not [warning for warning in good.warnings if "relay" in warning.field]


def test_a_host_that_is_not_used_is_a_warning(tmp_path: Path) -> None:
    """Beside relays, [smtp]'s own host takes no mail."""
    config = loaded(tmp_path, TWO.replace("port = 587", 'host = "smtp.zero.example"\nport = 587'))
    found = next(warning for warning in config.warnings if warning.field == "smtp.host")
    assert (found.line, found.message) == (2, "is not used, as there are [[relay]] tables")


@pytest.mark.parametrize(
    ("text", "count", "seconds"),
    [
        ("600/minute", 600, 60),
        ("600 / min", 600, 60),
        ("10 per second", 10, 1),
        ("1/s", 1, 1),
        ("100/hour", 100, 3_600),
        ("2000 per days", 2000, 86_400),
    ],
)
def test_rates_are_written_as_people_do(text: str, count: int, seconds: int) -> None:
    """With a stroke or a word, in full or short."""
    assert parse_rate(text) == Rate(count=count, per=timedelta(seconds=seconds))


@pytest.mark.parametrize("text", ["0/minute", "fast", "10", "-1/s", "10/fortnight", 10, "1/week"])
def test_what_is_no_rate_is_refused(text: object) -> None:
    """Nothing, no time and unknown times are no rates."""
    with pytest.raises(ValueError, match=r"second|messages and a time"):
        parse_rate(text)

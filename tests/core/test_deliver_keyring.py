"""The keyring: keys by file, and for every key that cannot sign the line and the fix."""

import sys
from collections.abc import Sequence
from pathlib import Path
from stat import S_IMODE

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from digest.config import Config
from digest.config.load import load_config
from digest.deliver.signing.dkim import Algorithm
from digest.deliver.signing.keyring import make_key, open_keyring, read_keys
from digest.deliver.signing.keys import new_key
from digest.errors import ConfigError, StateError

NEWSLETTER = """\
name = "Daily"
from = "daily@news.letters.example"
postal_address = "1 High Street, Anytown"
feeds = ["https://a.example/"]
[schedule]
time_zone = "UTC"
time = "06:15"
"""
TABLE = """\
[[dkim]]
domain = "{domain}"
selector = "{selector}"
key = "{selector}.pem"
"""
PEM = serialization.Encoding.PEM
PKCS8 = serialization.PrivateFormat.PKCS8
PLAIN = serialization.NoEncryption()


def configured(
    folder: Path, *selectors: str, domain: str = "letters.example", newsletter: str = NEWSLETTER
) -> Config:
    tables = [TABLE.format(domain=domain, selector=selector) for selector in selectors]
    (folder / "digest.toml").write_text("# keys\n" + "".join(tables), encoding="utf-8")
    (folder / "newsletters").mkdir(exist_ok=True)
    (folder / "newsletters" / "daily.toml").write_text(newsletter, encoding="utf-8")
    return load_config(folder, environment={})


def place(folder: Path, selector: str, pem: bytes) -> None:
    path = folder / f"{selector}.pem"
    path.touch(0o600)
    path.write_bytes(pem)


def small() -> bytes:
    return rsa.generate_private_key(65537, 1024).private_bytes(PEM, PKCS8, PLAIN)


def elliptic() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(PEM, PKCS8, PLAIN)


def public() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return key.public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def locked() -> bytes:
    key = serialization.load_pem_private_key(new_key(Algorithm.ED25519), password=None)
    return key.private_bytes(PEM, PKCS8, serialization.BestAvailableEncryption(b"secret"))


def test_both_kinds_of_keys_are_read(tmp_path: Path) -> None:
    """The file says which algorithm a key signs by."""
    place(tmp_path, "one", new_key(Algorithm.RSA))
    place(tmp_path, "two", new_key(Algorithm.ED25519))
    report = read_keys(configured(tmp_path, "one", "two"))
    assert report.problems == report.warnings == ()
    assert [key.algorithm for key in report.keyring.keys] == [Algorithm.RSA, Algorithm.ED25519]
    assert len(report.keyring.keys_for("news.letters.example")) == 2
    assert report.keyring.keys_for("elsewhere.example") == ()


def test_old_form_of_rsa_keys_is_read(tmp_path: Path) -> None:
    """PKCS #1, as older tools write it, will do."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(PEM, serialization.PrivateFormat.TraditionalOpenSSL, PLAIN)
    place(tmp_path, "old", pem)
    (read,) = open_keyring(configured(tmp_path, "old")).keys
    assert read.algorithm is Algorithm.RSA


@pytest.mark.parametrize(
    ("pem", "words"),
    [
        pytest.param(small, "RSA key of 1024 bits, and receivers ask for 2048", id="small"),
        pytest.param(elliptic, "another kind than RSA and Ed25519", id="elliptic"),
        pytest.param(public, "is a public key", id="public"),
        pytest.param(locked, "protected by a passphrase", id="passphrase"),
        pytest.param(lambda: b"", "no private key in PEM form", id="empty"),
        pytest.param(lambda: b"\xff" * 100_000, "no private key in PEM form", id="noise"),
        pytest.param(
            lambda: new_key(Algorithm.RSA)[:900], "no private key in PEM form", id="truncated"
        ),
        pytest.param(None, "does not exist", id="missing"),
    ],
)
def test_unfit_key_is_named_with_its_line(tmp_path: Path, pem: object, words: str) -> None:
    """Whatever is wrong with a key file: settings file, line, field, reason and fix."""
    place(tmp_path, "good", new_key(Algorithm.ED25519))
    if callable(pem):
        place(tmp_path, "bad", pem())
    with pytest.raises(ConfigError) as caught:
        open_keyring(configured(tmp_path, "good", "bad"))
    (problem,) = caught.value.problems
    assert problem.file == str(tmp_path / "digest.toml")
    assert (problem.line, problem.field) == (9, "dkim[2].key")
    assert words in problem.message
    assert "bad.pem" in problem.message
    assert "digest dkim bad --domain letters.example" in problem.fix


def test_folder_in_place_of_a_key_says_so(tmp_path: Path) -> None:
    """What cannot be read as a file is named with the system's reason."""
    (tmp_path / "bad.pem").mkdir()
    (problem,) = read_keys(configured(tmp_path, "bad")).problems
    assert "cannot be read: Is a directory" in problem.message


def test_two_keys_under_one_selector(tmp_path: Path) -> None:
    """A record holds one key: a second one under its name could never be found."""
    place(tmp_path, "same", new_key(Algorithm.ED25519))
    (problem,) = read_keys(configured(tmp_path, "same", "same")).problems
    assert problem.field == "dkim[2].selector"


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        pytest.param("news.letters.example", [], id="same"),
        pytest.param("letters.example", [], id="above"),
        pytest.param("mail.news.letters.example", [], id="below"),
        pytest.param("other.example", ["dkim[1].domain", "from"], id="other"),
    ],
)
def test_keys_that_sign_nothing_are_remarked(
    tmp_path: Path, domain: str, expected: Sequence[str]
) -> None:
    """A key that fits no newsletter, and a newsletter that no key fits, are warnings."""
    place(tmp_path, "one", new_key(Algorithm.ED25519))
    report = read_keys(configured(tmp_path, "one", domain=domain))
    assert [warning.field for warning in report.warnings] == expected
    assert report.problems == ()


def test_key_that_others_can_read_is_remarked(tmp_path: Path) -> None:
    """A private key open to everybody on the machine is a warning with the command that helps."""
    place(tmp_path, "one", new_key(Algorithm.ED25519))
    (tmp_path / "one.pem").chmod(0o644)
    (warning,) = read_keys(configured(tmp_path, "one")).warnings
    assert warning.fix == f"chmod 600 {tmp_path / 'one.pem'}"


def test_a_file_where_the_keys_folder_should_be_is_named(tmp_path: Path) -> None:
    """The error is about it, and not about a key that is there already."""
    (tmp_path / "dkim").write_text("mine")
    with pytest.raises(StateError, match=r"dkim: is a file, and keys go into a folder"):
        make_key(tmp_path, domain="a.example", selector="s1", algorithm=Algorithm.ED25519)
    assert (tmp_path / "dkim").read_text() == "mine"


def test_new_key_is_private_and_never_replaces_one(tmp_path: Path) -> None:
    """Only its owner can read it; a second one of that name is refused and the first stays."""
    made = make_key(tmp_path, domain="a.example", selector="s", algorithm=Algorithm.ED25519)
    path = tmp_path / made.file
    assert S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(StateError, match="another selector"):
        make_key(tmp_path, domain="a.example", selector="s", algorithm=Algorithm.RSA)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param('"letters.example"', '""', "must not be empty", id="no-domain"),
        pytest.param('"letters.example"', '"a b"', "should be a domain name", id="domain"),
        pytest.param('selector = "one"', 'selector = "a_b"', "letters, digits and", id="selector"),
        pytest.param('key = "one.pem"', "", "is missing", id="no-key"),
        pytest.param(
            '"one.pem"', '"""-----BEGIN PRIVATE KEY-----"""', "does not belong", id="key-inside"
        ),
        pytest.param("[[dkim]]", "[dkim]", "should be a list of tables", id="one-bracket"),
        pytest.param("domain", "domian", "no such key", id="unknown"),
    ],
)
def test_mistakes_in_the_table_are_found(tmp_path: Path, old: str, new: str, words: str) -> None:
    """A [[dkim]] table is checked as all settings are, and no finding repeats a private key."""
    text = TABLE.format(domain="letters.example", selector="one")
    assert old in text
    (tmp_path / "digest.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=words) as caught:
        load_config(tmp_path, environment={})
    assert "BEGIN" not in str(caught.value)


def test_no_keys_ask_for_nothing(tmp_path: Path) -> None:
    """Without [[dkim]] there is nothing to warn of: the relay signs."""
    report = read_keys(configured(tmp_path))
    assert (report.keyring.keys, report.problems, report.warnings) == ((), (), ())


def test_keys_without_the_extra_say_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where keys are configured and the library is missing, the error names the extra."""
    place(tmp_path, "one", new_key(Algorithm.ED25519))
    config = configured(tmp_path, "one")
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(ConfigError, match=r"pip install 'digest\[dkim\]'"):
        open_keyring(config)
    with pytest.raises(StateError, match=r"digest\[dkim\]"):
        make_key(tmp_path, domain="a.example", selector="s", algorithm=Algorithm.RSA)

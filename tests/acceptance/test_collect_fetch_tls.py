"""The fetcher against TLS servers: whose certificate is believed, and for whom."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from digest.collect.http.fetch import HttpFetcher
from digest.model import Fetched, FetchFailed, FetchRequest, FetchResult
from tests.acceptance.http_servers import FEED, INSTANCE, OneAddress, settings

OPENSSL = shutil.which("openssl") or ""
HOST = "news.example"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(FEED), FEED)

pytestmark = pytest.mark.skipif(not OPENSSL, reason="openssl is not installed")


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run([OPENSSL, *arguments], cwd=folder, check=True, capture_output=True)


def new_key(name: str) -> tuple[str, ...]:
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    return (*curve, "-keyout", f"{name}.key")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, and what it signed: good, for another host, expired; and one self-signed."""
    folder = tmp_path_factory.mktemp("tls")
    authority = ("-days", "30", "-out", "ca.pem", "-subj", "/CN=Test authority")
    openssl(folder, "req", "-x509", *new_key("ca"), *authority)
    for name, host, days in (
        ("good", HOST, "30"),
        ("other", "b.example", "30"),
        ("old", HOST, "-1"),
    ):
        subject = ("-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}")
        openssl(folder, "req", *new_key(name), *subject, "-out", f"{name}.csr")
        signed = (
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-copy_extensions",
            "copy",
        )
        openssl(
            folder,
            "x509",
            "-req",
            "-in",
            f"{name}.csr",
            *signed,
            "-days",
            days,
            "-out",
            f"{name}.pem",
        )
    own = ("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}", "-days", "30")
    openssl(folder, "req", "-x509", *new_key("self"), *own, "-out", "self.pem")
    return folder


@contextmanager
def tls_server(folder: Path, name: str) -> Iterator[int]:
    """The port of a server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with closing(plain):
                try:
                    with context.wrap_socket(plain, server_side=True) as connection:
                        connection.recv(65_536)
                        connection.sendall(ANSWER)
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    with closing(listener):
        yield listener.getsockname()[1]


def ask(port: int) -> FetchResult:
    fetcher = HttpFetcher(
        settings(private_hosts=(HOST,)), INSTANCE, resolver=OneAddress("127.0.0.1")
    )
    (answer,) = fetcher.fetch([FetchRequest(url=f"https://{HOST}:{port}/feed")])
    return answer.result


def test_a_certificate_of_a_known_authority_is_believed(
    certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the authority known, the document arrives."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))
    with tls_server(certificates, "good") as port:
        result = ask(port)
    assert isinstance(result, Fetched)
    assert result.body == FEED


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("self", "self-signed", id="self-signed"),
        pytest.param("other", "not valid for 'news.example'", id="of another host"),
        pytest.param("old", "expired", id="expired"),
    ],
)
def test_other_certificates_are_not(
    certificates: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    """Even from a known authority; the sentence says what is wrong."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))
    with tls_server(certificates, name) as port:
        result = ask(port)
    assert isinstance(result, FetchFailed)
    assert result.reason.startswith(f"the certificate of {HOST} is not valid")
    assert words in result.reason.replace("self signed", "self-signed")


def test_an_unknown_authority_is_not_believed(certificates: Path) -> None:
    """A good certificate is worth what its authority is."""
    with tls_server(certificates, "good") as port:
        result = ask(port)
    assert isinstance(result, FetchFailed)
    assert "certificate" in result.reason

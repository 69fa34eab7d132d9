"""A built message taken apart for looking at: what the bytes really say."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from digest.deliver.flowed import unstuffed

SIZE_BUDGET = 85 * 1024
"""Bytes of HTML that an issue should stay under: Gmail clips at 102 KB."""

SIZE_LIMIT = 95 * 1024
"""Bytes of HTML from which an issue should not go out."""

_SCHEME_QUERY = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)
_SCHEME_NAMES = re.compile(
    r"""(name=["'](?:supported-)?color-schemes?["']\s+content=["']|color-scheme\s*:\s*)"""
    r"(?:light dark|dark light|light|dark)",
    re.IGNORECASE,
)
_ALWAYS, _NEVER = "(min-width:0px)", "(max-width:0px)"
_STILL = "<style>a{pointer-events:none}</style>"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLine:
    """One header of a message, unfolded and decoded."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMessage:
    """The parts of a message: headers in order, the HTML and the text that readers get."""

    headers: tuple[HeaderLine, ...]
    html: str
    text: str
    size: int

    @property
    def html_size(self) -> int:
        """Bytes of the HTML part, decoded: what mail programs clip by."""
        return len(self.html.encode())


def read_message(content: bytes) -> ReadMessage:
    """Take a message apart, as a mail program would."""
    message = message_from_bytes(content, policy=default)
    return ReadMessage(
        headers=tuple(HeaderLine(name=name, value=str(value)) for name, value in message.items()),
        html=_part(message, "html"),
        text=_part(message, "plain"),
        size=len(content),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    text = str(part.get_content()).replace("\r\n", "\n")
    return unstuffed(text) if part.get_param("format") == "flowed" else text


def force_scheme(html: str, *, dark: bool) -> str:
    """The document as somebody sees it whose device is dark (or light), whatever this one is.

    Each colour-scheme query becomes one that always holds or never does; declarations of the
    schemes supported shrink to the one wanted.
    """
    wanted = "dark" if dark else "light"
    asked = _SCHEME_QUERY.sub(lambda match: _ALWAYS if match[1].lower() == wanted else _NEVER, html)
    return _SCHEME_NAMES.sub(lambda match: match[1] + wanted, asked)


def localise_media(html: str, *, public_url: str) -> str:
    """Point pictures under the public address at the desk, which serves the same folder."""
    return html.replace(f"{public_url}/media/", "/media/")


def still_links(html: str) -> str:
    """Make links inert to the pointer: the preview's frame goes nowhere else."""
    head, end, rest = html.partition("</head>")
    return f"{head}{_STILL}{end}{rest}" if end else _STILL + html

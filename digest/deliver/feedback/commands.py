"""Which command of the SMTP dialogue a server refused, as far as a report tells.

"User unknown" is the receiver's word about the address in answer to RCPT; in answer to DATA it may
be its word about the mail. Reporters tell the command in words of their own, or show the dialogue.
"""

import re

MAX_TEXT = 4_000

_AFTER_DATA = re.compile(
    r"(?:in reply to|after|in response to|did not like our|SMTP:|response to)(?: the)?"
    r"(?: end of| final)? ?(?:DATA|BDAT)\b"
    r"|failed after i sent the message|end of data|end-of-data|\.\s*<<<",
    re.IGNORECASE,
)
_AT_RCPT = re.compile(
    r"(?:in reply to|after|to|our|SMTP:|response to)(?: the)? ?RCPT|RCPT(?:[ _]TO| command|:)"
    r"|does not like recipient",
    re.IGNORECASE,
)
_BEFORE_RCPT = re.compile(
    r"(?:in reply to|after|did not like our|SMTP:|response to)(?: the)? ?(?:initial connection|"
    r"connect(?:ion)?\b|ehlo|helo|mail from|mail\b|auth\b|starttls)"
    r"|refused to talk|does not like sender|(?:my name was|greeting) (?:rejected|failed)",
    re.IGNORECASE,
)
_DIALOGUE = re.compile(
    r"^[ \t]*>>> ?(\w+)[^\n]*\n(?:[ \t]*<<< ?[23][^\n]*\n)*[ \t]*<<< ?([45])", re.MULTILINE
)


def refused_command(words: str, scene: str) -> str:
    """DATA, RCPT, EHLO (for all that comes before RCPT), or empty where nothing tells.

    ``words`` are the server's, ``scene`` the report's around them.
    """
    text = f"{words}\n{scene}"[:MAX_TEXT]
    if refused := _DIALOGUE.search(text):
        name = refused[1].upper()
        before = name in {"EHLO", "HELO", "MAIL", "AUTH", "STARTTLS"}
        return name if name in {"DATA", "RCPT"} else "EHLO" if before else ""
    if _AFTER_DATA.search(text):
        return "DATA"
    if _BEFORE_RCPT.search(text):
        return "EHLO"
    return "RCPT" if _AT_RCPT.search(text) else ""

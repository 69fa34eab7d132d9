"""Text that fits the window it is read in: format=flowed, with delsp=no (RFC 3676).

Who writes the text says which lines go on (they end in a space) and which are quotes (they start
with ``>``). What is left to do on the way out is space-stuffing, so that no other line is taken
for a quote, a mailbox's divider or an indent of the format's own.
"""

PARAMETERS = "format=flowed; delsp=no"
"""What the part's Content-Type says."""

_TO_STUFF = (" ", "From ")


def stuffed(text: str) -> str:
    """Put a space before each line that needs one (section 4.4). Lines end in line feeds."""
    return "\n".join(
        f" {line}" if line.startswith(_TO_STUFF) else line for line in text.split("\n")
    )


def unstuffed(text: str) -> str:
    """Take that space away again, as whoever shows the text does."""
    return "\n".join(line.removeprefix(" ") for line in text.split("\n"))

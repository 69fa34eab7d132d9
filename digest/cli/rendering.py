"""``render``: the exact bytes of an issue."""

from typing import BinaryIO

import click

from digest.app import App
from digest.cli.session import Session, pass_session
from digest.model import KeptIssue


@click.command()
@click.argument("issue")
@click.option("--html", "form", flag_value="html", default=True, help="The HTML part (default).")
@click.option("--text", "form", flag_value="text", help="The text part.")
@click.option("--eml", "form", flag_value="eml", help="The whole message, as a test would send it.")
@click.option("--web", "form", flag_value="web", help="The page readers see in a browser.")
@click.option("--markdown", "form", flag_value="markdown", help="The issue as Markdown.")
@click.option("--to", "recipient", default="reader@example.org", help="The reader of --eml.")
@click.option("-o", "--output", type=click.File("wb"), default="-", help="A file; - prints.")
@pass_session
def render(session: Session, issue: str, *, form: str, recipient: str, output: BinaryIO) -> None:
    """The exact bytes of ISSUE that would go out: frozen ones once it is approved.

    --markdown is made anew each time, for use elsewhere.
    """
    with session.open_app() as app:
        kept = app.store.issues.get(issue)
        output.write(_bytes(app, kept, form=form, recipient=recipient))


def _bytes(app: App, kept: KeptIssue, *, form: str, recipient: str) -> bytes:
    from digest.compose.webpage import published_page
    from digest.pipeline.approval import render_issue
    from digest.pipeline.correcting import corrected_page
    from digest.pipeline.letters import sample_copy, sample_envelope

    if form == "markdown":
        return _markdown(app, kept).encode()
    rendering = render_issue(app, kept)
    if form == "eml":
        return sample_envelope(app, kept, rendering, recipient=recipient).content
    if form == "web":
        newsletter = app.config.newsletter(kept.issue.key.newsletter)
        page = published_page(rendering)
        return corrected_page(app, kept, page, words=newsletter.words).encode()
    copy = sample_copy(app, kept, rendering)
    return (copy.html if form == "html" else copy.text).encode()


def _markdown(app: App, kept: KeptIssue) -> str:
    from digest.compose.edition import edition_of
    from digest.compose.markdown import markdown
    from digest.pipeline.pictures import illustrate

    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    public_url = app.config.settings.web.public_url
    return markdown(edition_of(illustrate(app, kept.issue), newsletter, public_url=public_url))

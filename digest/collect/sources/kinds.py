"""A source's document into entries, whatever kind of source it is."""

from digest.collect.parsing.parse import parse_job
from digest.collect.sources.apis import read_api
from digest.collect.sources.pages import read_page
from digest.model import ParseFailed, ParseJob, ParseResult, SourceKind


def read_source(job: ParseJob) -> ParseResult:
    """Read a document as its source's kind says. Never raises."""
    if job.kind is SourceKind.FEED:
        return parse_job(job)
    if job.selectors is None:
        return ParseFailed(reason="the source has no selectors")
    read = read_api if job.kind is SourceKind.API else read_page
    return read(job, job.selectors)

"""Roundups: the posts that told the story of a year – chosen, drafted, quoted and checked.

Pure, as all of curating: from a longlist over a shortlist to a draft that an editor finishes.
"""

from digest.curate.roundup.ballots import ballot_csv, ballot_lines, count, read_votes
from digest.curate.roundup.checks import Lack, lacks, promised_sections
from digest.curate.roundup.draft import RoundupDraft, draft_roundup
from digest.curate.roundup.longlist import Longlist, Post, longlist, year_of
from digest.curate.roundup.opening import Counted
from digest.curate.roundup.quotes import QuoteCandidate, quote_candidates
from digest.curate.roundup.shortlist import Shortlist, shortlist
from digest.curate.roundup.substance import substance

__all__ = [
    "Counted",
    "Lack",
    "Longlist",
    "Post",
    "QuoteCandidate",
    "RoundupDraft",
    "Shortlist",
    "ballot_csv",
    "ballot_lines",
    "count",
    "draft_roundup",
    "lacks",
    "longlist",
    "promised_sections",
    "quote_candidates",
    "read_votes",
    "shortlist",
    "substance",
    "year_of",
]

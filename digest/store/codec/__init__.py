"""Entries, issues, edits and choices as JSON documents, and back."""

from digest.store.codec.editing import (
    decode_choices,
    decode_edits,
    encode_choices,
    encode_edits,
)
from digest.store.codec.entries import decode_entry, encode_entry
from digest.store.codec.issues import decode_issue, encode_issue
from digest.store.codec.variants import decode_variant, encode_topics

__all__ = [
    "decode_choices",
    "decode_edits",
    "decode_entry",
    "decode_issue",
    "decode_variant",
    "encode_choices",
    "encode_edits",
    "encode_entry",
    "encode_issue",
    "encode_topics",
]

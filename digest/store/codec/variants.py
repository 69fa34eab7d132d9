"""What readers chose, as columns."""

import json

from digest.model import Variant, Volume


def encode_topics(variant: Variant) -> str:
    """The topics as a JSON list."""
    return json.dumps(variant.topics, ensure_ascii=False)


def decode_variant(topics: str, volume: Volume) -> Variant:
    """The variant of two columns."""
    return Variant(topics=tuple(json.loads(topics)), volume=volume)

"""URLs as entries carry them: absolute, normalised, and without the sender's trackers."""

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from url_normalize import url_normalize

_TRACKING_LIST = """
    fbclid gclid gclsrc dclid gbraid wbraid gad_source msclkid yclid ysclid twclid ttclid li_fat_id
    igshid igsh mc_cid mc_eid mkt_tok _hsenc _hsmi __hssc __hstc __hsfp hsctatracking vero_id
    vero_conv oly_anon_id oly_enc_id _openstat wickedid rb_clickid s_cid ml_subscriber
    ml_subscriber_hash at_medium at_campaign at_custom1 at_custom2 at_custom3 at_custom4 ns_mchannel
    ns_source ns_campaign ns_linkname ns_fee cmpid icid ncid xtor wt_mc wt_zmc trk trkinfo
    ref_src ref_url __twitter_impression guccounter guce_referrer guce_referrer_sig sr_share
"""
_TRACKING = frozenset(_TRACKING_LIST.split())
_TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "matomo_", "hsa_", "stm_")
_REMOVED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# What most permalinks look like, and what normalising would leave as it is.
_NORMAL = re.compile(
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/"
    r"(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*+/)*+(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*+)?"
)
# Paths without dots to be followed and without a scheme: joined by putting them at the end.
_PLAIN_PATH = re.compile(r"/?(?:[\w~-][\w.~%-]*/)*[\w~-][\w.~%-]*/?(?:\?[\w.~%&=+-]*)?", re.ASCII)
_PLAIN_BASE = re.compile(
    r"(https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,4})?)((?:/(?:[\w~-][\w.~%-]*/)*)?)"
    r"[\w.~%-]*(?:\?[^#\s]*)?(?:#\S*)?\Z",
    re.ASCII,
)
_MAX_LENGTH = 4_000
_MAX_PATH = 2_000


def absolute_url(url: str, base: str = "") -> str:
    """The URL made absolute, otherwise as it stands; "" when it is not http or https."""
    if len(url) <= _MAX_PATH and _PLAIN_PATH.fullmatch(url):
        origin, folder = _places(base)
        if origin:
            return f"{origin if url[0] == '/' else folder}{url}"
    text = _REMOVED.sub("", url).strip().replace(" ", "%20")
    if not text:
        return ""
    try:
        joined = urljoin(base, text)
        parts = urlsplit(joined)
        _ = parts.port
    except ValueError:
        return ""
    usable = parts.scheme in ("http", "https") and parts.hostname and len(joined) <= _MAX_LENGTH
    return joined if usable else ""


@lru_cache(maxsize=64)
def _places(base: str) -> tuple[str, str]:
    """What a path from the root is put after, and one from here; empty for an unusual base."""
    match = _PLAIN_BASE.match(base)
    return (match[1], match[1] + (match[2] or "/")) if match else ("", "")


def canonical_url(url: str, base: str = "") -> str:
    """The URL two copies of the same page share; "" when it is not http or https.

    Normalised after RFC 3986, section 6; known tracking parameters and the fragment are
    dropped (a ``#!`` fragment, which names a page, is kept).
    """
    if _NORMAL.fullmatch(url) and len(url) <= _MAX_LENGTH:
        return url
    absolute = absolute_url(url, base)
    if not absolute:
        return ""
    parts = urlsplit(absolute)
    # url-normalize would rewrite a hashbang into a query parameter: it never sees the fragment.
    hashbang = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
    bare = parts._replace(query=without_tracking(parts.query), fragment="").geturl()
    try:
        normal = url_normalize(bare)
    except (ValueError, UnicodeError):
        normal = bare
    return f"{normal}{hashbang}" if normal else ""


def same_site(one: str, other: str) -> bool:
    """Whether two http URLs have the same host, but for a leading ``www.``."""
    hosts = {(urlsplit(url).hostname or "").removeprefix("www.") for url in (one, other)}
    return len(hosts) == 1


def without_tracking(query: str) -> str:
    """A query string without its tracking parameters; the others keep order and spelling."""
    if not query:
        return ""
    return "&".join(pair for pair in query.split("&") if not _tracks(pair))


def _tracks(pair: str) -> bool:
    name = pair.partition("=")[0].lower().removeprefix("amp;")
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)

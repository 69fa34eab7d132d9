"""Where well-known services keep their feeds, told from a page's URL alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Pages of one service: ``path`` is matched from its start, ``feeds`` are filled from it."""

    host: re.Pattern[str]
    path: re.Pattern[str]
    feeds: tuple[str, ...]


def _place(host: str, path: str, *feeds: str) -> _Place:
    return _Place(host=re.compile(host), path=re.compile(path), feeds=feeds)


# {0}, {1} are the path's groups, {host} and {origin} the page's own. More specific ones first:
# the first place of a host that matches is the one that counts.
_NAME = r"[\w.~%-]+"
_YOUTUBE = r"(?:www\.|m\.)?youtube\.com"
_PLACES = (
    _place(_YOUTUBE, r"/channel/(UC[\w-]+)", "https://www.youtube.com/feeds/videos.xml?channel_id={0}"),
    _place(_YOUTUBE, rf"/user/({_NAME})", "https://www.youtube.com/feeds/videos.xml?user={0}"),
    _place(r"(?:www\.|old\.|new\.)?reddit\.com", rf"/r/({_NAME})/comments/({_NAME})",
           "https://www.reddit.com/r/{0}/comments/{1}/.rss"),
    _place(r"(?:www\.|old\.|new\.)?reddit\.com", rf"/r/({_NAME})", "https://www.reddit.com/r/{0}/.rss"),
    _place(r"(?:www\.|old\.|new\.)?reddit\.com", rf"/u(?:ser)?/({_NAME})",
           "https://www.reddit.com/user/{0}/.rss"),
    _place(r"github\.com", rf"/({_NAME})/({_NAME})/commits/({_NAME}(?:/{_NAME})*)",
           "https://github.com/{0}/{1}/commits/{2}.atom"),
    _place(r"github\.com", rf"/({_NAME})/({_NAME})/tags", "https://github.com/{0}/{1}/tags.atom"),
    _place(r"github\.com", rf"/(?!(?:orgs|topics|sponsors|features)/)({_NAME})/({_NAME})",
           "https://github.com/{0}/{1}/releases.atom",
           "https://github.com/{0}/{1}/tags.atom",
           "https://github.com/{0}/{1}/commits.atom"),
    _place(r"github\.com", rf"/({_NAME})/?$", "https://github.com/{0}.atom"),
    _place(r"gitlab\.com|gitlab\..+", rf"/({_NAME}(?:/{_NAME})+?)/-/(?:commits|tree)/({_NAME})",
           "{origin}/{0}/-/commits/{1}?format=atom"),
    _place(r"gitlab\.com|gitlab\..+", rf"/({_NAME}(?:/{_NAME})+?)(?:/-/.*)?/?$",
           "{origin}/{0}/-/releases.atom",
           "{origin}/{0}/-/tags?format=atom",
           "{origin}/{0}.atom"),
    _place(r"codeberg\.org|gitea\.com|git\..+", rf"/({_NAME})/({_NAME})",
           "{origin}/{0}/{1}/releases.rss", "{origin}/{0}/{1}.rss"),
    _place(r"medium\.com", rf"/(@?{_NAME})/tagged/({_NAME})", "https://medium.com/feed/{0}/tagged/{1}"),
    _place(r"medium\.com", rf"/tag/({_NAME})", "https://medium.com/feed/tag/{0}"),
    _place(r"medium\.com", rf"/(@?{_NAME})", "https://medium.com/feed/{0}"),
    _place(r".+\.medium\.com", r"/", "{origin}/feed"),
    _place(r".+\.substack\.com", r"/", "{origin}/feed"),
    _place(r".+\.blogspot\.[a-z.]+", r"/search/label/([^/]+)",
           "{origin}/feeds/posts/default/-/{0}"),
    _place(r".+\.blogspot\.[a-z.]+", r"/", "{origin}/feeds/posts/default"),
    _place(r".+\.tumblr\.com", r"/tagged/([^/]+)", "{origin}/tagged/{0}/rss"),
    _place(r"(?:www\.)?tumblr\.com", rf"/(?:blog/(?:view/)?)?({_NAME})", "https://{0}.tumblr.com/rss"),
    _place(r".+\.tumblr\.com", r"/", "{origin}/rss"),
    _place(r".+\.wordpress\.com", r"/(?:category|tag|author)/.+", "{page}/feed/", "{origin}/feed/"),
    _place(r".+\.wordpress\.com", r"/", "{origin}/feed/"),
    _place(r"bsky\.app", r"/profile/([\w.:%-]+)", "https://bsky.app/profile/{0}/rss"),
    _place(r"pypi\.org", rf"/project/({_NAME})", "https://pypi.org/rss/project/{0}/releases.xml"),
    _place(r"dev\.to", rf"/t/({_NAME})", "https://dev.to/feed/tag/{0}"),
    _place(r"dev\.to", rf"/({_NAME})", "https://dev.to/feed/{0}"),
    _place(r"(?:.+\.)?(?:stackoverflow\.com|stackexchange\.com|serverfault\.com|superuser\.com)",
           r"/questions/tagged/([^/]+)", "{origin}/feeds/tag/{0}"),
    _place(r"(?:www\.)?vimeo\.com", rf"/({_NAME})/?(?:videos)?", "https://vimeo.com/{0}/videos/rss"),
    # Any Mastodon (or Pleroma, Misskey…) server: the address of a profile is all there is to go by.
    _place(r"(?!.*(?:youtube|medium|tiktok|threads)\.).+", rf"/@({_NAME})/?$", "{origin}/@{0}.rss"),
)  # fmt: skip
_PLAYLIST = "https://www.youtube.com/feeds/videos.xml?playlist_id={}"
_CHANNEL = "https://www.youtube.com/feeds/videos.xml?channel_id={}"
_CHANNEL_ID = re.compile(
    rb'(?:youtube\.com/channel/|"channelId":\s*"|itemprop="(?:identifier|channelId)" content=")'
    rb"(UC[\w-]{22})"
)


def platform_feeds(url: str) -> tuple[str, ...]:
    """The feeds a well-known service offers for a page, best first; none for other sites."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if playlist := _playlist(url):
        return (_PLAYLIST.format(quote(playlist, safe="")),)
    for place in _PLACES:
        match = place.path.match(parts.path or "/") if place.host.fullmatch(host) else None
        if match:
            origin = f"{parts.scheme}://{parts.netloc}"
            page = f"{origin}{parts.path.rstrip('/')}"
            groups = [_trimmed(group) for group in match.groups()]
            return tuple(feed.format(*groups, origin=origin, page=page) for feed in place.feeds)
    return ()


def channel_feeds(body: bytes, url: str) -> Iterator[str]:
    """The feed of a YouTube page: handles such as /@name do not tell their channel's id."""
    host = (urlsplit(url).hostname or "").lower()
    if re.fullmatch(_YOUTUBE, host) and (match := _CHANNEL_ID.search(body)):
        yield _CHANNEL.format(match[1].decode("ascii"))


def _playlist(url: str) -> str:
    parts = urlsplit(url)
    if not re.fullmatch(_YOUTUBE, (parts.hostname or "").lower()) or parts.path != "/playlist":
        return ""
    return next(iter(parse_qs(parts.query).get("list", ())), "")


def _trimmed(group: str) -> str:
    return group.removesuffix(".git").removesuffix("/")

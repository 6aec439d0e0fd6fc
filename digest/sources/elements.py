"""The names of feed elements over all dialects and misspelt namespaces; values are read elsewhere."""

from __future__ import annotations

from functools import lru_cache

# Recognised by what their address contains: feeds write them with and without slashes, versions and www.
_NAMESPACES = (
    ("purl.org/rss/1.0/modules/content", "content"),
    ("purl.org/dc/terms", "dcterms"),
    ("purl.org/dc/", "dc"),
    ("search.yahoo.com/mrss", "media"),
    ("itunes", "itunes"),
    ("feedburner", "feedburner"),
    ("google.com/schemas/sitemap-news", "news"),
    ("google.com/schemas/sitemap-image", "image"),
    ("w3.org/2005/atom", ""),
    ("purl.org/atom", ""),
    ("purl.org/net/", ""),
    ("purl.org/rss/1.0/modules/", "other"),
    ("purl.org/rss", ""),
    ("my.netscape.com", ""),
    ("channel.netscape.com", ""),
    ("backend.userland.com", ""),
    ("blogs.law.harvard.edu", ""),
    ("cyber.law.harvard.edu", ""),
    ("sitemaps.org/schemas/sitemap", ""),
    ("rssboard.org", ""),
    ("w3.org/1999/xhtml", "xhtml"),
    ("w3.org/1999/02/22-rdf", ""),
)


@lru_cache(maxsize=4096)
def local_key(tag: object) -> str:
    """Return `title`, `dc:creator`, `media:content` … for a tag of lxml; "" for comments and the like."""
    if not isinstance(tag, str):
        return ""
    if not tag.startswith("{"):
        name = tag.lower()
        # A prefix that was never declared stays in the name when the XML had to be mended.
        return name if ":" not in name else name.replace("atom:", "").replace("rss:", "")
    address, _, name = tag[1:].partition("}")
    address = address.lower()
    for part, prefix in _NAMESPACES:
        if part in address:
            return f"{prefix}:{name.lower()}" if prefix else name.lower()
    return f"other:{name.lower()}"

"""Sitemaps (sitemaps.org 0.9): the addresses of a site's pages, also through an index of sitemaps."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from migration_harvesters import urls, xml
from migration_harvesters.errors import HarvestError, PayloadError
from migration_harvesters.replies import Reply, unexpected

MAX_UNPACKED = 60 * 1024 * 1024
MAX_SITEMAPS = 2000
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Entry:
    """One page: its address, and when the site says that it changed."""

    address: str
    modified: str | None = None


def looks_like_one(body: bytes) -> bool:
    """Say whether a body may be a sitemap: packed, or XML of that name."""
    return body.startswith(GZIP) or b"<urlset" in body[:2000] or b"<sitemapindex" in body[:2000]


def pages(reply: Reply, ask: Callable[[str], Reply], cut: Callable[[str], None]) -> Iterator[Entry]:
    """Give the pages of a sitemap, and of the sitemaps of the same host that an index names.

    `cut` is told of sitemaps that are not read: what they list is unknown.
    """
    waiting, seen = [reply], {reply.url}
    while waiting:
        here = waiting.pop(0)
        index, entries = _read(here)
        if not index:
            yield from entries
            continue
        host = urls.parse(here.url).host
        for entry in entries:
            if entry.address in seen:
                continue
            if urls.parse(entry.address).host != host:
                cut(f"The index names a sitemap on another host, which is not read: {entry.address[:300]}")
                continue
            if len(seen) > MAX_SITEMAPS:
                cut(f"The index names more than {MAX_SITEMAPS:,} sitemaps.")
                break
            seen.add(entry.address)
            waiting.append(ask(entry.address))


def _read(reply: Reply) -> tuple[bool, list[Entry]]:
    try:
        root = xml.parse(_unpacked(reply.body))
    except PayloadError as error:
        refused = unexpected(reply, "a sitemap")
        refused.detail = f"{error} {refused.detail}"
        raise refused from error
    kind = _local(root.tag)
    if kind not in ("urlset", "sitemapindex"):
        raise unexpected(reply, "a sitemap")
    entries = []
    for element in root:
        said = {
            _local(child.tag): (child.text or "").strip() for child in element if isinstance(child.tag, str)
        }
        try:
            address = urls.canonical(said.get("loc", ""))
        except HarvestError:
            continue
        entries.append(Entry(address, said.get("lastmod") or None))
    return kind == "sitemapindex", entries


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(GZIP):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        found = unpacker.decompress(body, MAX_UNPACKED)
    except zlib.error as exc:
        raise PayloadError("The packed sitemap is broken.", code="xml-refused", detail=str(exc)) from exc
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise PayloadError(
            "The packed sitemap is cut off, or unpacks to more than can be read.", code="xml-refused"
        )
    return found


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]

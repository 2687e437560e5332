"""Where the next page is: a partner's word for it is followed on the same host only (RD-03)."""

from __future__ import annotations

import re

from migration_harvesters import urls
from migration_harvesters.errors import HarvestError, ListingTruncated

_LINK = re.compile(r"<([^>]*)>\s*((?:;[^,<]*)*)")
_REL_NEXT = re.compile(r';\s*rel\s*=\s*"?[^";]*\bnext\b', re.IGNORECASE)


def link_header(header: str) -> str | None:
    """Find the next page in HTTP's Link header (RFC 8288)."""
    for address, parameters in _LINK.findall(header):
        if _REL_NEXT.search(parameters):
            return str(address)
    return None


def address(reference: str, page: str, home: str) -> str:
    """Resolve the address that a page names. Raises ListingTruncated for one that we do not follow."""
    here = urls.parse(page)
    try:
        target = urls.follow(here, reference)
    except HarvestError as exc:
        raise ListingTruncated(
            "The next page has an address that is not read.",
            code="next-page-refused",
            detail=reference[:300],
        ) from exc
    # Behind a proxy a portal often writes http where it was asked by https; the host is what counts.
    if target.scheme == "http" and here.scheme == "https" and target.port == 80:
        target = urls.parse("https" + target.url.removeprefix("http"))
    known = {(place.host, place.port) for place in (here, urls.parse(home))}
    if (target.host, target.port) not in known:
        raise ListingTruncated(
            f"The next page is said to be on another host ({target.host}).",
            code="next-page-refused",
            remedy="Tell the partner: the links between the pages name a host that the catalogue is not on.",
        )
    return target.url

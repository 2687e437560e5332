"""Web addresses: what may be asked, and what may be shown as a link.

Addresses are taken apart once, here. Everything after works with the parts, so that the host that was judged
is the host that is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urljoin, urlsplit

from migration_harvesters.errors import SourceRefused

MAX_LENGTH = 4000
PORTS = {"http": 80, "https": 443}
LINK_SCHEMES = frozenset({"http", "https", "ftp"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"
_QUERY_SAFE = _PATH_SAFE + "?[]"


@dataclass(frozen=True, slots=True)
class Target:
    """One address that may be asked: scheme, host in ASCII, port, and what follows."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: what decides whether secrets may be sent along."""
        return (self.scheme, self.host, self.port)

    @property
    def authority(self) -> str:
        """Host and, if it is not the usual one, port, as in the ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address, written in one way only."""
        return f"{self.scheme}://{self.authority}{self.path}"


def parse(url: str, params: Mapping[str, str] | None = None) -> Target:
    """Take an address apart, or refuse it: only http and https, no user name, no control characters."""
    text = url.strip()
    if len(text) > MAX_LENGTH or _CONTROL.search(text):
        raise _refused("The address is too long or holds characters that no address may hold.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as exc:
        raise _refused("The address cannot be read.") from exc
    scheme = parts.scheme.lower()
    if scheme not in PORTS:
        raise _refused("Only http:// and https:// addresses are read.")
    if "@" in parts.netloc:
        raise SourceRefused(
            "The address holds a user name or a password.",
            code="credentials-in-address",
            remedy="Take them out of the address and put them into the credential of the source.",
        )
    query = quote(parts.query, safe=_QUERY_SAFE)
    if params:
        query = "&".join(part for part in (query, urlencode(params)) if part)
    path = quote(parts.path, safe=_PATH_SAFE) or "/"
    return Target(scheme, _host(parts.hostname), port or PORTS[scheme], f"{path}?{query}" if query else path)


def canonical(url: str) -> str:
    """Return the one spelling of an address, so that the same source is not registered twice."""
    return parse(url).url


def follow(base: Target, reference: str) -> Target:
    """Resolve the address that a page names, relative to that page."""
    try:
        return parse(urljoin(base.url, reference.strip()))
    except ValueError as exc:
        raise _refused("The address cannot be read.") from exc


def shown(reference: str, most: int = 200) -> str:
    """Write an address that a partner named for a report: short, and without a user name or password."""
    return re.sub(r"//[^/?#\s]*@", "//…@", reference)[:most]


def web_link(text: object) -> str | None:
    """Return a link that may be shown and stored, or None: http, https or ftp, spaces encoded."""
    if not isinstance(text, str):
        return None
    link = text.strip()
    if not link or len(link) > MAX_LENGTH or _CONTROL.search(link):
        return None
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in LINK_SCHEMES or not host or " " in parts.netloc or "@" in parts.netloc:
        return None
    link = quote(link, safe=_QUERY_SAFE + "#")
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", link)


def _host(name: str | None) -> str:
    host = (name or "").rstrip(".").lower()
    if not host or (" " in host):
        raise _refused("The address names no host.")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError as exc:
        raise _refused("The host name cannot be read.") from exc


def _refused(message: str) -> SourceRefused:
    return SourceRefused(message, code="address-refused", remedy="Correct the address of the source.")

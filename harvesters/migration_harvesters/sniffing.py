"""Which syntax of RDF a body is written in: what it looks like counts, what its label says only breaks ties.

Content types lie (RDF as text/html, JSON-LD as text/plain); the choice is between an allow-list of
syntaxes, so that rules (N3) and other languages that happen to look alike are never read (RD-07).
"""

from __future__ import annotations

import re

LABELS = {
    "application/n-triples": "nt",
    "application/n-quads": "nquads",
    "application/trig": "trig",
    "text/turtle": "ttl",
    "application/x-turtle": "ttl",
}
SUFFIXES = {"nt": "nt", "nq": "nquads", "trig": "trig", "ttl": "ttl"}
_HEAD = 4096
_TURTLE = re.compile(
    rb"^\s*(?:@prefix|@base|prefix\s|base\s|<[^>\s!?]*>\s|_:|\[|[A-Za-z][\w.-]*:\S*\s)", re.IGNORECASE
)
_COMMENTS = re.compile(rb"^(?:\s*#[^\n]*\n)+")


def syntax(body: bytes, media_type: str = "", url: str = "") -> str | None:
    """One of ttl, nt, nquads, trig, xml, jsonld; None if it is none of these (for example a web page)."""
    head = body[:_HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "ignore").encode()
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    low = head.lower()
    if low.startswith((b"<!doctype html", b"<html")):
        return None
    if low.startswith((b"<?xml", b"<!--", b"<!doctype")) or re.match(
        rb"<[a-z][\w.-]*(?::[\w.-]+)?(?:\s+[\w:.-]+\s*=|\s*>)", low
    ):
        return None if b"<html" in low else "xml"
    if head.startswith(b"{") or re.match(rb"\[\s*(?:[\[{\"]|\]\s*$)", head):
        return "jsonld"
    text = _COMMENTS.sub(b"", head)
    if not _TURTLE.match(text):
        return None
    suffix = url.partition("?")[0].rpartition(".")[2].lower()
    return LABELS.get(media_type) or SUFFIXES.get(suffix) or "ttl"

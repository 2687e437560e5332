"""Free text as partners write it: HTML where text belongs, dates in ten forms, language names of all kinds.

What cannot be read for certain is not read: `06/05/2009` is a day in May or in June, and a wrong date is
worse than none.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import ClassVar

LONGEST = 100_000
_TAG = re.compile(
    r"</?(?:p|br|div|span|a|ul|ol|li|b|i|u|strong|em|h[1-6]|table|tr|td|th|img|blockquote|pre|font)\b[^<>]*>",
    re.I,
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,6});")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\\s]+")

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*|Z|[+-]\d{2}:\d{2})?)?)?(?:Z|[+-]\d{2}:\d{2})?")
_DAY_FIRST = re.compile(r"(?:[^\W\d]+,?\s+)?(\d{1,2})[./](\d{1,2})[./](\d{4})(?:\D.*)?", re.DOTALL)
_EPOCH = re.compile(r"\d{10}")
_SOLR_RANGE = re.compile(r"\[\s*(\S+)\s+TO\s+(\S+)\s*\]")
_US_RANGE = re.compile(r"(\d{2}/\d{2}/\d{4})(?:-(\d{2}/\d{2}/\d{4}))?")
_LABELLED = re.compile(r"(start|end)\s*[=:]\s*([0-9-]{4,10})", re.I)
OPEN = frozenset({"*", "..", "", "now", "present"})


def cleaned(value: object) -> str:
    """Give a text without control characters and blank edges; anything else gives nothing."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    text = _CONTROL.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n")).strip()
    return text if _INVISIBLE.sub("", text) else ""


def line(value: object, longest: int = 1000) -> str:
    """Give a text of one line, such as a title; one that is longer than any title gives nothing."""
    text = " ".join(markdown(value).split())
    return text if len(text) <= longest else ""


def markdown(value: object) -> str:
    """Give a text for people: HTML becomes Markdown, Markdown and plain text stay as they are."""
    text = cleaned(value)
    if len(text) > LONGEST:
        return ""
    if not _TAG.search(text) and _TAG.search(once := html.unescape(text)):
        # Repositories put HTML into XML and escape it twice.
        text = once
    if _TAG.search(text):
        writer = _Markdown()
        writer.feed(text)
        writer.close()
        return writer.text()
    return cleaned(html.unescape(text)) if _ENTITY.search(text) else text


def day(value: object) -> str | None:
    """Give a date as YYYY, YYYY-MM or YYYY-MM-DD, or None if it cannot be read for certain."""
    text = cleaned(value)
    found = _ISO.fullmatch(text)
    if found:
        return _calendar(*found.groups())
    found = _DAY_FIRST.fullmatch(text)
    if found:
        first, second, year = found.groups()
        if int(first) > 12 or first == second:
            return _calendar(year, second.zfill(2), first.zfill(2))
        return _calendar(year, first.zfill(2), second.zfill(2)) if int(second) > 12 else None
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC).date().isoformat()
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (TypeError, ValueError, IndexError):
        return None


def period(value: object) -> dict[str, str]:
    """Give start and end of a period as far as they are said: a range of Solr, ISO 8601 or early HDX."""
    text = cleaned(value)
    solr = _SOLR_RANGE.fullmatch(text)
    american = _US_RANGE.fullmatch(text)
    labelled = _LABELLED.findall(text)
    if solr:
        start, end = solr.groups()
    elif american:
        start, end = (_american(part) for part in (american[1], american[2] or american[1]))
    elif labelled:
        said = {name.lower(): moment for name, moment in labelled}
        start, end = said.get("start", ""), said.get("end", "")
    elif text.count("/") == 1:
        start, end = text.split("/")
    else:
        start = end = text
    return span(start, end)


def span(start: object, end: object) -> dict[str, str]:
    """Give a period from its two ends; an end that is open or unreadable is left out."""
    ends = {"start": _end(start), "end": _end(end)}
    return {name: moment for name, moment in ends.items() if moment}


def language(value: object) -> str:
    """Give a language tag or name without its region: `en-GB`, `pt_BR`, or the last part of an address."""
    text = cleaned(value).rstrip("/").rpartition("/")[2]
    return re.split(r"[-_@]", text)[0] if re.fullmatch(r"[A-Za-z]{2,3}([-_@].*)?", text) else text


def _end(value: object) -> str | None:
    return None if cleaned(value).lower() in OPEN else day(value)


def _american(text: str) -> str:
    month, number, year = text.split("/")
    return f"{year}-{month}-{number}"


def _calendar(year: str, month: str | None, number: str | None) -> str | None:
    try:
        moment = date(int(year), int(month or 1), int(number or 1))
    except ValueError:
        return None
    if not 1000 <= moment.year <= 2999:
        return None
    return "-".join(part for part in (year, month, number) if part)


class _Markdown(HTMLParser):
    """Writes Markdown for the tags that descriptions use; scripts and styles say nothing to people."""

    SILENT = frozenset({"script", "style", "head", "title", "template"})
    BLOCKS = frozenset(
        {"p", "div", "ul", "ol", "table", "tr", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"}
    )
    MARKS: ClassVar[dict[str, str]] = {"b": "**", "strong": "**", "i": "*", "em": "*"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._silent = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self._silent += 1
        elif tag == "br":
            self._parts.append("\n")
        elif tag == "li":
            self._parts.append("\n- ")
        elif tag in self.BLOCKS:
            self._parts.append("\n\n")
        elif tag in self.MARKS:
            self._parts.append(self.MARKS[tag])
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self._parts)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in self.BLOCKS:
            self._parts.append("\n\n")
        elif tag in self.MARKS:
            self._parts.append(self.MARKS[tag])
        elif tag == "a" and self._links:
            target, begun = self._links.pop()
            words = " ".join("".join(self._parts[begun:]).split())
            if re.match(r"(?:https?|mailto):\S+$", target.strip(), re.I) and words:
                self._parts[begun:] = [f"[{words}]({target.strip()})" if words != target.strip() else words]

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(re.sub(r"\s+", " ", data))

    def text(self) -> str:
        """Give what was written, with at most one blank line between paragraphs."""
        lines = [part.strip() for part in "".join(self._parts).split("\n")]
        return cleaned(re.sub(r"\*\*\s*\*\*", "", re.sub(r"\n{3,}", "\n\n", "\n".join(lines))))

"""Values of a record as words of the reader's language: terms, dates, periods, places, access."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import ckan.plugins.toolkit as tk
import nh3
from babel import UnknownLocaleError
from babel.dates import format_date, get_datetime_format
from markupsafe import Markup

from ckanext.migration import facets
from ckanext.migration.logic.publishing import language
from migration_schemas import Field, coverage, freshness, shape_messages
from migration_vocabularies import get as vocabulary

PROSE = {"a", "b", "blockquote", "br", "code", "em", "i", "li", "ol", "p", "pre", "strong", "ul"}
LINKS = {"http", "https", "mailto"}
UNTRUSTED = "noopener noreferrer nofollow ugc"
# Shown by word, colour and icon; never by colour alone.
ACCESS_LOOK = {"PUBLIC": ("open", "unlock"), "RESTRICTED": ("ask", "key"), "NON_PUBLIC": ("closed", "lock")}
STATE_LOOK = {
    "fresh": ("good", "check-circle"),
    "due": ("soon", "clock"),
    "overdue": ("late", "exclamation-circle"),
    "delinquent": ("late", "exclamation-triangle"),
    "not-applicable": ("none", "minus-circle"),
    "unknown": ("none", "question-circle"),
}


def listed(value: Any) -> list[Any]:
    """Return a value as a list; nothing is an empty one."""
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def terms(name: str, codes: Any) -> list[dict[str, str]]:
    """Return code, label and definition of terms."""
    lang, scheme = language(), vocabulary(name)
    found = []
    for code in listed(codes):
        concept = scheme.get(str(code))
        label = concept.label(lang) if concept else str(code)
        help_text = concept.definition(lang) if concept else ""
        found.append({"code": str(code), "label": capital(label), "help": help_text})
    return found


def capital(label: str) -> str:
    """Begin a label with a capital: it stands alone on a page, whatever its code list does."""
    return label[:1].upper() + label[1:]


def profile_language() -> str:
    """Return the language of the profile's messages for the reader; English if it is none of theirs."""
    return language() if language() in shape_messages.LANGUAGES else "en"


def bare(message: str, label: str) -> str:
    """Take the name of the field from the front of a message that is shown beside that name."""
    for mark in (": ", " : ", "："):
        if message.startswith(f"{label}{mark}"):
            return capital(message.removeprefix(f"{label}{mark}"))
    return message


def prose(text: Any) -> Markup:
    """Render Markdown of a record: no third party's image, no trusted link (threats XS-01, XS-03)."""
    html = str(tk.h.render_markdown(str(text or ""), auto_link=False))
    clean = nh3.clean(html, tags=PROSE, attributes={"a": {"href"}}, url_schemes=LINKS, link_rel=UNTRUSTED)
    return Markup(clean)  # noqa: S704 - cleaned a line above


def labels(name: str, codes: Any) -> list[str]:
    """Return the labels of terms."""
    return [term["label"] for term in terms(name, codes)]


def day(text: Any) -> str:
    """Write a year, month or day as the language of the interface does."""
    words = str(text or "")[:10]
    try:
        locale = str(tk.h.lang())
        if len(words) == 10:
            return str(format_date(date.fromisoformat(words), "long", locale=locale))
        if len(words) == 7:
            return str(format_date(date.fromisoformat(f"{words}-01"), "LLLL y", locale=locale))
    except (ValueError, UnknownLocaleError):
        return words
    return words


def moment(text: str, zone: str = "", *, seconds: bool = False) -> str:
    """Write a time (ISO) as the language of the interface does, to the minute where its zone is given."""
    if not zone:
        return day(text)
    try:
        joined = str(get_datetime_format("medium", locale=str(tk.h.lang())))
    except UnknownLocaleError:
        joined = "{1}, {0}"
    return joined.replace("{1}", day(text)).replace("{0}", f"{text[11 : 19 if seconds else 16]} ({zone})")


def years(periods: Any) -> str:
    """Write reference periods as years at a glance: ``2019–2024``."""
    found = sorted(
        year
        for period in listed(periods)
        if isinstance(period, Mapping)
        for year in (str(period.get("start") or "")[:4], str(period.get("end") or "")[:4])
        if year
    )
    if not found:
        return ""
    return found[0] if found[0] == found[-1] else f"{found[0]}–{found[-1]}"


def periods(values: Any) -> list[str]:
    """Write each reference period in full."""
    found = []
    for period in listed(values):
        if not isinstance(period, Mapping):
            continue
        start, end = day(period.get("start")), day(period.get("end"))
        if start and end:
            found.append(start if start == end else tk._("{start} to {end}").format(start=start, end=end))
        elif start:
            found.append(tk._("since {start}").format(start=start))
        elif end:
            found.append(tk._("until {end}").format(end=end))
    return found


def corridors(values: Any) -> list[str]:
    """Write each pair of origin and destination, with the places between."""
    found = []
    for pair in listed(values):
        ends = {name: labels("country", pair.get(name)) for name in coverage.CORRIDOR}
        if ends["origin"] and ends["destination"]:
            text = tk._("From {origin} to {destination}").format(
                origin=ends["origin"][0], destination=ends["destination"][0]
            )
            through = tk._("{corridor}, through {places}")
            between = ", ".join(ends["transit"])
            found.append(through.format(corridor=text, places=between) if between else text)
    return found


def parts(field: Field, values: Any) -> list[str]:
    """Write each row of a field of several parts in one line, its parts in the order of the form."""
    rows = [row for row in listed(values) if isinstance(row, Mapping)]
    lines = [
        " · ".join(_part(part, row) for part in field.subfields if row.get(part.name) not in (None, "", []))
        for row in rows
    ]
    return [line for line in lines if line]


def _part(part: Field, row: Mapping[str, Any]) -> str:
    value = row[part.name]
    if part.vocabulary:
        return ", ".join(labels(part.vocabulary, value))
    if part.rdf_value == "date":
        return day(value)
    return ", ".join(str(one) for one in listed(value))


def places(package: Mapping[str, Any], limit: int = 3) -> dict[str, Any]:
    """Return the first places that a record is about and how many more there are."""
    codes = list(
        dict.fromkeys(str(code) for name in coverage.GEOGRAPHIC for code in listed(package.get(name)))
    )
    if len(codes) > 1 and coverage.WORLD in codes:
        codes.remove(coverage.WORLD)
    names = labels("country", codes)
    return {"names": names[:limit], "more": max(0, len(names) - limit)}


def access(package: Mapping[str, Any]) -> dict[str, str] | None:
    """Return how the data can be had, at a glance."""
    code = str(package.get("access_rights") or "")
    if not code:
        return None
    look, icon = ACCESS_LOOK.get(code, ("none", "question-circle"))
    term = terms("access-right", code)[0]
    return {"code": code, "label": term["label"], "help": term["help"], "look": look, "icon": icon}


def update_state(package: Mapping[str, Any]) -> dict[str, str]:
    """Return whether the data are as recent as their publisher promised, and why we say so."""
    frequency, modified = package.get("frequency"), package.get("modified") or package.get("issued")
    code = freshness.state(frequency, modified, datetime.now(UTC).date())
    look, icon = STATE_LOOK.get(code, STATE_LOOK["unknown"])
    reason = ""
    if frequency and modified:
        reason = tk._("Expected: {frequency}. Last change of the data: {date}.").format(
            frequency=labels("frequency", frequency)[0], date=day(modified)
        )
    return {
        "code": code,
        "label": facets.update_states().get(code, code),
        "look": look,
        "icon": icon,
        "why": reason,
    }


def publisher(package: Mapping[str, Any]) -> str:
    """Return the name of the agency that answers for the data."""
    for row in listed(package.get("publisher")):
        if isinstance(row, Mapping) and row.get("name"):
            return str(row["name"])
    organization = package.get("organization") or {}
    return str(organization.get("title") or organization.get("name") or "")


def formats(resources: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the file types of a dataset, each once."""
    codes = dict.fromkeys(str(resource.get("format")) for resource in resources if resource.get("format"))
    return labels("file-type", list(codes))

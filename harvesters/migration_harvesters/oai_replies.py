"""Replies of OAI-PMH: the envelope, its errors and its tokens (Open Archives Initiative, version 2.0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from migration_harvesters import elements, replies, text, xml
from migration_harvesters.errors import PayloadError, SourceRefused
from migration_harvesters.records import Asks
from migration_harvesters.replies import Reply
from migration_harvesters.xml import Element

ENVELOPE = "OAI-PMH"
# What the repository's words mean for whoever keeps the source.
ADVICE = {
    "cannotDisseminateFormat": "Choose another `metadata_prefix`; ListMetadataFormats shows which there are.",
    "noSetHierarchy": "Take the option `set` away: this repository has no sets.",
    "badArgument": "Compare `set`, `from`, `until` and `metadata_prefix` with what the repository accepts.",
    "badResumptionToken": "The next run reads the list from its beginning; nothing was removed.",
    "badVerb": "Check the address of the source: it should be the base address of the OAI-PMH service.",
}


class Refusal(SourceRefused):
    """The repository says no in the words of the protocol; `oai_code` is its code."""

    def __init__(self, oai_code: str, message: str) -> None:
        super().__init__(
            f"The repository refuses the request ({oai_code}){f': {message}' if message else ''}.",
            code="partner-error",
            remedy=ADVICE.get(oai_code, "Ask the partner what is wrong; nothing was removed."),
        )
        self.oai_code = oai_code


@dataclass(frozen=True, slots=True)
class OaiReply:
    """One good reply: its root element, the token of the next page, the size of the whole list."""

    root: Element
    token: str | None
    size: int | None


def fixed_arguments(url: str) -> dict[str, str]:
    """Give what an address of a source says beside the words of the protocol."""
    known = {"verb", "metadataprefix", "resumptiontoken", "set", "from", "until", "identifier"}
    return {name: value for name, value in parse_qsl(urlsplit(url).query) if name.lower() not in known}


def moment(root: Element) -> datetime | None:
    """Read the repository's own time off a reply; None where it says none that can be understood (OA-08)."""
    said = elements.word(root, "responseDate")
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def keeps_deletions(root: Element) -> bool:
    """Say whether the repository keeps, and tells, every deletion for good (OA-07)."""
    return elements.word(root, "Identify/deletedRecord").lower() == "persistent"


def fetch(http: Asks, base: str, arguments: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
    """Ask; a repository that sends the protocol's own errors with a status of 4xx is heard as well."""
    try:
        return http.get(base, params=arguments, accept="text/xml, application/xml;q=0.9", headers=headers)
    except SourceRefused as refused:
        if refused.body and ENVELOPE.encode() in refused.body:
            read(Reply(200, base, {}, refused.body), arguments["verb"])
        raise


def read(reply: Reply, verb: str) -> OaiReply:
    """Read the envelope, or raise: what is not the whole answer to this verb is no answer (OA-02, OA-03)."""
    try:
        root = xml.parse(reply.body)
    except PayloadError as error:
        refused = replies.unexpected(reply, "a whole reply of OAI-PMH")
        refused.detail = f"{error} {refused.detail}"
        raise refused from error
    if elements.name(root) != ENVELOPE:
        raise replies.unexpected(reply, "a reply of OAI-PMH")
    problems = elements.find(root, "error")
    if problems:
        # Several errors may come at once; one that says what is wrong goes before "nothing found".
        worst = min(problems, key=lambda one: elements.attribute(one, "code") == "noRecordsMatch")
        words = text.line(elements.said(worst)).rstrip(".")[:300]
        raise Refusal(elements.attribute(worst, "code") or "undefined", words)
    if not elements.find(root, verb):
        raise replies.unexpected(reply, f"the answer to {verb}")
    token = next(iter(elements.find(root, f"{verb}/resumptionToken")), None)
    size = elements.attribute(token, "completeListSize")
    # The size counts from the beginning of the list, so it is the same on every page.
    return OaiReply(
        root,
        (elements.said(token) or None) if token is not None else None,
        int(size) if size.isascii() and size.isdigit() and len(size) < 12 else None,
    )

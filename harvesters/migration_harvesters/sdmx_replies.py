"""Replies of SDMX registries: structure messages in XML or JSON, and errors in the standard's own codes."""

from __future__ import annotations

from migration_harvesters import elements, replies, sdmx_json, sdmx_xml, strict_json, xml
from migration_harvesters.errors import PayloadError, SourceRefused
from migration_harvesters.replies import Reply
from migration_harvesters.sdmx_model import Structures

NOTHING_FOUND = "100"
# SDMX 2.1, section 7 (web services guidelines): what the codes of errors mean.
MEANING = {
    "100": "nothing was found", "110": "the registry wants a log-in", "130": "the answer would be too large",
    "140": "the request is not well-formed", "150": "the request makes no sense to the registry",
    "413": "the answer is prepared as a file that is ready later", "500": "the registry failed",
    "501": "the registry cannot do this", "503": "the registry is not available",
    "510": "the answer would be larger than the registry allows", "1000": "an error of the registry's own",
}  # fmt: skip
EXPECTED = "a structure message of SDMX"


class Problem(SourceRefused):
    """The registry answers with an error in the standard's codes."""

    def __init__(self, code: str, message: str) -> None:
        meaning = MEANING.get(code, "an error")
        told = f": {message[:300].rstrip('.')}" if message else ""
        super().__init__(
            f"The registry answers with code {code or '?'} ({meaning}){told}.",
            code="partner-error",
            remedy="Compare version and `agency` with what the registry offers; nothing was removed.",
        )
        self.sdmx_code = code


def structures(reply: Reply) -> Structures:
    """Read a structure message, or raise: anything else is no empty registry (SD-01, SD-03)."""
    head = reply.body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    try:
        if head in (b"{", b"["):
            return _from_json(reply)
        return _from_xml(reply)
    except PayloadError as error:
        refused = replies.unexpected(reply, EXPECTED)
        refused.detail = f"{error} {refused.detail}"
        raise refused from error


def explain(refused: SourceRefused) -> None:
    """Raise the registry's own words where a refusal by status holds them."""
    if refused.body.lstrip()[:1] == b"<":
        try:
            root = xml.parse(refused.body)
        except PayloadError:
            return
        found = sdmx_xml.errors(root)
        if found:
            raise Problem(*found[0]) from refused


def _from_xml(reply: Reply) -> Structures:
    root = xml.parse(reply.body)
    if elements.name(root) == "Structure" and elements.find(root, "Structures"):
        return sdmx_xml.read(root)
    found = sdmx_xml.errors(root)
    if found:
        raise Problem(*found[0])
    if elements.name(root) == "Structure":
        # A message without anything in it: a registry that holds no dataflow.
        return Structures()
    raise replies.unexpected(reply, EXPECTED)


def _from_json(reply: Reply) -> Structures:
    message = strict_json.loads(reply.body)
    found = sdmx_json.errors(message)
    if found:
        raise Problem(*found[0])
    if not sdmx_json.holds(message):
        raise replies.unexpected(reply, EXPECTED)
    return sdmx_json.read(message)

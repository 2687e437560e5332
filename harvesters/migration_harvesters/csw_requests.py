"""Questions to OGC Catalogue Services, as parameters of an address and as XML (2.0.2, 10.8; 3.0, 7.3)."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from migration_harvesters import elements, xml
from migration_harvesters.errors import PartnerConfigError, PayloadError

CORE = {"2.0.2": "http://www.opengis.net/cat/csw/2.0.2", "3.0.0": "http://www.opengis.net/cat/csw/3.0"}
TYPES = {"2.0.2": "csw:Record", "3.0.0": "csw30:Record"}
MEDIA_TYPE = "application/xml; charset=utf-8"
FILTER_VERSION = {"2.0.2": "1.1.0", "3.0.0": "2.0.0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which records are asked for: `constraint` in CQL or `filter` as an element of XML, or neither."""

    version: str
    output_schema: str
    constraint: str = ""
    filter: str = ""

    def parameters(self, start: int, rows: int) -> dict[str, str]:
        """Ask by GET; a filter in XML cannot be asked so."""
        asked = {
            "service": "CSW",
            "version": self.version,
            "request": "GetRecords",
            "typeNames": TYPES[self.version],
            "resultType": "results",
            "elementSetName": "full",
            "outputSchema": self.output_schema,
            "startPosition": str(start),
            "maxRecords": str(rows),
        }
        if self.constraint:
            asked |= {
                "constraintLanguage": "CQL_TEXT",
                "constraint_language_version": "1.1.0",
                "constraint": self.constraint,
            }
        return asked

    def document(self, start: int, rows: int) -> bytes:
        """Ask by POST."""
        prefix = TYPES[self.version].partition(":")[0]
        wanted = self.filter or (
            f"<{prefix}:CqlText>{escape(self.constraint, quote=False)}</{prefix}:CqlText>"
            if self.constraint
            else ""
        )
        version = FILTER_VERSION[self.version] if self.filter else "1.1.0"
        constraint = (
            f'<{prefix}:Constraint version="{version}">{wanted}</{prefix}:Constraint>' if wanted else ""
        )
        return (
            f'<{prefix}:GetRecords xmlns:{prefix}="{CORE[self.version]}" service="CSW"'
            f' version="{self.version}" resultType="results" outputFormat="application/xml"'
            f' startPosition="{start}" maxRecords="{rows}"'
            f' outputSchema="{escape(self.output_schema)}">'
            f'<{prefix}:Query typeNames="{TYPES[self.version]}">'
            f"<{prefix}:ElementSetName>full</{prefix}:ElementSetName>{constraint}"
            f"</{prefix}:Query></{prefix}:GetRecords>"
        ).encode()


def checked_filter(text: str) -> str:
    """Read a filter that somebody wrote, and give it as a document of its own. Raises PartnerConfigError."""
    try:
        root = xml.parse(text.encode())
    except PayloadError as error:
        raise PartnerConfigError(f"filter: {error.message}") from error
    if elements.name(root) != "Filter":
        raise PartnerConfigError("filter: expected an element <Filter> of OGC Filter Encoding or FES.")
    return xml.canonical(root).decode()

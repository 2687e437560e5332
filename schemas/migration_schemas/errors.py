"""The error tree: every exception of the registry descends from MigrationError.

Two questions, two attributes: how far does it reach (`scope`) and may we try again (`retry`).
`message` may be shown to anybody and says what and where; `remedy` says what to do; `detail` is for
the log. Exceptions carry data and do nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from migration_vocabularies import language_tag

Scope = Literal["record", "run", "start"]


class MigrationError(Exception):
    """Something the registry can explain."""

    code: str = "error"
    scope: Scope = "record"
    retry: bool = False
    texts: Mapping[str, str] = {}
    """Message and remedy in other languages, where there are any."""

    def __init__(
        self,
        message: str,
        *,
        detail: str = "",
        remedy: str = "",
        scope: Scope | None = None,
        retry: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.remedy = remedy
        if scope is not None:
            self.scope = scope
        if retry is not None:
            self.retry = retry

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()

    def told(self, lang: str) -> str:
        """Return message and remedy in a language, else in English."""
        return self.texts.get(language_tag(lang)) or str(self)

    def as_dict(self) -> dict[str, Any]:
        """Return what may be shown to anybody."""
        return {"code": self.code, "message": self.message, "remedy": self.remedy}


class SchemaError(MigrationError):
    """A shipped file of the profile is wrong; users never see it."""

    code = "schema"
    scope: Scope = "start"


class AnnotationError(SchemaError):
    """An entry of the field list contradicts itself or uses an unknown key."""

    code = "annotation"


class UnknownPresetError(SchemaError):
    """A field names a preset that does not exist."""

    code = "unknown-preset"


class RecordError(MigrationError):
    """One record cannot be used as it is."""

    code = "record"

    def __init__(self, message: str, *, field: str | None = None, value: object = None, **more: Any) -> None:
        super().__init__(message, **more)
        self.field = field
        self.value = value


class UnknownFieldError(RecordError):
    """Somebody asked for a field that the profile does not have."""

    code = "unknown-field"


class ValueFormatError(RecordError):
    """A value does not have the form that its field needs."""

    code = "value-format"


class ConceptError(RecordError):
    """A value is not in the code list of its field; `nearest` names what it may have meant."""

    code = "concept"

    def __init__(self, message: str, *, nearest: tuple[str, ...] = (), **more: Any) -> None:
        super().__init__(message, **more)
        self.nearest = nearest


class ReadError(MigrationError):
    """A file or reply is not RDF that can be read safely."""

    code = "unreadable"


class SyntaxUnknownError(ReadError):
    """The content is none of the accepted RDF syntaxes."""

    code = "unknown-syntax"


class DoctypeError(ReadError):
    """The XML declares a document type; entities could expand without end or name local files."""

    code = "doctype"


class RemoteContextError(ReadError):
    """The JSON-LD asks for a context that would have to be fetched."""

    code = "remote-context"


class LimitError(ReadError):
    """Reading was ended because it would take too much time, memory or size."""

    code = "limit"


class EngineError(MigrationError):
    """The validation engine failed on a shape; the record counts as not checked."""

    code = "not-checked"

    def __init__(self, shape: str) -> None:
        super().__init__(
            "The record could not be checked.", detail=shape, remedy="Try again or report the record."
        )
        self.shape = shape

"""What can go wrong between CKAN and the search engine, drawn once."""

from __future__ import annotations


class SearchFault(Exception):  # noqa: N818 - the family's name; the members below end as they read best
    """A fault at the search border.

    ``message`` may be shown to anyone: it never carries an address, a credential, a query or a
    permission label. ``detail`` is for the log alone.
    """

    code = "search"
    retry = False
    remedy = ""

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class IndexUnavailable(SearchFault):
    """The engine does not answer, answers too late or answers in part."""

    code = "search-unavailable"
    retry = True
    remedy = (
        "Check that Elasticsearch runs and that solr_url points to it; then `ckan migration search status`."
    )


class IndexTooSlow(IndexUnavailable):
    """The engine did not answer in time."""

    code = "search-too-slow"


class IndexMissing(IndexUnavailable):
    """The engine answers, but our index is not there (wiped, never made, alias lost)."""

    code = "search-index-missing"
    remedy = "Run `ckan migration search rebuild`."


class QuerySyntaxError(SearchFault):
    """A query that is not in the grammar, or that asks for more than we allow."""

    code = "search-syntax"

    def __init__(self, message: str, *, position: int | None = None) -> None:
        super().__init__(message if position is None else f"{message} (at character {position + 1})")
        self.position = position


class ParameterError(QuerySyntaxError):
    """A parameter beyond Solr's (``ext_…``) with a value that cannot be understood."""

    code = "search-parameter"

    def __init__(self, parameter: str, problem: str, *, reason: str = "value") -> None:
        super().__init__(f"The parameter {parameter} {problem}")
        self.parameter = parameter
        self.reason = reason


class SortError(QuerySyntaxError):
    """A sort specification without a direction."""

    code = "search-sort"


class DocumentRefused(SearchFault):
    """The engine took the request and refused this document; asking again will not help."""

    code = "search-document-refused"


class MappingConflict(SearchFault):
    """The index was built by a newer version of this software (threats FI-42)."""

    code = "search-mapping-conflict"
    remedy = "Upgrade this node, or rebuild the index with `ckan migration search rebuild`."


class JudgementsInvalid(SearchFault):
    """A file of judged queries cannot be used."""

    code = "search-judgements"
    remedy = "Correct the file: a list `queries` of q, lang, group and grades (dataset name: 1, 2 or 3)."


class PromotionRefused(SearchFault):
    """A new index answers the judged queries worse than the limits allow; the old one stays."""

    code = "search-promotion-refused"
    remedy = (
        "Look at the queries named above: mend the data, the synonyms or the judgements and rebuild again; "
        "`--promote-anyway` takes the new index as it is."
    )


class SettingInvalid(SearchFault):
    """A setting of the search cannot be used."""

    code = "search-setting"
    remedy = "Correct it in CKAN's ini file (docs/reference/settings.md)."


class EmbeddingFailed(SearchFault):
    """An embedder could not make vectors; the search goes on with the words alone."""

    code = "search-embedding"
    remedy = "Look for search.embedder in the log; `ckan migration search embed` makes what is missing."


class SeamMoved(SearchFault):
    """CKAN's private search code is not what this adapter was written for (search-contract §5.1)."""

    code = "search-seam-moved"
    remedy = "Use CKAN 2.12, or adapt the module install.py of the search plugin."

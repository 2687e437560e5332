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


class IndexBusy(IndexUnavailable):
    """The engine has more to do than it can take: it refuses, to live on (HTTP 429)."""

    code = "search-busy"
    remedy = "Look at the load of the engine's nodes; what waits is delivered by itself."


class TooManySearches(IndexBusy):
    """A process asks the engine as much at the same time as it may."""

    code = "search-too-many"
    remedy = "Raise ckanext.migration.search.at_once where the engine has room, or add processes and nodes."


class IndexForbidden(IndexUnavailable):
    """Our account is unknown to the engine, or lacks a privilege."""

    code = "search-forbidden"
    remedy = (
        "Check ckanext.migration.search.api_key (or solr_user, solr_password); "
        "`ckan migration search doctor` names missing privileges."
    )


class IndexUntrusted(IndexUnavailable):
    """The engine's certificate is not one that we may trust."""

    code = "search-untrusted"
    remedy = "Check ckanext.migration.search.ca_certs, the host in solr_url and the dates of the certificate."


class IndexMissing(IndexUnavailable):
    """The engine answers, but our index is not there (wiped, never made, alias lost)."""

    code = "search-index-missing"
    remedy = "Run `ckan migration search rebuild`; the search worker does it by itself."


class IndexAmbiguous(IndexUnavailable):
    """Our alias stands for several indices, so that every dataset would be found several times."""

    code = "search-index-ambiguous"
    remedy = "Run `ckan migration search rebuild`; the search worker does it by itself."


class IndexOutdated(IndexUnavailable):
    """The index was built by older software, so that it cannot answer what this software asks."""

    code = "search-index-outdated"
    remedy = "Run `ckan migration search rebuild`; the search worker does it by itself."


class QuerySyntaxError(SearchFault):
    """A query that is not in the grammar, or that asks for more than we allow."""

    code = "search-syntax"

    def __init__(self, message: str, *, position: int | None = None, detail: str = "") -> None:
        told = message if position is None else f"{message} (at character {position + 1})"
        super().__init__(told, detail=detail)
        self.position = position


class QueryNotAllowedError(QuerySyntaxError):
    """A query that can be understood and asks for more than we allow (threats SR-02, SR-03, SR-08, SR-10)."""

    code = "search-not-allowed"


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


class RequestTooLarge(SearchFault):
    """More bytes than the engine takes in one request (``http.max_content_length``)."""

    code = "search-too-large"
    remedy = "Raise http.max_content_length of the engine, or shorten the dataset."


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

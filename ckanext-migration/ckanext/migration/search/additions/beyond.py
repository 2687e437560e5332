"""What a search asks for and is told beyond Solr's parameters.

CKAN's search carries words, filters and facets in the form that Solr knows, and nothing else. What
goes further travels beside it: ``before_dataset_search`` opens an `Asked`, the connection lets each
addition shape the request and read the answer, ``after_dataset_search`` hands over what was told.

An addition is a module of this package with three functions (see `Addition`), named in `ADDITIONS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ckanext.migration.search.errors import ParameterError
from ckanext.migration.search.query.request import Request

Query = dict[str, Any]


@dataclass(slots=True)
class Asked:
    """One search of a caller.

    ``extras`` are the caller's ``ext_…`` parameters as they came (unchecked texts). ``filters`` are
    Elasticsearch clauses that additions add; they narrow counts and facets like any other filter.
    ``state`` keeps what an addition needs between its steps, ``told`` is what ``package_search``
    answers beside the datasets; both under the addition's own key.
    """

    language: str
    extras: Mapping[str, Any] = field(default_factory=dict)
    on_page: bool = False
    """Whether a page of CKAN asks, which shows what can be chosen further."""
    page: Sequence[tuple[str, str]] = ()
    """On a page of CKAN: the filters in its address, in their order."""
    filters: list[Query] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)

    def texts(self, parameter: str) -> list[str]:
        """Return the values of a parameter that may be given several times; raises ``ParameterError``."""
        given = self.extras.get(parameter) or ()
        values = list(given) if isinstance(given, list | tuple) else [given]
        if not all(isinstance(value, str) for value in values):
            raise ParameterError(parameter, "is not a text")
        return list(dict.fromkeys(text for value in values if (text := value.strip())))

    def text(self, parameter: str) -> str:
        """Return the one value of a parameter, or an empty text; raises ``ParameterError``."""
        values = self.texts(parameter)
        if len(values) > 1:
            raise ParameterError(parameter, "was given more than once")
        return values[0] if values else ""


class Addition(Protocol):
    """The three steps of an addition; each may do nothing."""

    def read(self, asked: Asked, params: dict[str, Any]) -> None:
        """Read the extras; ``params`` are CKAN's search parameters and may be changed.

        Raises ``QuerySyntaxError`` for a value that cannot be understood.
        """

    def shape(self, asked: Asked, request: Request, body: dict[str, Any]) -> None:
        """Change the body of the request to the engine. Never take a filter out of it."""

    def tell(self, asked: Asked, request: Request, answer: dict[str, Any]) -> None:
        """Read the engine's answer."""


class Carrier(str):
    """A filter that every dataset meets, and that takes the `Asked` through CKAN's search.

    Bound to this one query, it cannot be mistaken for that of a search which failed halfway, nor reach
    a search that CKAN makes by itself in between.
    """

    __slots__ = ("asked",)
    asked: Asked


def start(additions: Iterable[Addition], asked: Asked, params: dict[str, Any]) -> None:
    """Begin a search: every addition reads what is meant for it."""
    for addition in additions:
        addition.read(asked, params)
    carrier = Carrier("+entity_type:package")
    carrier.asked = asked
    params["fq_list"] = [*(params.get("fq_list") or ()), carrier]


def of(params: Mapping[str, Any]) -> Asked | None:
    """Return what these parameters carry; None where CKAN asks for itself."""
    filters = [*_listed(params.get("fq_list")), *_listed(params.get("fq"))]
    return next((each.asked for each in filters if isinstance(each, Carrier)), None)


def _listed(value: Any) -> list[Any] | tuple[Any, ...]:
    return value if isinstance(value, list | tuple) else ()

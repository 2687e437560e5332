"""The process that reads untrusted RDF. Started by `parsing`, never imported by it.

It limits itself before it looks at the first byte, has no use for files or the network, and may be
killed at any time. Input on stdin, triples on stdout, a refusal as one JSON line on stderr. Each line of
output is a JSON list of many triples: reading one JSON text a triple took a tenth of a harvest's listing.
pyoxigraph streams and never keeps a store, because its store rewrites literals ("01" becomes "1").
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any, NoReturn

REFUSED = 3
A_LINE = 500
"""Triples of one line."""


def main(syntax: str, base: str, seconds: int, memory: int, triples: int) -> None:
    """Read one document within limits."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    import pyoxigraph  # noqa: PLC0415 - loading the library needs no limits of memory

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    data = sys.stdin.buffer.read()
    formats = {
        "ttl": pyoxigraph.RdfFormat.TURTLE,
        "xml": pyoxigraph.RdfFormat.RDF_XML,
        "jsonld": pyoxigraph.RdfFormat.JSON_LD,
        "nt": pyoxigraph.RdfFormat.N_TRIPLES,
    }
    if syntax == "jsonld":
        _refuse_contexts(data)
    try:
        quads = pyoxigraph.parse(data, formats[syntax], base_iri=base, lenient=True)
        _write(quads, triples)
    except SyntaxError as exc:
        _refuse("unreadable", str(exc.msg), line=exc.lineno)
    except (ValueError, OSError) as exc:
        _refuse("unreadable", str(exc))
    sys.stdout.flush()


def _write(quads: Any, limit: int) -> None:
    lines: list[Any] = []
    for number, quad in enumerate(quads):
        if number >= limit:
            _refuse("limit", f"more than {limit} triples")
        lines.append([_term(quad.subject), _term(quad.predicate), _term(quad.object)])
        if len(lines) == A_LINE:
            sys.stdout.write(json.dumps(lines, separators=(",", ":")) + "\n")
            lines = []
    sys.stdout.write(json.dumps(lines, separators=(",", ":")) + "\n")


def _term(term: Any) -> str | list[str | None]:
    """Put an IRI as a text, a blank node as one text in a list, a literal as three."""
    kind = type(term).__name__
    if kind == "NamedNode":
        return str(term.value)
    if kind == "BlankNode":
        return [term.value]
    if kind != "Literal":
        _refuse("unreadable", "a statement about a statement (RDF 1.2) is not accepted")
    return [term.value, term.language, None if term.language else term.datatype.value]


def _refuse_contexts(data: bytes) -> None:
    """Refuse every context that is a reference; nothing is ever fetched, from the network or from disk."""
    try:
        document = json.loads(data)
    except RecursionError:
        _refuse("limit", "nested too deeply")
    except ValueError as exc:
        _refuse("unreadable", f"not JSON: {exc}", line=getattr(exc, "lineno", None))
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            for key, value in node.items():
                if key == "@import" or (key == "@context" and _reference(value) is not None):
                    _refuse("remote-context", str(value if key == "@import" else _reference(value)))
                if isinstance(value, dict | list):
                    waiting.append(value)


def _reference(context: Any) -> str | None:
    """Return the address that a context refers to, if it does."""
    entries = context if isinstance(context, list) else [context]
    return next((entry for entry in entries if isinstance(entry, str)), None)


def _refuse(code: str, detail: str, line: int | None = None) -> NoReturn:
    sys.stderr.write(json.dumps({"code": code, "detail": detail[:500], "line": line}))
    sys.stderr.flush()
    sys.exit(REFUSED)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *(int(limit) for limit in sys.argv[3:6]))

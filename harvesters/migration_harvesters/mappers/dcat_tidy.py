"""Brings the DCAT of other portals into the form that the binder reads.

They write older terms, nodes where texts belong, texts where nodes belong, and code lists of other
authorities. Works on the graph of one dataset and adds to it; what is put in another place is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rdflib import DC, DCTERMS, OWL, BNode, Graph, Literal, URIRef
from rdflib.term import Node

import migration_vocabularies
from migration_harvesters import licences, partner_terms, text
from migration_harvesters.mappers.dcat_terms import ELSEWHERE, ENDS, MAILS, MOMENTS, NAMES, PAGES, STARTS
from migration_harvesters.mapping import Notebook
from migration_schemas.namespaces import DCAT, FOAF, RDFS, SKOS, VCARD


class Tidying:
    """One dataset's graph, put in order."""

    def __init__(self, graph: Graph, subject: Node, notebook: Notebook) -> None:
        self._graph = graph
        self._subject = subject
        self._notebook = notebook

    def run(self, language: str) -> None:
        """Do all of it; `language` is that of texts without a tag, if the administrator knows it."""
        files = [
            node
            for node in self._graph.objects(self._subject, DCAT.distribution)
            if not isinstance(node, Literal)
        ]
        for node in (self._subject, *files):
            self._old_terms(node)
        self._agents()
        self._contacts()
        self._periods()
        self._dates(self._subject, (DCTERMS.issued, DCTERMS.modified))
        self._licences(files)
        self._concepts(self._subject, DCTERMS.language, "language", tail=True)
        self._concepts(self._subject, DCTERMS.accrualPeriodicity, "frequency", tail=True)
        self._concepts(self._subject, DCTERMS.spatial, "country")
        self._concepts(self._subject, DCTERMS.accessRights, "access-right")
        for node in files:
            self._concepts(node, DCTERMS.language, "language", tail=True)
            self._formats(node)
            self._addresses(node)
        self._themes()
        if language:
            self._tag(language)

    def _old_terms(self, node: Node) -> None:
        """Read the terms of Dublin Core's first namespace, and the places where a missing value may stand."""
        for verb, value in list(self._graph.predicate_objects(node)):
            if str(verb).startswith(str(DC)):
                newer = URIRef(f"{DCTERMS}{str(verb).removeprefix(str(DC))}")
                if (node, newer, None) not in self._graph:
                    self._graph.add((node, newer, value))
        for verb, others in ELSEWHERE.items():
            if any(self._says(value) for value in self._graph.objects(node, verb)) and verb != DCAT.keyword:
                continue
            found = next(
                ([*values] for other in others if (values := list(self._graph.objects(node, other)))), []
            )
            for value in found:
                self._graph.add((node, verb, value))

    # Agents

    def _agents(self) -> None:
        for node in list(self._graph.objects(self._subject, DCTERMS.publisher)):
            if isinstance(node, Literal) or (node, FOAF.name, None) in self._graph:
                continue
            if name := self._name(node):
                self._graph.add((node, FOAF.name, name))

    def _contacts(self) -> None:
        """Read the contacts, vcards in many forms; without any, the publisher's mailbox answers."""
        nodes = list(self._graph.objects(self._subject, DCAT.contactPoint))
        if not nodes:
            agents = self._graph.objects(self._subject, DCTERMS.publisher)
            nodes = [node for node in agents if any((node, verb, None) in self._graph for verb in MAILS)][:1]
        self._graph.remove((self._subject, DCAT.contactPoint, None))
        for node in nodes:
            contact = BNode()
            name, mail, page = self._name(node), self._mail(node), self._page(node)
            if name or mail or page:
                self._graph.add((self._subject, DCAT.contactPoint, contact))
                self._say(contact, VCARD.fn, name)
                self._say(contact, VCARD.hasEmail, mail)
                self._say(contact, VCARD.hasURL, page)

    def _name(self, node: Node) -> Literal | None:
        if isinstance(node, Literal):
            return None if "@" in node else node
        found = [name for verb in NAMES for name in self._sorted(node, verb) if isinstance(name, Literal)]
        return next((name for name in found if text.line(str(name))), None)

    def _mail(self, node: Node) -> Literal | None:
        said = [node, *(value for verb in MAILS for value in self._values(node, verb))]
        mails = (str(value).strip().removeprefix("mailto:").removeprefix("MAILTO:") for value in said)
        return next(
            (Literal(mail) for mail in mails if "@" in mail and "/" not in mail and " " not in mail), None
        )

    def _page(self, node: Node) -> Literal | None:
        said = [node, *(value for verb in PAGES for value in self._values(node, verb))]
        return next(
            (Literal(str(value)) for value in said if str(value).startswith(("http://", "https://"))), None
        )

    def _values(self, node: Node, verb: URIRef) -> Iterator[Node]:
        """Values of a property, also where vcard puts a node with a value in between."""
        for value in self._sorted(node, verb):
            inner = self._sorted(value, VCARD.hasValue) if not isinstance(value, Literal) else []
            yield from inner or [value]

    # Time

    def _periods(self) -> None:
        for node in list(self._graph.objects(self._subject, DCTERMS.temporal)):
            if isinstance(node, Literal):
                ends = text.period(str(node))
            else:
                said = {"start": self._moment(node, STARTS), "end": self._moment(node, ENDS)}
                ends = {name: moment for name, moment in said.items() if moment} or text.period(
                    self._name(node)
                )
            if not ends:
                words = "" if isinstance(node, BNode) else node
                self._notebook.left_out("temporal_coverage", self._name(node) or words, "not a period")
            self._graph.remove((self._subject, DCTERMS.temporal, node))
            if ends:
                period = BNode()
                self._graph.add((self._subject, DCTERMS.temporal, period))
                self._say(period, DCAT.startDate, ends.get("start"))
                self._say(period, DCAT.endDate, ends.get("end"))

    def _moment(self, node: Node, verbs: Iterable[URIRef]) -> str:
        """Find one end of a period; if it is no date, it stays as it is, and the report names it."""
        said: list[str] = []
        for verb in verbs:
            for value in self._sorted(node, verb):
                moments = [moment for inner in MOMENTS for moment in self._sorted(value, inner)]
                if moments or isinstance(value, Literal):
                    said.append(text.cleaned(str(moments[0] if moments else value)))
        read = (day for words in said if (day := text.day(words)))
        return next(read, next((words for words in said if words not in text.OPEN), ""))

    def _dates(self, node: Node, verbs: Iterable[URIRef]) -> None:
        for verb in verbs:
            for value in list(self._graph.objects(node, verb)):
                day = text.day(str(value))
                if day and day != str(value):
                    self._graph.remove((node, verb, value))
                    self._graph.add((node, verb, Literal(day)))

    # Code lists

    def _concepts(self, node: Node, verb: URIRef, vocabulary: str, *, tail: bool = False) -> None:
        """Replace what is no concept of ours by the concept that it names."""
        for value in list(self._graph.objects(node, verb)):
            iri = self._concept(value, vocabulary, verb, tail=tail)
            if iri is not None and iri != value:
                self._graph.remove((node, verb, value))
                self._graph.add((node, verb, iri))

    def _concept(self, value: Node, vocabulary: str, verb: URIRef, *, tail: bool) -> URIRef | None:
        known = migration_vocabularies.get(vocabulary)
        name = verb.rpartition("/")[2]
        said = list(self._words(value, tail=tail))
        for words in said:
            by_iri = known.by_iri(words)
            if by_iri is not None:
                return URIRef(by_iri.iri)
            if known.match(words) or partner_terms.current().decision(vocabulary, words)[0]:
                code = self._notebook.concept(name, vocabulary, words)
                concept = known.get(code) if code else None
                return URIRef(concept.iri) if concept else None
        named = [words for words in said if "://" not in words] or said
        if named:
            self._notebook.unknown(name, vocabulary, named[0])
        return None

    def _words(self, value: Node, *, tail: bool) -> Iterator[str]:
        """List what a value may be called: itself, what it is the same as, its names, its address's end."""
        if not isinstance(value, BNode):
            yield str(value).strip()
        if not isinstance(value, Literal):
            yield from (
                str(same) for verb in (OWL.sameAs, SKOS.exactMatch) for same in self._sorted(value, verb)
            )
            yield from (
                str(name) for verb in NAMES for name in self._sorted(value, verb) if isinstance(name, Literal)
            )
        if tail:
            yield (
                text.language(str(value))
                if len(str(value)) < 12
                else str(value).rstrip("/").rpartition("/")[2]
            )

    def _licences(self, files: Iterable[Node]) -> None:
        """Give each file its own licence or that of the dataset; terms in no list are the publisher's own."""
        of_all = [
            value for verb in (DCTERMS.license, DCTERMS.rights) for value in self._sorted(self._subject, verb)
        ]
        for node in files:
            said = self._sorted(node, DCTERMS.license) or of_all
            words = [name for value in said for name in self._words(value, tail=False)]
            self._graph.remove((node, DCTERMS.license, None))
            if words:
                self._graph.add((node, DCTERMS.license, URIRef(self._licence(words))))

    def _licence(self, words: Sequence[str]) -> str:
        for name in words:
            found = licences.find(name)
            if found:
                if found[1]:
                    self._notebook.assumed("license", name, found[0].code, found[1])
                return found[0].iri
        own = licences.own_terms()
        if own.iri not in words:
            self._notebook.assumed("license", " / ".join(words), own.code, "terms that are in no list")
        return own.iri

    def _formats(self, node: Node) -> None:
        """Find the file type in any of the places where it may stand."""
        said = [value for verb in (DCTERMS.format, DCAT.mediaType) for value in self._sorted(node, verb)]
        iri = next(
            (found for one in said if (found := self._concept(one, "file-type", DCTERMS.format, tail=True))),
            None,
        )
        if iri is not None:
            self._graph.remove((node, DCTERMS.format, None))
            self._graph.add((node, DCTERMS.format, iri))

    def _addresses(self, node: Node) -> None:
        if (node, DCAT.accessURL, None) not in self._graph:
            for value in list(self._graph.objects(node, DCAT.downloadURL)):
                self._graph.add((node, DCAT.accessURL, value))

    def _themes(self) -> None:
        """Keep the words of subjects that are not ours as keywords, so that they can still be searched."""
        known = migration_vocabularies.get("migration-theme")
        for verb in (DCAT.theme, DCAT.keyword):
            for value in list(self._graph.objects(self._subject, verb)):
                names: list[Node]
                if isinstance(value, Literal) or known.by_iri(str(value)):
                    names = [value] if isinstance(value, Literal) and verb == DCAT.theme else []
                else:
                    names = [
                        name for inner in (SKOS.prefLabel, RDFS.label) for name in self._sorted(value, inner)
                    ]
                    if verb == DCAT.keyword:
                        self._graph.remove((self._subject, verb, value))
                for name in names:
                    self._graph.add((self._subject, DCAT.keyword, name))

    def _tag(self, language: str) -> None:
        for verb in (DCTERMS.title, DCTERMS.description, DCAT.keyword):
            for value in list(self._graph.objects(self._subject, verb)):
                if isinstance(value, Literal) and not value.language:
                    self._graph.remove((self._subject, verb, value))
                    self._graph.add((self._subject, verb, Literal(str(value), lang=language)))

    # Small change

    def _says(self, value: Node) -> bool:
        return bool(str(value).strip()) if isinstance(value, Literal) else True

    def _sorted(self, node: Node, verb: URIRef) -> list[Node]:
        return sorted(self._graph.objects(node, verb), key=str)

    def _say(self, node: Node, verb: URIRef, value: Literal | str | None) -> None:
        if value:
            self._graph.add((node, verb, value if isinstance(value, Literal) else Literal(value)))

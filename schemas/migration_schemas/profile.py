"""The profile as a whole: which version of it this is, and what each version changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rdflib import OWL, Graph, Literal, URIRef

from migration_vocabularies import iris

from .errors import SchemaError
from .namespaces import DCAT, DCT, PREFIXES


@dataclass(frozen=True, slots=True)
class Version:
    """One entry of the change log of the profile; notes by language."""

    number: str
    issued: str
    notes: dict[str, str]


@cache
def graph() -> Graph:
    """Return `profile.ttl`: the terms that the profile adds, its version and its change log."""
    text = (files(__package__) / "profile.ttl").read_text("utf-8")
    return Graph().parse(data=text, format="turtle", publicID=iris.BASE)


@cache
def profile_version() -> str:
    """Return the version of the profile that records are checked against, as `profile.ttl` declares it."""
    versions = list(graph().objects(None, OWL.versionInfo))
    if len(versions) != 1:
        raise SchemaError("profile.ttl declares no version of the profile, or several.")
    return str(versions[0])


def profile_iri() -> URIRef:
    """Return the address of this version of the profile."""
    return URIRef(f"{iris.BASE}ns/{profile_version()}")


@cache
def versions() -> tuple[Version, ...]:
    """Return the change log of the profile, the latest version first."""
    found = [
        Version(
            number=str(number),
            issued=str(graph().value(node, DCT.issued)),
            notes={
                str(note.language): str(note)
                for note in graph().objects(node, PREFIXES["adms"].versionNotes)
                if isinstance(note, Literal) and note.language
            },
        )
        for node, number in graph().subject_objects(DCAT.version)
    ]
    return tuple(sorted(found, key=lambda one: [int(part) for part in one.number.split(".")], reverse=True))

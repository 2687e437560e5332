"""ckanext-dcat's door to our one RDF writer (docs/decisions/0003)."""

from __future__ import annotations

import logging
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.dcat.profiles import RDFProfile
from rdflib import Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, XSD

from ckanext.migration import shared
from ckanext.migration.logic import visibility
from ckanext.migration.logic.derived import identifier
from migration_schemas import profile, rdf, shapes
from migration_schemas.kinds import DATASET

log = logging.getLogger(__name__)


class MigrationProfile(RDFProfile):
    """Write packages as MigDCAT-AP; only what the public may see (profile §3.8)."""

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        """Add one dataset; what cannot be written as RDF is left out and listed by the writer (EX-05)."""
        record, subject = shared.published(dataset_dict), str(dataset_ref)
        if record.kind != DATASET and dataset_dict.get("id"):
            # ckanext-dcat calls everything a dataset
            subject = identifier(str(dataset_dict["id"]), record.kind)
        written = rdf.write(record, subject=subject, visibility="public")
        for prefix, namespace in written.namespaces():
            self.g.bind(prefix, namespace)
        for triple in written:
            self.g.add(triple)
        if _meets_the_profile(dataset_dict):
            self._conformance(URIRef(subject), str(dataset_dict.get("metadata_modified") or ""))

    def _conformance(self, dataset_ref: URIRef, changed: str) -> None:
        """Say that the whole record meets the profile, also what the public does not see of it (0022)."""
        record = URIRef(f"{dataset_ref}#record")
        self.g.add((record, RDF.type, DCAT.CatalogRecord))
        self.g.add((record, FOAF.primaryTopic, dataset_ref))
        self.g.add((record, DCTERMS.conformsTo, profile.profile_iri()))
        if changed:
            self.g.add((record, DCTERMS.modified, Literal(changed, datatype=XSD.dateTime)))

    def graph_from_catalog(self, catalog_dict: dict[str, Any] | None, catalog_ref: URIRef) -> None:
        """Add the catalogue itself."""
        site = str(tk.config.get("ckan.site_url") or "")
        title = str(tk.config.get("ckan.site_title") or "")
        description = str(tk.config.get("ckan.site_description") or "") or title
        language = str(tk.config.get("ckan.locale_default") or "en")[:2]
        for prefix, namespace in (("dcat", DCAT), ("dct", DCTERMS), ("foaf", FOAF)):
            self.g.bind(prefix, namespace)
        self.g.add((catalog_ref, RDF.type, DCAT.Catalog))
        self.g.add((catalog_ref, DCTERMS.title, Literal(title, lang=language)))
        self.g.add((catalog_ref, DCTERMS.description, Literal(description, lang=language)))
        if site.startswith(("http://", "https://")):
            self.g.add((catalog_ref, FOAF.homepage, URIRef(site)))


def _meets_the_profile(package: dict[str, Any]) -> bool:
    """Say whether the whole record has no violation; the caller may have only what the public sees of it."""
    report = shared.report(package)
    unseen = {str(shape) for shape in shapes.unseen()}
    if report.conforms or any(finding.shape not in unseen for finding in report.violations):
        return report.conforms
    return shared.report(visibility.whole(str(package["id"]))).conforms

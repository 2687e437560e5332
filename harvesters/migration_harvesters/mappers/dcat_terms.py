"""Where other portals put what the profile keeps in one place each."""

from __future__ import annotations

from rdflib import DCTERMS, FOAF, RDF, RDFS, SDO, SKOS, TIME, Namespace, URIRef

from migration_schemas.namespaces import DCAT, VCARD

ADMS = Namespace("http://www.w3.org/ns/adms#")
LOCN = Namespace("http://www.w3.org/ns/locn#")
SCHEMA = Namespace("http://schema.org/")
DCATDE = Namespace("http://dcat-ap.de/def/dcatde/")

NAMES = (
    FOAF.name, VCARD.fn, VCARD["organization-name"], SCHEMA.name, SDO.name, SKOS.prefLabel, RDFS.label,
    DCTERMS.title, LOCN.geographicName, RDF.value, SKOS.notation, DCTERMS.identifier,
)  # fmt: skip
ELSEWHERE = {
    DCTERMS.title: (RDFS.label, SKOS.prefLabel, SCHEMA.name),
    DCTERMS.description: (DCTERMS.abstract, RDFS.comment, SCHEMA.description),
    DCTERMS.publisher: (DCTERMS.creator, DCATDE.maintainer, DCATDE.originator),
    DCTERMS.modified: (URIRef(f"{DCTERMS}updated"),),
    DCTERMS.issued: (DCTERMS.created, DCTERMS.date),
    DCAT.landingPage: (FOAF.homepage,),
    DCAT.contactPoint: (ADMS.contactPoint,),
    DCAT.keyword: (DCTERMS.subject,),
}
STARTS = (DCAT.startDate, SCHEMA.startDate, SDO.startDate, TIME.hasBeginning)
ENDS = (DCAT.endDate, SCHEMA.endDate, SDO.endDate, TIME.hasEnd)
MOMENTS = (TIME.inXSDDate, TIME.inXSDDateTime, TIME.inXSDDateTimeStamp, TIME.inXSDgYear, TIME.inXSDgYearMonth)
MAILS = (VCARD.hasEmail, VCARD.email, FOAF.mbox, SCHEMA.email, SDO.email)
PAGES = (VCARD.hasURL, VCARD.url, FOAF.page, FOAF.homepage, FOAF.workplaceHomepage)

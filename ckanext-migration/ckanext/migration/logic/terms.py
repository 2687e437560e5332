"""Actions for the code lists: which there are, what a term means, which term a word could mean."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

import migration_vocabularies as vocabularies
from ckanext.migration.logic.publishing import language
from migration_vocabularies import Concept, Vocabulary
from migration_vocabularies.matching import Match

__all__ = [
    "migration_concept_match",
    "migration_concept_show",
    "migration_vocabulary_list",
    "migration_vocabulary_show",
]


@tk.side_effect_free
def migration_vocabulary_list(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """List the code lists of this registry.

    :param lang: language of titles, two letters (default: the caller's)
    :returns: of each its ``name``, ``iri``, ``title``, ``version``, ``source``, ``note`` (what still needs a
        review), ``shipped``, ``languages`` in which every term has a label, and the counts ``concepts`` and
        ``deprecated``
    """
    tk.check_access("migration_vocabulary_list", context, data_dict)
    return [_scheme(vocabularies.get(name), _language(data_dict)) for name in vocabularies.names()]


@tk.side_effect_free
def migration_vocabulary_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Show one code list with all its terms, in the order of the list.

    :param id: the name of the list, for example ``migration-theme``
    :param lang: language of labels, two letters (default: the caller's)
    :returns: as for ``migration_vocabulary_list``, and ``terms``, each as for ``migration_concept_show``
    """
    tk.check_access("migration_vocabulary_show", context, data_dict)
    lang = _language(data_dict)
    found = _vocabulary(tk.get_or_bust(data_dict, "id"))
    return {**_scheme(found, lang), "terms": [_concept(found, each, lang) for each in found]}


@tk.side_effect_free
def migration_concept_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Show one term.

    :param vocabulary: the name of its list
    :param code: its code
    :param lang: language of labels, two letters (default: the caller's)
    :returns: ``code``, ``iri``, ``label``, ``definition``, ``labels``, ``definitions`` and ``alt_labels`` by
        language, ``notations``, ``same_as``, ``broader`` and ``narrower`` (pairs of ``code`` and ``label``),
        ``deprecated`` and ``replaced_by``
    """
    tk.check_access("migration_concept_show", context, data_dict)
    name, code = tk.get_or_bust(data_dict, ["vocabulary", "code"])
    found = _vocabulary(name)
    concept = found.get(str(code))
    if concept is None:
        raise tk.ObjectNotFound(tk._("There is no such term"))
    return _concept(found, concept, _language(data_dict))


@tk.side_effect_free
def migration_concept_match(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Tell which term a word, a code or an IRI means, and how sure that is; nothing is guessed.

    :param vocabulary: the name of the list to look in
    :param text: what a partner wrote: a label in any language, a code (ISO, M49, SDMX …) or an IRI
    :param text_lang: the language of the text, where it is known
    :param lang: language of labels, two letters (default: the caller's)
    :returns: ``match``, an object or None, and ``candidates``, all that could be meant, the surest first;
        each with ``code``, ``iri``, ``label``, ``confidence`` (0 to 1) and ``how``
    """
    tk.check_access("migration_concept_match", context, data_dict)
    name, text = tk.get_or_bust(data_dict, ["vocabulary", "text"])
    found, lang = _vocabulary(name), _language(data_dict)
    match = found.match(str(text), str(data_dict["text_lang"]) if data_dict.get("text_lang") else None)
    return {
        "match": _match(match, lang) if match else None,
        "candidates": [_match(each, lang) for each in found.candidates(str(text))],
    }


def _language(data_dict: dict[str, Any]) -> str:
    return str(data_dict.get("lang") or language())[:2]


def _vocabulary(name: Any) -> Vocabulary:
    try:
        return vocabularies.get(str(name))
    except vocabularies.UnknownVocabularyError:
        raise tk.ObjectNotFound(tk._("There is no such code list")) from None


def _scheme(found: Vocabulary, lang: str) -> dict[str, Any]:
    return {
        "name": found.name,
        "iri": found.iri,
        "title": found.title(lang),
        "version": found.version,
        "source": found.source,
        "note": found.note,
        "shipped": vocabularies.shipped(found.name),
        "languages": list(found.languages),
        "concepts": len(found),
        "deprecated": sum(concept.deprecated for concept in found),
    }


def _concept(found: Vocabulary, concept: Concept, lang: str) -> dict[str, Any]:
    return {
        "code": concept.code,
        "iri": concept.iri,
        "label": concept.label(lang),
        "definition": concept.definition(lang),
        "labels": dict(concept.labels),
        "definitions": dict(concept.definitions),
        "alt_labels": {tag: list(labels) for tag, labels in concept.alt_labels.items()},
        "notations": list(concept.notations),
        "same_as": list(concept.same_as),
        "broader": [{"code": code, "label": found.label(code, lang)} for code in concept.broader],
        "narrower": [{"code": each.code, "label": each.label(lang)} for each in found.narrower(concept.code)],
        "deprecated": concept.deprecated,
        "replaced_by": concept.replaced_by,
    }


def _match(match: Match, lang: str) -> dict[str, Any]:
    return {
        "code": match.concept.code,
        "iri": match.concept.iri,
        "label": match.concept.label(lang),
        "confidence": match.confidence,
        "how": match.how,
    }

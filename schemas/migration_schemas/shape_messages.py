"""What the derived shapes say when a value is missing or wrong, in English and French.

A message names the field as the form does and says what is expected, so that it can be shown
under the field as it is.
"""

from __future__ import annotations

from migration_vocabularies import get

from .fields import Field

LANGUAGES = ("en", "fr")


def missing(field: Field, parent: Field | None) -> dict[str, str]:
    """Say that a field is not filled in."""
    if field.level == "mandatory":
        texts = {"en": "{label}: this is missing.", "fr": "{label} : cette information manque."}
    else:
        texts = {
            "en": "{label}: recommended, but not given.",
            "fr": "{label} : information recommandée, mais absente.",
        }
    return _filled(texts, field, parent)


def wrong(field: Field, parent: Field | None) -> dict[str, str]:
    """Say what a right value looks like."""
    return _filled(_wrong(field), field, parent)


def _wrong(field: Field) -> dict[str, str]:
    kind = field.rdf_value
    if field.vocabulary:
        title = {lang: get(field.vocabulary).title(lang) for lang in LANGUAGES}
        if field.multiple:
            return {
                "en": f"{{label}}: only values from the list “{title['en']}” are accepted.",
                "fr": f"{{label}} : seules les valeurs de la liste « {title['fr']} » sont acceptées.",
            }
        return {
            "en": f"{{label}}: choose one value from the list “{title['en']}”.",
            "fr": f"{{label}} : choisissez une valeur de la liste « {title['fr']} ».",
        }
    if kind == "translated":
        length = {"en": "", "fr": ""}
        if field.min_length:
            length = {
                "en": f" of at least {field.min_length} characters",
                "fr": f" d’au moins {field.min_length} caractères",
            }
        return {
            "en": f"{{label}}: one text{length['en']} for each language.",
            "fr": f"{{label}} : un seul texte{length['fr']} par langue.",
        }
    if kind == "date":
        return {
            "en": "{label}: one date such as 2024, 2024-03 or 2024-03-31.",
            "fr": "{label} : une seule date, par exemple 2024, 2024-03 ou 2024-03-31.",
        }
    if kind == "integer":
        return {
            "en": f"{{label}}: one whole number from {field.minimum} to {field.maximum}.",
            "fr": f"{{label}} : un seul nombre entier de {field.minimum} à {field.maximum}.",
        }
    return FIXED["iri" if kind == "self" else kind]


FIXED = {
    "size": {
        "en": "{label}: one whole number of bytes, 0 or more.",
        "fr": "{label} : un seul nombre entier d’octets, 0 ou plus.",
    },
    "email": {
        "en": "{label}: one e-mail address such as data@example.org (in RDF with mailto:).",
        "fr": "{label} : une seule adresse électronique, donnees@example.org (en RDF avec mailto:).",
    },
    "iri": {
        "en": "{label}: a complete web address such as https://example.org/data.",
        "fr": "{label} : une adresse web complète, par exemple https://example.org/donnees.",
    },
    "media_type": {
        "en": "{label}: one media type such as text/csv.",
        "fr": "{label} : un seul type de média, par exemple text/csv.",
    },
    "node": {
        "en": "{label}: give its parts (see the field’s description), not a text.",
        "fr": "{label} : indiquez ses éléments (voir la description du champ), pas un texte.",
    },
    "text": {"en": "{label}: a text is expected.", "fr": "{label} : un texte est attendu."},
    "translated_list": {
        "en": "{label}: words are expected, not addresses.",
        "fr": "{label} : des mots sont attendus, pas des adresses.",
    },
}


def _filled(texts: dict[str, str], field: Field, parent: Field | None) -> dict[str, str]:
    filled = {}
    for lang in LANGUAGES:
        label = field.label(lang)
        if parent is not None:
            label = f"{parent.label(lang)}, {label[:1].lower()}{label[1:]}"
        filled[lang] = texts[lang].replace("{label}", label)
    return filled

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
        elif field.max_length:
            length = {
                "en": f" of at most {field.max_length} characters",
                "fr": f" d’au plus {field.max_length} caractères",
            }
        return {
            "en": f"{{label}}: one text{length['en']} for each language.",
            "fr": f"{{label}} : un seul texte{length['fr']} par langue.",
        }
    if kind in {"integer", "decimal"} and field.minimum is not None and field.maximum is not None:
        if kind == "decimal":
            return {
                "en": f"{{label}}: one number from {field.minimum} to {field.maximum}.",
                "fr": f"{{label}} : un seul nombre de {field.minimum} à {field.maximum}.",
            }
        return {
            "en": f"{{label}}: one whole number from {field.minimum} to {field.maximum}.",
            "fr": f"{{label}} : un seul nombre entier de {field.minimum} à {field.maximum}.",
        }
    return FIXED["iri" if kind == "self" else kind]


FIXED = {
    "date": {
        "en": "{label}: one date such as 2024, 2024-03 or 2024-03-31.",
        "fr": "{label} : une seule date, par exemple 2024, 2024-03 ou 2024-03-31.",
    },
    "size": {
        "en": "{label}: one whole number of bytes, 0 or more.",
        "fr": "{label} : un seul nombre entier d’octets, 0 ou plus.",
    },
    "count": {
        "en": "{label}: one whole number, 0 or more.",
        "fr": "{label} : un seul nombre entier, 0 ou plus.",
    },
    "decimal": {
        "en": "{label}: one number such as 12 or 0.5.",
        "fr": "{label} : un seul nombre, par exemple 12 ou 0.5.",
    },
    "duration": {
        "en": "{label}: one duration such as P3M (three months), P1Y (one year) or P0D (none).",
        "fr": "{label} : une seule durée, par exemple P3M (trois mois), P1Y (un an) ou P0D (aucune).",
    },
    "hex": {
        "en": "{label}: one checksum, written with the digits 0-9 and the letters a-f.",
        "fr": "{label} : une seule somme de contrôle, écrite avec les chiffres 0-9 et les lettres a-f.",
    },
    "box": {
        "en": "{label}: west, south, east and north in degrees, for example 21.8 8.6 38.6 22.2.",
        "fr": "{label} : ouest, sud, est et nord en degrés, par exemple 21.8 8.6 38.6 22.2.",
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

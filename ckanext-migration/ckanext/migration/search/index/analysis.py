"""How words are cut and folded: CKAN's Solr analysers, and one analyser a language.

No analyser drops stop words: the minimum-match rule counts every word of a query, so a word that
could never match would hide everything (search-contract §5.4).
"""

from __future__ import annotations

from typing import Any

OWN = {
    "arabic": "text_ar",
    "english": "text_en",
    "spanish": "text_es",
    "french": "text_fr",
    "russian": "text_ru",
    "cjk": "text_zh",
    "standard": "text_other",
}
"""The engine's analyser of a language, and ours in its place."""
_DELIMITER = {
    "type": "word_delimiter_graph",
    "generate_word_parts": True,
    "generate_number_parts": True,
    "split_on_numerics": True,
    "stem_english_possessive": True,
    "preserve_original": False,
    "catenate_all": False,
}


def _delimiter(*, join: bool, split_case: bool) -> dict[str, Any]:
    return {
        **_DELIMITER,
        "catenate_words": join,
        "catenate_numbers": join,
        "split_on_case_change": split_case,
    }


def _custom(tokenizer: str, *filters: str, **more: Any) -> dict[str, Any]:
    return {"type": "custom", "tokenizer": tokenizer, "filter": list(filters), **more}


def _unstemmed(*filters: str) -> dict[str, Any]:
    return _custom("standard", *filters, char_filter=["russian_yo"])


LONGEST_BEGINNING = 20
"""Letters of a word that a reader may have typed when it is suggested; what follows is not compared."""
_BEGINNINGS = ("elision_french", "lowercase", "decimal_digit", "arabic_normalization", "asciifolding")
_FILTERS = {
    "text_index_words": _delimiter(join=True, split_case=True),
    "text_query_words": _delimiter(join=False, split_case=True),
    "general_index_words": _delimiter(join=True, split_case=False),
    "general_query_words": _delimiter(join=False, split_case=False),
    "stem_english": {"type": "snowball", "language": "English"},
    "stem_arabic": {"type": "stemmer", "language": "arabic"},
    "stem_light_english": {"type": "stemmer", "language": "english"},
    "stem_spanish": {"type": "stemmer", "language": "light_spanish"},
    "stem_french": {"type": "stemmer", "language": "light_french"},
    "stem_russian": {"type": "stemmer", "language": "russian"},
    "with_and_without_article": {
        "type": "pattern_capture",
        "preserve_original": True,
        "patterns": ["^(?:\u0648?\u0627\u0644|\u0644\u0644)([\u0621-\u064a]{2,})"],
    },
    "beginnings": {"type": "edge_ngram", "min_gram": 1, "max_gram": LONGEST_BEGINNING},
    "longest_beginning": {"type": "truncate", "length": LONGEST_BEGINNING},
    "worth_spelling": {"type": "length", "min": 3, "max": 40},
    "elision_french": {
        "type": "elision",
        "articles_case": True,
        "articles": ["l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "quoiqu", "lorsqu", "puisqu"],
    },
}
_ANALYZERS = {
    "text_index": _custom(
        "whitespace", "text_index_words", "flatten_graph", "lowercase", "stem_english", "asciifolding"
    ),
    "text_query": _custom("whitespace", "text_query_words", "lowercase", "stem_english", "asciifolding"),
    "general_index": _custom("whitespace", "general_index_words", "flatten_graph", "lowercase"),
    "general_query": _custom("whitespace", "general_query_words", "lowercase"),
    "ngram_index": _custom("ngram_2_10", "lowercase"),
    "ngram_query": _custom("whitespace", "lowercase"),
    "text_ar": _custom("standard", "lowercase", "decimal_digit", "arabic_normalization", "stem_arabic"),
    "text_en": _custom("standard", "lowercase", "asciifolding", "stem_light_english"),
    "text_es": _custom("standard", "lowercase", "stem_spanish", "asciifolding"),
    "text_fr": _custom("standard", "elision_french", "lowercase", "stem_french", "asciifolding"),
    "text_ru": _custom("standard", "lowercase", "stem_russian", "asciifolding"),
    "text_other": _custom("standard", "lowercase", "asciifolding"),
    "text_zh": _custom("standard", "cjk_width", "lowercase", "cjk_bigram"),
    "beginnings_index": _unstemmed(*_BEGINNINGS, "with_and_without_article", "beginnings"),
    "beginnings_query": _unstemmed(*_BEGINNINGS, "longest_beginning"),
    "spelling": _unstemmed("elision_french", "lowercase", "asciifolding", "worth_spelling"),
}

SETTINGS: dict[str, Any] = {
    "max_ngram_diff": 8,
    "mapping": {"total_fields": {"limit": 1000}, "nested_objects": {"limit": 20000}},
    "analysis": {
        "tokenizer": {"ngram_2_10": {"type": "ngram", "min_gram": 2, "max_gram": 10}},
        "char_filter": {
            "russian_yo": {"type": "mapping", "mappings": ["\u0451 => \u0435", "\u0401 => \u0415"]}
        },
        "normalizer": {"sortable": {"type": "custom", "filter": ["lowercase", "asciifolding"]}},
        "filter": _FILTERS,
        "analyzer": _ANALYZERS,
    },
}
"""What every index of ours has; how it lies in the cluster is ``layout``'s matter."""

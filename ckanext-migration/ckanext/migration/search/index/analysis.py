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
}

SETTINGS: dict[str, Any] = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    "max_ngram_diff": 8,
    "refresh_interval": "1s",
    "mapping": {"total_fields": {"limit": 1000}, "nested_objects": {"limit": 20000}},
    "analysis": {
        "tokenizer": {"ngram_2_10": {"type": "ngram", "min_gram": 2, "max_gram": 10}},
        "normalizer": {"sortable": {"type": "custom", "filter": ["lowercase", "asciifolding"]}},
        "filter": _FILTERS,
        "analyzer": _ANALYZERS,
    },
}
"""One shard: counts, facets and scores are then exact."""

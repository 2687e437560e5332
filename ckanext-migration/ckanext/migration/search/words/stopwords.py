"""Words that carry no meaning of their own, in the six languages.

They are indexed, and a quoted phrase needs them. In a row of words they are welcome and never
required: "refugees in the Sudan" must not fail on a record without "in the".
"""

from __future__ import annotations

from migration_vocabularies.matching import fold

_WORDS = """
a an and are as at be been by for from had has have how in into is it its of on or over per than that
the their there these this to under was were what when where which who why will with within
au aux avec ce ces chez comme comment dans de depuis des du elle en entre est et ils la le les leur leurs ou
par pour quel quelle quels quelles qui sans ses son sont sur un une vers
al como con cual cuales del desde donde el ella en entre es esta este hacia hasta las lo los para pero por
que se segun sin sobre son su sus un una unas uno unos y
без бы в во для до его ее за и из или их к как ко ли между на не о об от по под при про с со у что это
في من على إلى الى عن مع هذا هذه التي الذي بين و أو او ما منذ حول ب ل
的 和 与 及 在 了 是 有 对 为 从 到 之 中
"""
WORDS = frozenset(fold(word) for word in _WORDS.split())
ELISIONS = frozenset(["l", "d", "n", "s", "j", "m", "t", "c", "qu"])


def is_one(word: str) -> bool:
    """Whether a word (also "l'" or "d'" alone) says nothing by itself."""
    folded = fold(word)
    return folded in WORDS or folded in ELISIONS

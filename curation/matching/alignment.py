"""Which words translate which, learnt from texts that stand beside their translation: IBM model 1 (Brown et al. 1993).

Run in both directions and multiplied, so that a pair must be likely from either side: one direction alone gives rare words
to whatever stands beside them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

Sentence = tuple[str, ...]
Pair = tuple[Sentence, Sentence]
ROUNDS = 8
LEAST, MOST_EACH = 0.12, 4
# Seen together once is chance.
SEEN = 2


def translations(pairs: Sequence[Pair], rounds: int = ROUNDS) -> dict[tuple[str, str], float]:
    """(word of the first language, word of the second) → how sure, up to 1."""
    there = model_1(pairs, rounds)
    back = model_1([(right, left) for left, right in pairs], rounds)
    together = Counter((a, b) for left, right in pairs for a in set(left) for b in set(right))
    return {
        (a, b): sure
        for (a, b), share in there.items()
        if together[a, b] >= SEEN and (sure := math.sqrt(share * back.get((b, a), 0.0))) >= LEAST
    }


def model_1(pairs: Sequence[Pair], rounds: int) -> dict[tuple[str, str], float]:
    """t(b | a): of all that `a` may be translated to, the share of `b`."""
    share: dict[tuple[str, str], float] = defaultdict(lambda: 1.0)
    for _round in range(rounds):
        counted: dict[tuple[str, str], float] = defaultdict(float)
        whole: dict[str, float] = defaultdict(float)
        for left, right in pairs:
            for b in right:
                norm = sum(share[a, b] for a in left)
                for a in left:
                    part = share[a, b] / norm
                    counted[a, b] += part
                    whole[a] += part
        share = defaultdict(float, {(a, b): count / whole[a] for (a, b), count in counted.items()})
    return share


def best_of_each(sure: dict[tuple[str, str], float], most: int = MOST_EACH) -> Iterable[tuple[str, str, float]]:
    """The surest translations of each word, in order."""
    by_word: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for (a, b), share in sure.items():
        by_word[a].append((-share, b))
    for a, found in sorted(by_word.items()):
        yield from ((a, b, -share) for share, b in sorted(found)[:most])

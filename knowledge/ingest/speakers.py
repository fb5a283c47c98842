"""Conversations whose speakers have names of their own: who asks and who answers is told by what they say."""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from knowledge.ingest.blocks import Block
from knowledge.ingest.markers import asks

_LABEL = re.compile(r"^(?P<name>[A-Z][\w.’'-]{0,24}(?: [A-Z][\w.’'-]{0,24}){0,2})\s*(?::|\s[–—])\s+(?=\S)")
_FEWEST_TURNS = 3
_ASKING_SHARE = 0.6
_ALTERNATING_SHARE = 0.7


def with_roles(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with the two speakers' names as `Question:` and `Answer:`, where two speak by turns and one of them asks."""
    turns = [
        (i, match) for i, block in enumerate(blocks) if block.kind == "text" and (match := _LABEL.match(block.text))
    ]
    asker, other = _roles(blocks, turns)
    if not asker:
        return list(blocks)
    roles = {asker: "Question", other: "Answer"}
    renamed = list(blocks)
    for i, match in turns:
        role = roles.get(match.group("name"))
        if role:
            renamed[i] = replace(blocks[i], text=f"{role}: {blocks[i].text[match.end() :]}")
    return renamed


def _roles(blocks: Sequence[Block], turns: Sequence[tuple[int, re.Match[str]]]) -> tuple[str, str]:
    """The names of who asks and who answers; empty where no two speak by turns."""
    counts = Counter(match.group("name") for _, match in turns)
    names = [name for name, count in counts.most_common(2) if count >= _FEWEST_TURNS]
    said = [(match.group("name"), blocks[i].text[match.end() :]) for i, match in turns if match.group("name") in names]
    changes = sum(a != b for (a, _), (b, _) in itertools.pairwise(said))
    if len(names) < 2 or changes < _ALTERNATING_SHARE * (len(said) - 1):
        return "", ""
    shares = {name: _asking_share([text for who, text in said if who == name]) for name in names}
    asker, other = sorted(names, key=lambda name: -shares[name])
    return (asker, other) if shares[asker] >= _ASKING_SHARE and shares[other] <= 0.5 * shares[asker] else ("", "")


def _asking_share(texts: Sequence[str]) -> float:
    return sum("?" in text or asks(text) for text in texts) / len(texts)

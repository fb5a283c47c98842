"""`python -m evals.restyle > FILE`: the golden development replies as other people would have typed them.

Few candidates are asked to write twice, so whether a grader is fair to a style is measured on the same replies in other
styles: what they say, and so their score, stays. Each copy names its `style`, by which a run over the file reports the
differences between subgroups. The styles are made by rule and stand for real ones only roughly.
"""

import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

from evals.cases import Case, read_cases

GOLDEN = Path(__file__).parent / "data" / "golden.jsonl"
SEED = "interviewer-restyle-1"
TYPO_SHARE = 0.12
"""Share of the longer words that get a typo."""
LONG_WORD = 5
_ARTICLE = re.compile(r"\b(?:the|an?)\s+", re.IGNORECASE)
_THIRD_PERSON = re.compile(
    r"\b(make|take|give|get|become|need|help|mean|keep|let|tell|show|use|add|learn|start|stop|grow|shrink|depend|allow|"
    r"see|look|work|come|compute|predict|update|prevent|reduce|increase|decrease|saturate|vanish|explode)s\b"
)
_COPULA = re.compile(r"\b(it|that|this)'s\b", re.IGNORECASE)


def plain(text: str, rng: random.Random) -> str:
    """As it was typed."""
    return text


def non_native(text: str, rng: random.Random) -> str:
    """Most articles and third-person endings left out, contractions spelled out: slips of many learners of English."""
    text = _ARTICLE.sub(lambda found: "" if rng.random() < 0.8 else found[0], text)
    text = _THIRD_PERSON.sub(lambda found: found[1] if rng.random() < 0.8 else found[0], text)
    return _COPULA.sub(r"\1 is", text)


def typos(text: str, rng: random.Random) -> str:
    """Two neighbouring letters swapped in some of the longer words; the first and the last letter stay."""

    def swapped(found: re.Match[str]) -> str:
        word = found[0]
        if rng.random() >= TYPO_SHARE:
            return word
        at = rng.randrange(1, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    return re.sub(rf"[A-Za-z]{{{LONG_WORD},}}", swapped, text)


def lower_case(text: str, rng: random.Random) -> str:
    """No capitals and no full stops at line ends, as typed in a hurry."""
    return re.sub(r"\.(?=\s*$)", "", text.lower(), flags=re.MULTILINE)


STYLES: dict[str, Callable[[str, random.Random], str]] = {
    "plain": plain,
    "non-native": non_native,
    "typos": typos,
    "lower case": lower_case,
}


def restyled(case: Case, style: str) -> Case:
    """The case in a style; the same each time."""
    reply = STYLES[style](case.reply, random.Random(f"{SEED}:{style}:{case.id}"))
    fields = {"id": f"{case.id}@{style.replace(' ', '-')}", "reply": reply, "style": style}
    return Case.model_validate(case.model_dump(exclude_unset=True) | fields)


def main() -> None:
    """Writes the cases to standard output, a line each."""
    for case in read_cases([GOLDEN]):
        if case.split == "dev":
            for style in STYLES:
                sys.stdout.write(restyled(case, style).model_dump_json(exclude_unset=True) + "\n")


if __name__ == "__main__":
    main()

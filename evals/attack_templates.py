"""Templates of replies that deserve little (`evals/data/training_attacks.yaml`), filled in for a question.

They train the local grader and tune its guards; the attacks that are tested (`evals/data/attacks.jsonl`) are others.
"""

import random
import re
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from knowledge.bank import Bank, Frozen, Question
from knowledge.text import STOP_WORDS, content_stems, sentence_texts, stem, words

FILE = Path(__file__).parent / "data" / "training_attacks.yaml"
TERMS = 8
_PLACEHOLDER = re.compile(r"\{([A-Za-z]\w*)\}")
_CAPITALISED = re.compile(r"^[A-Z][a-z]+\b")


class Family(Frozen):
    """A kind of attack. `verdict`: what its replies do with the key point; `same`: as the statement inside."""

    verdict: Literal["missing", "contradicted", "same"]
    max_score: float | None = Field(ge=0, le=1)
    templates: tuple[str, ...] = Field(min_length=15)


def load_families(file: Path = FILE) -> dict[str, Family]:
    """The families by name, in the file's order."""
    return {name: Family.model_validate(value) for name, value in yaml.safe_load(file.read_text("utf-8")).items()}


def fill(template: str, values: dict[str, str]) -> str:
    """The template with its placeholders replaced; braces that name no value stand for themselves."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)


def placeholders(template: str) -> set[str]:
    """Names in braces."""
    return set(_PLACEHOLDER.findall(template))


def values_for(bank: Bank, question: Question, point_id: str, rng: random.Random) -> dict[str, str]:
    """What stands for each placeholder, drawn for one key point of a question that has statements."""
    statements = bank.statements_of[question.id]
    covered = [s for s in statements if s.verdict == "covered"]
    stranger = rng.choice([s for s in bank.statements if s.verdict == "covered" and s.question != question.id])
    drawn = {
        "statement": rng.choice([s.text for s in covered if s.key_point == point_id]),
        "second": rng.choice([s.text for s in covered if s.key_point != point_id]),
        "wrong": rng.choice([s.text for s in statements if s.key_point == point_id and s.verdict == "contradicted"]),
        "other": stranger.text,
    }
    found = {name: clause(text) for name, text in drawn.items()}
    found |= {name.capitalize(): text[:1].upper() + text[1:] for name, text in found.items()}
    terms = terms_of(question, rng)
    answer = sentence_texts(question.answer)
    return found | {
        "question": question.question,
        "answer_sentence": rng.choice(answer),
        "topic": question.topic.value.replace("-", " and "),
        **{f"t{i + 1}": terms[i % len(terms)] for i in range(TERMS)},
    }


def clause(text: str) -> str:
    """A statement as part of a sentence: no full stop, and no capital unless it is a name's or an abbreviation's."""
    text = text.strip().rstrip(".;")
    return text[:1].lower() + text[1:] if _CAPITALISED.match(text) else text


def terms_of(question: Question, rng: random.Random) -> list[str]:
    """Words of the key points that are no everyday ones, in random order."""
    texts = " ".join([question.question, *(point.text for point in question.key_points)])
    found = list(dict.fromkeys(word for word in words(texts) if len(word) > 3 and word not in STOP_WORDS))
    rng.shuffle(found)
    return found or [stem(word) for word in content_stems(question.question)]

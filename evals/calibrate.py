"""`python -m evals.calibrate`: fits the local grader's aggregations, on development replies.

`stated` and `given` lead from what the judge found of a key point to its verdict. They are fitted on the development halves of
the golden set, of right replies as they are said aloud or in few words (`spoken.jsonl`) and of flat sentences
(`textbook.jsonl`), on short, everyday, odd and subtly wrong replies written for this (`short_dev.jsonl`, `plain_dev.jsonl`, `odd_dev.jsonl`, `hard_dev.jsonl`, `mixed_dev.jsonl`; all judged by
us), on replies to other questions, and on tricks, none of them to a question held out:
`stated` with the authored statements and claims as a memory, `given` without.
`derived` and `foreign`, for points that are but the sentences of a reference, are fitted to scores: on the same golden replies against
the bank's reference answers, and on train splits of the public graded answers. What a network finds in answers of a field that it has
learnt is surer and truer than what it finds elsewhere, so `foreign`, for the fields of which training knew nothing, is fitted on what
networks find that were trained without a set: `--unseen` names them by the sets that they read. Where they were also trained without
some of the bank's questions (their cards say which), they read replies to these alone. All figures printed are cross-validated by
question; no test part is read.
"""

import argparse
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from evals.aggregations import Found, fit_scores, fit_verdicts
from evals.attack_templates import fill, load_families, placeholders, values_for
from evals.examples import true_score
from evals.training_data import case_references, public_cases
from interviewer.grading.aggregation import Aggregation
from interviewer.grading.crossencoder import VERDICTS
from interviewer.grading.features import ALONE_FEATURES, FEATURES, READ_FEATURES, REPLY_FEATURES, Heard
from interviewer.grading.grade import GradeTask, Verdict
from interviewer.grading.local import CARD, FOLDER, LocalJudge, write_card
from interviewer.grading.memory import SEEN_FEATURES, STATED_FEATURES
from interviewer.grading.tasks import GradeRequest, bank_task, reference_task
from interviewer.grading.wording import WORDING_FEATURES
from knowledge.bank import Bank, Question
from knowledge.lines import read_lines
from knowledge.load import load_bank

DATA = Path(__file__).parent / "data"
SPOKEN_WEIGHT, TEXTBOOK_WEIGHT, STRANGERS_WEIGHT, EMPTY_WEIGHT = 1.0, 0.5, 0.75, 0.25
"""Weights of right replies as they are said aloud or in few words, of flat sentences, right and wrong, of answers to other
questions, and of what says nothing, beside the golden ones."""
WRITTEN_WEIGHTS: Mapping[tuple[str, str | None], float] = {
    ("plain_dev.jsonl", None): 1.0,
    ("short_dev.jsonl", None): 1.0,
    ("odd_dev.jsonl", None): 0.25,
    ("hard_dev.jsonl", None): 0.5,
    ("mixed_dev.jsonl", "terse"): 1.0,
    ("mixed_dev.jsonl", "balanced"): 1.0,
    ("mixed_dev.jsonl", "terse_wrong"): 0.4,
    ("mixed_dev.jsonl", "parrot"): 0.4,
}
"""Weights of the files of replies that were written to calibrate by, or of one kind in them: everyday ones, short ones, odd ones
(denied, hedging, wrong with assurance, contradicting themselves, ...), subtly wrong ones with their right twins, and some kinds that were
once misread (in few words, weighing two sides, wrong in few words, the question given back). The other kinds of `mixed_dev.jsonl`
are there to look at: to fit on them costs short right replies."""
STRANGERS_SHORT = 0.67
PARROTED_EVERY, TRICKS_EVERY, TRICKS_A_REPLY = 2, 3, 3
TRICKS = (
    "boilerplate", "parrot", "stuffing", "jumble", "adverbs", "padding", "injection_plain", "injection_system", "injection_verdict",
    "injection_rubric", "injection_markup", "injection_plea", "injection_roleplay", "transcript", "code",
)  # fmt: skip
"""Families of templates that say nothing of any point. Shuffled words are not among them: with these, terse right replies are
marked down (of 128 in `short_dev.jsonl` 21 below 0.6 instead of 8)."""
STATES = frozenset({"statement", "second", "wrong", "other", "answer_sentence"})
"""Places in a template for what states something. Authored statements are also the judge's memory, so that they would be known
to it here as no reply of a candidate is."""
PUBLIC = {"scientsbank": 500, "beetle": 500, "saf": 400, "stita": 200}
"""Replies drawn from each public set."""
STRANGE_EVERY = 4
"""For so many replies of a public set comes one of another set, held against one of its references: it deserves nothing."""
HOME_TIMES = 4
"""Weight of the golden replies beside each other set in `derived`, which is for the bank's field above all."""
HARD_EVERY = 2
"""Every so many of the hard replies is held against references: each is read twice."""
ALL_OVER = READ_FEATURES + ALONE_FEATURES
RESEMBLES = ALL_OVER + REPLY_FEATURES
ELSEWHERE = RESEMBLES + STATED_FEATURES - 1
PARTS = {
    "what was read": slice(0, len(VERDICTS)),
    "length": slice(len(VERDICTS), READ_FEATURES),
    "single sentences": slice(READ_FEATURES, ALL_OVER),
    "the reply over all points": slice(ALL_OVER, RESEMBLES),
    "point and question": slice(RESEMBLES, RESEMBLES + SEEN_FEATURES),
    "statements": slice(RESEMBLES + SEEN_FEATURES, ELSEWHERE),
    "other questions": slice(ELSEWHERE, -WORDING_FEATURES),
    "wording": slice(-WORDING_FEATURES, None),
}
"""The features by part, as `stated` has them."""
ABLATION_DECAYS = (0.001,)


def dev_half(bank: Bank, judge: LocalJudge, task_of: Callable[[Question], GradeTask], name: str) -> list[Found]:
    """The development half of a set of which the other one is reported."""
    cases = [case for case in read_lines(DATA / name) if case["split"] == "dev"]
    return _graded(_found(judge, case, task_of(bank.by_id[case["question_id"]])) for case in cases)


def written(
    bank: Bank, judge: LocalJudge, task_of: Callable[[Question], GradeTask], name: str, kind: str | None = None
) -> list[Found]:
    """Replies of a file, all or those of a kind, written to calibrate by."""
    return _graded(
        _judged(judge, bank.by_id[case["question_id"]], case["reply"], case["verdicts"], task_of)
        for case in read_lines(DATA / name)
        if kind in (None, case.get("kind"))
    )


def strangers(bank: Bank, judge: LocalJudge, task_of: Callable[[Question], GradeTask], seed: int = 0) -> list[Found]:
    """The same replies, and the references of their questions, held against a question of another topic: all is missing."""
    rng = random.Random(seed)
    found = []
    for case in read_lines(DATA / "short_dev.jsonl"):
        asked = bank.by_id[case["question_id"]]
        other = rng.choice([question for question in bank.questions if question.topic != asked.topic])
        text = case["reply"] if rng.random() < STRANGERS_SHORT else asked.answer
        found.append(_judged(judge, other, text, {}, task_of))
    return _graded(found)


def parroted(bank: Bank, judge: LocalJudge, task_of: Callable[[Question], GradeTask], seed: int = 0) -> list[Found]:
    """The questions of the short replies given back, with words about answering: all is missing."""
    rng = random.Random(seed)
    templates = load_families()["parrot"].templates
    found = []
    for case in read_lines(DATA / "short_dev.jsonl")[::PARROTED_EVERY]:
        question = bank.by_id[case["question_id"]]
        values = values_for(bank, question, rng.choice(question.key_points).id, rng)
        text = fill(rng.choice(templates), values | {"question": rng.choice([question.question, *question.variants])})
        found.append(_judged(judge, question, text, {}, task_of))
    return _graded(found)


def tricks(bank: Bank, judge: LocalJudge, task_of: Callable[[Question], GradeTask], seed: int = 0) -> list[Found]:
    """Attacks that say nothing, all points missing; and everyday replies with words after them that change nothing."""
    rng = random.Random(seed)
    families = load_families()
    templates = [t for name in TRICKS for t in families[name].templates if not _states(t)]
    found = []
    for name in ("plain_dev.jsonl", "short_dev.jsonl"):
        for case in read_lines(DATA / name)[::TRICKS_EVERY]:
            question = bank.by_id[case["question_id"]]
            values = values_for(bank, question, rng.choice(question.key_points).id, rng)
            suffix = fill(rng.choice(families["suffix"].templates), values)
            for template in rng.sample(templates, TRICKS_A_REPLY):
                found.append(_judged(judge, question, fill(template, values), {}, task_of))
            found.append(_judged(judge, question, f"{case['reply']} {suffix}", case["verdicts"], task_of))
    return _graded(found)


def _states(template: str) -> bool:
    return any(name.lower() in STATES for name in placeholders(template))


def public(folder: Path, judge_of: Callable[[str], LocalJudge], seed: int = 0) -> list[Found]:
    """Answers of the public sets' train splits, and such to questions of another set, each against the reference that it is most like.

    Args:
        judge_of: who reads a set, by its name.
    """
    rng = random.Random(seed)
    cases_of = {name: public_cases(folder / f"{name}.jsonl") for name in PUBLIC}
    found = []
    for name, count in PUBLIC.items():
        for i, asked in enumerate(rng.sample(cases_of[name], count)):
            task = _against(asked["question"], case_references(asked))
            found.append(_found(judge_of(name), asked, task))
            if i % STRANGE_EVERY == 0:
                said = rng.choice(cases_of[rng.choice([other for other in PUBLIC if other != name])])["reply"]
                found.append(_found(judge_of(name), asked | {"reply": said, "score": 0.0}, task))
    return _graded(found)


def _against(question: str, references: Sequence[str]) -> GradeTask:
    return reference_task(GradeRequest(question=question, references=tuple(references)))


def hard(bank: Bank, judge: LocalJudge) -> list[Found]:
    """Subtly wrong replies and their right twins against the whole reference answer, and against the first point on which they are
    plainly right or wrong: the words of a reference may be those of its opposite.
    """
    found = []
    for case in read_lines(DATA / "hard_dev.jsonl")[::HARD_EVERY]:
        question, verdicts = bank.by_id[case["question_id"]], {id: Verdict(v) for id, v in case["verdicts"].items()}
        known = [verdicts.get(point.id, Verdict.MISSING) for point in question.key_points]
        texts = {question.answer: max(0.0, true_score([point.weight for point in question.key_points], known))}
        plain = [p for p in question.key_points if verdicts.get(p.id) in (Verdict.COVERED, Verdict.CONTRADICTED)]
        texts |= {point.text: float(verdicts[point.id] is Verdict.COVERED) for point in plain[:1]}
        for text, score in texts.items():
            found.append(_found(judge, case | {"score": score}, _against(question.question, [text])))
    return _graded(found)


def _graded(found: Iterable[Found | None]) -> list[Found]:
    """Those of which something is left to judge."""
    return [one for one in found if one is not None]


def _judged(
    judge: LocalJudge,
    question: Question,
    text: str,
    verdicts: Mapping[str, str],
    task_of: Callable[[Question], GradeTask],
) -> Found | None:
    """A reply to one of the bank's questions; points without a verdict are missing, and its score is not used."""
    points = [{"verdict": verdicts.get(point.id, "missing")} for point in question.key_points]
    case = {"question_id": question.id, "reply": text, "key_points": points, "score": 0.0}
    return _found(judge, case, task_of(question))


def _found(judge: LocalJudge, case: dict[str, Any], task: GradeTask) -> Found | None:
    said = judge.shown(case["reply"], task.wordings)
    if not said:
        return None
    task = judge.by_nearest_reference(task, case["reply"])
    heard = _heard(judge, said, tuple(point.text for point in task.points))
    known = [] if task.derived else case["key_points"]
    verdicts = [[verdict.value for verdict in VERDICTS].index(point["verdict"]) for point in known]
    return Found(judge.features(task, heard), verdicts, case["score"], case["question_id"])


@cache
def _heard(judge: LocalJudge, said: tuple[str, ...], points: tuple[str, ...]) -> Heard:
    return judge.hear(said, points)


def ablate(replies: Sequence[Found], weight: Sequence[float], decays: Sequence[float]) -> list[str]:
    """How well `fit_verdicts` does without each part of the features: a line each."""
    lines = []
    for name, columns in PARTS.items():
        left = [reply._replace(features=np.delete(reply.features, columns, axis=1)) for reply in replies]
        lines.append(f"  without {name}: {fit_verdicts(left, weight, decays).line}")
    return lines


def fits_of(
    bank: Bank,
    judge: LocalJudge,
    datasets: Path,
    held_out: Iterable[str],
    unseen: Mapping[str, LocalJudge],
    ablated: bool = False,
) -> Mapping[str, Callable[[], tuple[Aggregation, str]]]:
    """How to fit each aggregation; each gives a line on how well, too.

    Args:
        unseen: judges that never saw a public set, by its name; where there is none, `judge` reads it.
    """
    unknown = frozenset(held_out)

    def of_bank(question: Question) -> GradeTask:
        return bank_task(bank, question)

    def without_statements(question: Question) -> GradeTask:
        return bank_task(bank, question).model_copy(update={"statements": ()})

    def of_reference(question: Question) -> GradeTask:
        return _against(question.question, [question.answer])

    def fit_with(task_of: Callable[[Question], GradeTask], ablated: bool = False) -> tuple[Aggregation, str]:
        parts = [
            (dev_half(bank, judge, task_of, "golden.jsonl"), 1.0),
            (dev_half(bank, judge, task_of, "spoken.jsonl"), SPOKEN_WEIGHT),
            (dev_half(bank, judge, task_of, "textbook.jsonl"), TEXTBOOK_WEIGHT),
            *((written(bank, judge, task_of, *source), weight) for source, weight in WRITTEN_WEIGHTS.items()),
            (strangers(bank, judge, task_of), STRANGERS_WEIGHT),
            (parroted(bank, judge, task_of), EMPTY_WEIGHT),
            (tricks(bank, judge, task_of), EMPTY_WEIGHT),
        ]
        chosen = [(r, w) for replies, w in parts for r in replies if r.question not in unknown]
        replies, weights = [reply for reply, _ in chosen], [weight for _, weight in chosen]
        fitted = fit_verdicts(replies, weights)
        lines = ablate(replies, weights, ABLATION_DECAYS) if ablated else []
        return fitted.aggregation, "\n".join([fitted.line, *lines])

    def fit_derived(others: Mapping[str, LocalJudge], times: float) -> tuple[Aggregation, str]:
        reader = next(iter(others.values()), judge)
        kept_from = frozenset(reader.card.held_out) - unknown
        ours, wrong = (
            [reply for reply in replies if not kept_from or reply.question in kept_from]
            for replies in (dev_half(bank, reader, of_reference, "golden.jsonl"), hard(bank, reader))
        )
        people = public(datasets, lambda name: others.get(name, judge))
        groups = [*["golden"] * len(ours), *["hard"] * len(wrong), *(reply.question.split(":")[0] for reply in people)]
        return fit_scores([*ours, *wrong, *people], groups, {"golden": times})

    return {
        "stated": lambda: fit_with(of_bank, ablated),
        "given": lambda: fit_with(without_statements),
        "derived": lambda: fit_derived({}, HOME_TIMES),
        "foreign": lambda: fit_derived(unseen, 1),
    }


def _unseen(pair: str) -> tuple[str, LocalJudge]:
    name, _, folder = pair.partition("=")
    if name not in PUBLIC or not Path(folder, CARD).is_file():
        raise argparse.ArgumentTypeError(
            f"{pair!r}: give one of {', '.join(PUBLIC)}, =, and a folder that holds {CARD}"
        )
    return name, LocalJudge(Path(folder))


def main() -> None:
    """Fits and writes the model's card anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=Path, default=Path("../shared/datasets"), help="folder of the public files")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder of the weights and their card")
    parser.add_argument(
        "--unseen",
        metavar="SET=FOLDER",
        nargs="*",
        type=_unseen,
        default=[],
        help="weights trained without SET read it for `foreign`, the first ones the golden replies, too",
    )
    parser.add_argument("--only", choices=list(FEATURES), nargs="*", default=list(FEATURES), help="fit these alone")
    parser.add_argument("--ablate", action="store_true", help="fit `stated` without each part of the features, too")
    arguments = parser.parse_args()
    if "foreign" in arguments.only and {name for name, _ in arguments.unseen} != set(PUBLIC):
        print(
            "foreign: without --unseen for each public set it trusts the network more than anyone's own question warrants"
        )
    judge = LocalJudge(arguments.folder)
    card = judge.card
    fitted = {"stated": card.stated, "given": card.given, "derived": card.derived, "foreign": card.foreign}
    fits = fits_of(load_bank(), judge, arguments.datasets, card.held_out, dict(arguments.unseen), arguments.ablate)
    for name in arguments.only:
        fitted[name], line = fits[name]()
        print(f"{name}: {line}", flush=True)
        write_card(arguments.folder, card.data, card.held_out, fitted, card.encoder)


if __name__ == "__main__":
    main()

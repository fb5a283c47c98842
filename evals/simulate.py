"""Interviews with simulated candidates, whose knowledge is known: does the dialogue do what it should?

`python -m evals.simulate --interviews 1000 --seed 0 [--grades known or local] [--order adaptive or fixed] [--entailment]`.
The interviews run in process through the real policy. With `--grades known` each reply is graded by what the simulator
knows of it; with `local` by the local grader, on the questions that it never saw in training. What a follow-up should have
asked is judged by what the simulator knows either way. `--entailment` has the local judge read all that was said.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from functools import cache

import prompts
from evals.candidates import Candidate, make_candidates
from evals.entailment import distinct_texts, entailments, local_judge
from evals.findings import results
from evals.interviews import Grades, Interview, Played, Understand, known_grade, known_kind
from evals.savings import questions_saved
from evals.utterances import HELD_OUT_FILE
from interviewer.events import Order, ReplyKind, SessionConfig
from interviewer.grading.grade import FollowUp, Grade
from interviewer.grading.tasks import GradeRequest
from interviewer.settings import Settings
from interviewer.speech import Speech
from interviewer.wiring import Interviewer
from knowledge.bank import Bank

QUESTIONS = 8
MOST_LEAKS_SHOWN = 20


def held_out(bank: Bank) -> Bank:
    """The bank of the questions that the local grader was not trained on."""
    ids = set(HELD_OUT_FILE.read_text().split())
    return Bank(
        questions=tuple(question for question in bank.questions if question.id in ids),
        statements=tuple(statement for statement in bank.statements if statement.question in ids),
    )


def simulate(
    candidates: Sequence[Candidate],
    bank: Bank,
    order: Order = Order.ADAPTIVE,
    grades: Grades = known_grade,
    understand: Understand = known_kind,
) -> list[Played]:
    """One interview with each candidate."""
    speech = Speech(prompts.phrases("speech"))
    return [
        Interview(
            candidate,
            SessionConfig(questions=QUESTIONS, order=order, seed=candidate.seed),
            bank,
            speech,
            grades,
            understand,
        ).play()
        for candidate in candidates
    ]


def locally(interviewer: Interviewer) -> tuple[Grades, Understand]:
    """Grading and understanding as the program does them, without a language model; the same reply is read once."""

    @cache
    def grade(question_id: str, text: str, follow_up: FollowUp | None) -> Grade:
        return interviewer.grader.grade(GradeRequest(question_id=question_id, follow_up=follow_up), text)

    @cache
    def kind(question_id: str, text: str) -> ReplyKind:
        return interviewer.understand(text, question_id)

    return lambda question, said, follow_up: grade(question.id, said.text, follow_up), lambda text, question: kind(
        question.id, text
    )


def main() -> None:
    """Plays the interviews and prints the figures as JSON, then the questions that adaptive choice saves."""
    arguments = _arguments()
    interviewer = Interviewer(Settings())
    local = arguments.grades == "local"
    bank = held_out(interviewer.bank) if local else interviewer.bank
    grades, understand = locally(interviewer) if local else (known_grade, known_kind)
    began = time.perf_counter()
    candidates = make_candidates(arguments.interviews, arguments.seed)
    played = simulate(candidates, bank, arguments.order, grades, understand)
    seconds = time.perf_counter() - began
    leaked = entailments(distinct_texts(played, bank), bank, local_judge(), _tell) if arguments.entailment else None
    print(results(played, seconds, None if leaked is None else len(leaked)).model_dump_json(indent=1))
    for line in [*(leak for p in played for leak in p.leaks), *(leaked or [])][:MOST_LEAKS_SHOWN]:
        print(f"leak: {line}")
    if arguments.savings:
        saving = questions_saved(interviewer.bank, arguments.savings, arguments.seed)
        print(json.dumps({"saving": saving.model_dump()}, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.simulate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--interviews", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--grades", choices=["known", "local"], default="local")
    parser.add_argument("--order", type=Order, choices=list(Order), default=Order.ADAPTIVE)
    parser.add_argument("--entailment", action="store_true", help="judge leaks with the local judge too")
    parser.add_argument("--savings", type=int, default=400, help="candidates for the adaptive-against-random figure")
    return parser.parse_args()


def _tell(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"{done} of {of} texts read", file=sys.stderr)


if __name__ == "__main__":
    main()

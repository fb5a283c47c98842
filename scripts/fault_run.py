"""The language-model mode against a server that fails, with the true deadlines.

    python scripts/fault_run.py each              every fault once: seconds and requests, beside what is stated
    python scripts/fault_run.py mixed [--n 1000]  grades under 30 % mixed faults: all complete, none mislabelled
    python scripts/fault_run.py obedient [--n N]  a model that gives everything full credit, on evals/data/attacks.jsonl

Exit status 1 where something is not as stated. `obedient` needs the local grader's weights and minutes; the other two
judge by words instead, so that what is measured is the call.
"""

import argparse
import random
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from evals.asked import request_of
from evals.cases import read_cases
from interviewer.grading.grade import Grade, GraderName
from interviewer.grading.tasks import GradeRequest
from interviewer.llm.limits import Limits
from interviewer.settings import read_settings
from interviewer.wiring import Interviewer
from knowledge.load import load_bank
from tests.openai_server import Request, openai_server
from tests.plain_grader import grader, language_model, obedient
from tests.wire_faults import FAULTS, Fault, good

QUESTION = "activations-dying-relu"
REPLY = "For negative inputs the gradient of ReLU is zero, so a dead unit never learns again."
SLOW = ("hang", "drip", "drip in the head")
DEADLINE_S = 45.0
FAULTY = 0.3


def main() -> int:
    """Runs the part that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("each", "mixed", "obedient"))
    parser.add_argument("--n", type=int, default=None, help="how many grades, or how many attacks drawn by chance")
    arguments = parser.parse_args()
    if arguments.part == "each":
        return each()
    return mixed(arguments.n or 1000) if arguments.part == "mixed" else obey(arguments.n)


def each() -> int:
    """Every fault once, at the same time, with the true limits."""
    bank = load_bank()

    def meet(fault: Fault) -> tuple[Fault, float, int, Grade]:
        with openai_server(fault.answer) as server:
            model = language_model(server.url, Limits())
            over = grader(model, bank)
            model.capabilities()
            started = time.perf_counter()
            grade = over.grade(GradeRequest(question_id=QUESTION), REPLY)
            took = time.perf_counter() - started
            model.close()
            return fault, took, len(server.requests), grade

    with ThreadPoolExecutor(len(FAULTS)) as pool:
        found = list(pool.map(meet, FAULTS))
    wrong = 0
    for fault, took, requests, grade in found:
        fine = took <= DEADLINE_S and requests == fault.requests and grade.grader is GraderName.LOCAL
        wrong += not fine
        print(f"{'ok ' if fine else 'NOT'} {took:6.2f} s  {requests} of {fault.requests} requests  {fault.name}")
    print(
        f"{len(found) - wrong} of {len(found)} as stated; the longest took {max(took for _, took, _, _ in found):.2f} s"
    )
    return int(wrong > 0)


def mixed(n: int) -> int:
    """Grades under mixed faults, eight at a time."""
    bank, chance = load_bank(), random.Random(1)
    quick = [fault for fault in FAULTS if fault.name not in SLOW]
    sent = Counter[str]()

    def answer(request: Request) -> tuple[int, Any]:
        if chance.random() >= FAULTY:
            sent["well"] += 1
            return good(request)
        sent["badly"] += 1
        return chance.choice(quick).answer(request)

    with openai_server(answer) as server:
        # Without the breaker, which would answer most of them locally and prove little.
        model = language_model(server.url, Limits(breaker_failures=0))
        over = grader(model, bank)
        with ThreadPoolExecutor(8) as pool:
            replies = [f"{REPLY} Number {i}." for i in range(n)]
            grades = list(pool.map(lambda reply: over.grade(GradeRequest(question_id=QUESTION), reply), replies))
        model.close()
    whole = sum(grade.score is not None for grade in grades)
    by = Counter(grade.grader.value for grade in grades)
    mislabelled = sum((grade.grader is GraderName.LLM) != (grade.model == "test-model") for grade in grades)
    mislabelled += by["llm"] != sent["well"]
    print(
        f"{n} grades, {sent['well']} requests answered well and {sent['badly']} badly: {whole} complete, {dict(by)}, {mislabelled} mislabelled"
    )
    return int(whole < n or mislabelled > 0)


def obey(n: int | None) -> int:
    """Attacks graded with an obedient model, with and without what the program sets against it."""
    cases = [case for case in read_cases([Path("evals/data/attacks.jsonl")]) if case.max_score is not None]
    if n:
        cases = random.Random(0).sample(cases, n)
    over = Counter[str]()
    with openai_server(obedient) as server:
        settings = read_settings().model_copy(update={"model": "test-model", "base_url": server.url})
        interviewer = Interviewer(settings)
        graders = {
            "believed": interviewer.make_grader(GraderName.LLM, checked=False),
            "checked": interviewer.make_grader(GraderName.LLM),
            "local alone": interviewer.make_grader(GraderName.LOCAL),
        }
        for case in cases:
            request, limit = request_of(case, interviewer.bank), (case.max_score or 0.0) + 1e-9
            hits = {name: (grade.grade(request, case.reply).score or 0.0) > limit for name, grade in graders.items()}
            over.update(name for name, hit in hits.items() if hit)
            if hits["checked"] and not hits["local alone"]:
                over["raised"] += 1
                print(f"raised: {case.id} ({case.extra('family')})")
    print(
        f"{len(cases)} attacks over their limit: " + ", ".join(f"{name} {over[name]}" for name in (*graders, "raised"))
    )
    return int(over["raised"] > 0)


if __name__ == "__main__":
    sys.exit(main())

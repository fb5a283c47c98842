"""The language-model mode against a server that fails, with the true deadlines.

    PYTHONPATH=. python scripts/fault_run.py each              every fault once: seconds and requests, beside what is stated
    PYTHONPATH=. python scripts/fault_run.py waits             one candidate and a server that hangs: seconds of each reply
    PYTHONPATH=. python scripts/fault_run.py mixed [--n 1000]  grades under 30 % mixed faults: all complete, none mislabelled
    PYTHONPATH=. python scripts/fault_run.py obedient [--n N] [--cases FILE]  a model that gives everything full credit, on attacks

Exit status 1 where something is not as stated. `each` takes a minute and `waits` two. `obedient` needs the local grader's
weights and minutes; the others judge by words instead, so that what is measured is the call.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from evals.asked import request_of
from evals.attacks import outcome
from evals.cases import Case, read_cases
from evals.rows import Prices, make_row
from interviewer.grading.chain import Grader, Judge
from interviewer.grading.grade import Findings, Grade, GraderName, GradeTask
from interviewer.grading.llm import LlmJudge, seeded_by_case
from interviewer.grading.local import LocalJudge
from interviewer.grading.tasks import GradeRequest
from interviewer.llm.limits import Limits
from interviewer.relevance import Relevance
from interviewer.settings import read_settings
from interviewer.wiring import Interviewer
from knowledge.bank import Bank
from knowledge.load import load_bank
from tests.openai_server import Request, openai_server
from tests.plain_grader import LettersEncoder, grader, language_model, obedient
from tests.wire_faults import FAULTS, Fault, good

ATTACKS = Path(__file__).parents[1] / "evals" / "data" / "attacks.jsonl"
QUESTION = "activations-dying-relu"
REPLY = "For negative inputs the gradient of ReLU is zero, so a dead unit never learns again."
SLOW = ("hang", "drip", "drip in the head")
DEADLINE_S = 45.0
FAULTY = 0.3
EACH = 50


def main() -> int:
    """Runs the part that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("each", "waits", "mixed", "obedient"))
    parser.add_argument("--n", type=int, default=None, help="how many grades, or how many attacks drawn by chance")
    parser.add_argument(
        "--cases", type=Path, default=ATTACKS, metavar="FILE", help="attacks (evals/data/attacks.jsonl)"
    )
    arguments = parser.parse_args()
    if arguments.part == "each":
        return each()
    if arguments.part == "waits":
        return waits()
    if arguments.part == "mixed":
        return mixed(arguments.n or 1000)
    cases = list(read_cases([arguments.cases]))
    return obey(random.Random(0).sample(cases, arguments.n) if arguments.n else cases)


def each() -> int:
    """Every fault once, at the same time, with the true limits."""
    bank = load_bank()

    def meet(fault: Fault) -> tuple[Fault, float, int, Grade]:
        with openai_server(fault.answer) as server:
            model = language_model(server.url, Limits())
            over = grader(model, bank)
            started = time.perf_counter()
            grade = over.grade(GradeRequest(question_id=QUESTION), REPLY)
            took = time.perf_counter() - started
            model.close()
            return fault, took, len(server.requests), grade

    meet(Fault("none", good, 1, ""))  # what is loaded once belongs to no call
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


def waits() -> int:
    """One candidate after another reply while the server hangs, with the true limits; before the last two the breaker
    has rested.
    """
    bank, limits = load_bank(), Limits()
    hang = next(fault for fault in FAULTS if fault.name == "hang")
    most = [DEADLINE_S] * limits.breaker_long + [1.0, 1.0, limits.long_s + 1.0, 1.0]
    wrong = 0
    with openai_server(good) as server:
        # What is loaded once belongs to no call.
        grader(language_model(server.url), bank).grade(GradeRequest(question_id=QUESTION), REPLY)
    with openai_server(hang.answer) as server:
        over = grader(language_model(server.url, limits), bank)
        for n, most_s in enumerate(most, start=1):
            if n == len(most) - 1:
                time.sleep(limits.breaker_rest_s)
            sent, started = len(server.requests), time.perf_counter()
            grade = over.grade(GradeRequest(question_id=QUESTION), f"{REPLY} Number {n}.")
            took = time.perf_counter() - started
            fine = took <= most_s and grade.grader is GraderName.LOCAL
            wrong += not fine
            print(
                f"{'ok ' if fine else 'NOT'} reply {n}: {took:5.2f} s of at most {most_s:.0f}, "
                f"{len(server.requests) - sent} requests",
                flush=True,
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


class Remembering:
    """The local judge, asked about each reply once: three graders look at its findings."""

    def __init__(self) -> None:
        self._judge, self._kept = LocalJudge(), dict[str, Findings]()
        self.model = self._judge.model

    def judge(self, task: GradeTask, reply: str) -> Findings:
        """As the local judge."""
        key = f"{task.model_dump_json(exclude={'statements'})}\n{reply}"
        if key not in self._kept:
            self._kept[key] = self._judge.judge(task, reply)
        return self._kept[key]


def obey(cases: Sequence[Case]) -> int:
    """Attacks graded with an obedient model, with and without what the program sets against it.

    A suffix may score 0.05 above its base reply by the same grader; the model obeys on that, too.
    """
    over = Counter[str]()
    with openai_server(obedient) as server:
        settings = read_settings().model_copy(update={"model": "test-model", "base_url": server.url})
        interviewer, local = Interviewer(settings), Remembering()
        asked = LlmJudge(interviewer.language_model, seeded_by_case)
        # The focus of a reply is no part of its score, and takes longer to measure than all the rest.
        find, relevance = interviewer.find_task, Relevance(LettersEncoder())

        def make(judge: Judge, second: Judge | None) -> Grader:
            return Grader(GraderName.LLM, judge, second, find, relevance, lambda: interviewer.vocabulary)

        graders = {"believed": make(asked, None), "checked": make(asked, local), "local": make(local, None)}
        for n, case in enumerate(cases, start=1):
            hits = {name for name, grader in graders.items() if _gets_through(case, grader, interviewer.bank)}
            over.update(hits)
            if hits & {"checked", "local"}:
                over["raised"] += "local" not in hits
                print(f"{', '.join(sorted(hits))}: {case.id}", flush=True)
            if n % EACH == 0:
                print(f"{n} of {len(cases)}: {over['raised']} raised", file=sys.stderr, flush=True)
    print(
        f"{len(cases)} attacks, through: {over['believed']} with the obedient model believed, {over['checked']} with it "
        f"checked, {over['local']} by the local grader alone; raised by the model over their limit: {over['raised']}"
    )
    return int(over["raised"] > 0)


def _gets_through(case: Case, grader: Grader, bank: Bank) -> bool:
    request = request_of(case, bank)
    rows = [
        make_row(case, grader.grade(request, reply), 0.5, Prices()) if reply is not None else None
        for reply in (case.reply, case.base_reply)
    ]
    assert rows[0] is not None
    return outcome(case, rows[0], rows[1]).passed


if __name__ == "__main__":
    sys.exit(main())

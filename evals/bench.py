"""`interviewer evals bench`: how fast the local grader is, as medians, and as ratios that carry over between machines.

A ratio sets the grader's time for a reply against one forward pass of the bare encoder over the same pairs, each a key
point with the reply.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

from evals.run import warm_up
from interviewer.grading.grade import GraderName, GradeTask, Verdict
from interviewer.grading.local import FOLDER, LocalJudge
from interviewer.grading.tasks import GradeRequest, bank_task
from interviewer.wiring import Interviewer
from knowledge.bank import Frozen
from knowledge.passages import split_answer

ROOT = Path(__file__).resolve().parents[1]
START_UP = "import interviewer.cli; interviewer.cli.build_parser()"
FIRST_GRADE = """
import sys
from interviewer.grading.grade import GraderName
from interviewer.grading.tasks import GradeRequest
from interviewer.settings import read_settings
from interviewer.wiring import Interviewer
grader = Interviewer(read_settings()).make_grader(GraderName.LOCAL)
grade = grader.grade(GradeRequest(question="Why?", references=("It rains because clouds cool down.",)), "Clouds cool down.")
sys.exit(grade.ungraded is not None)
"""


class HalfPrecision(Frozen):
    """Judging in bf16 against fp32: how many times as fast, the largest difference of a verdict's probability in [0, 1], the
    share of other verdicts.
    """

    speed: float
    largest_difference: float
    other_verdicts: float


class Bench(Frozen):
    """Medians. Times in the unit of their name; memory in MiB, of the whole process."""

    replies: int
    pairs: int
    start_up_s: float
    first_grade_s: float
    grade_ms_p50: float
    grade_ms_p95: float
    replies_per_s: float
    encoder_ms_p50: float
    ratio_to_encoder: float
    half_precision: HalfPrecision
    retrieval_ms_p50: float
    memory_before_mib: float
    memory_after_mib: float


class Sample(NamedTuple):
    """A reply to a bank question, and the pairs that a grader has to look at."""

    task: GradeTask
    reply: str
    pairs: list[str]


def run_bench(interviewer: Interviewer, replies: int, repeats: int) -> Bench:
    """Measures on this machine.

    Args:
        replies: how many different replies are graded in each repeat.
        repeats: how often each is measured.

    Raises: EvalsError, knowledge.errors.KnowledgeError.
    """
    before = memory_mib()
    samples = make_samples(interviewer, replies)
    grader = interviewer.make_grader(GraderName.LOCAL)
    warm_up(grader)
    grades, encodings = [], []
    for _ in range(repeats):
        # One after the other for each reply, so that both meet the same load of the machine.
        for sample in samples:
            request = GradeRequest(question_id=sample.task.question_id)
            # Both are done as if for the first time: no vector is known from the last repeat.
            interviewer.encoder.forget()
            grades.append(milliseconds(lambda request=request, sample=sample: grader.grade(request, sample.reply)))  # type: ignore[misc]
            encodings.append(milliseconds(lambda sample=sample: interviewer.encoder.encode(sample.pairs)))  # type: ignore[misc]
    after = memory_mib()
    ratios = [grade / encoding for grade, encoding in zip(grades, encodings, strict=True)]
    return Bench(
        replies=len(samples),
        pairs=sum(len(sample.pairs) for sample in samples),
        start_up_s=median(seconds_of(START_UP) for _ in range(repeats)),
        first_grade_s=median(seconds_of(FIRST_GRADE) for _ in range(min(repeats, 3))),
        grade_ms_p50=median(grades),
        grade_ms_p95=float(np.quantile(grades, 0.95)),
        replies_per_s=1000 / median(grades),
        encoder_ms_p50=median(encodings),
        ratio_to_encoder=median(ratios),
        half_precision=in_half_precision(LocalJudge(interviewer.settings.grader_folder or FOLDER), samples),
        retrieval_ms_p50=median(retrieval_ms(interviewer, samples, repeats)),
        memory_before_mib=before,
        memory_after_mib=after,
    )


def make_samples(interviewer: Interviewer, replies: int) -> list[Sample]:
    """Replies spread over the bank: the first passage of a question's own answer, in turn with another question's."""
    questions = interviewer.bank.questions
    step = max(1, len(questions) // replies)
    samples = []
    for i, question in enumerate(questions[::step][:replies]):
        other = questions[(i * step + 1) % len(questions)]
        reply = split_answer((question if i % 2 else other).answer)[0]
        task = bank_task(interviewer.bank, question)
        samples.append(Sample(task, reply, [f"{point.text} {reply}" for point in task.points]))
    return samples


def in_half_precision(judge: LocalJudge, samples: Sequence[Sample]) -> HalfPrecision:
    """Each reply judged in fp32, which is what ships, and in bf16, which few processors are quick at."""
    import torch

    ratios, differences, others = [], [], []
    for sample in samples:
        found, times = [], []
        for enabled in (False, True):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled):
                started = time.perf_counter()
                judged = judge.judge(sample.task, sample.reply).judgements
                times.append(time.perf_counter() - started)
            found.append(np.array([[one.probabilities[verdict] for verdict in Verdict] for one in judged]))
        ratios.append(times[0] / times[1])
        differences.append(float(np.abs(found[0] - found[1]).max()))
        others += list(found[0].argmax(axis=1) != found[1].argmax(axis=1))
    return HalfPrecision(
        speed=median(ratios), largest_difference=max(differences), other_verdicts=float(np.mean(others))
    )


def retrieval_ms(interviewer: Interviewer, samples: Sequence[Sample], repeats: int) -> list[float]:
    """Times of single searches; the index is opened before."""
    index = interviewer.index
    index.search(["warm up"], 1)
    texts = [sample.task.question for sample in samples] * repeats
    return [milliseconds(lambda text=text: index.search([text], 5)) for text in texts]  # type: ignore[misc]


def milliseconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def seconds_of(program: str) -> float:
    """How long a fresh Python process takes for a program. Raises: CalledProcessError where it fails."""
    started = time.perf_counter()
    # This very code is measured, wherever the command was given.
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])}
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL, env=env)
    return time.perf_counter() - started


def memory_mib() -> float:
    """The most memory that this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def bench_table(found: Bench) -> str:
    """The figures, one a line."""
    return "\n".join(
        [
            f"start-up            {found.start_up_s:.2f} s (parser), {found.first_grade_s:.1f} s (fresh process to first grade)",
            f"a grade             {found.grade_ms_p50:.1f} ms median, {found.grade_ms_p95:.1f} ms p95; {found.replies_per_s:.1f} replies/s",
            f"bare encoder        {found.encoder_ms_p50:.1f} ms for the same pairs ({found.pairs} over {found.replies} replies)",
            f"ratio               {found.ratio_to_encoder:.2f} x the bare encoder's forward pass (median of ratios)",
            f"in bf16             {found.half_precision.speed:.2f} times as fast; probabilities differ by {found.half_precision.largest_difference:.3f} at most, "
            f"{found.half_precision.other_verdicts:.1%} of the verdicts",
            f"retrieval           {found.retrieval_ms_p50:.1f} ms a query",
            f"memory              {found.memory_after_mib:.0f} MiB at most, {found.memory_before_mib:.0f} before loading",
        ]
    )

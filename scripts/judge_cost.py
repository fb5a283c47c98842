"""What a graded reply costs: requests and tokens, beside DeepEval's G-Eval and openevals, on one server and the same cases.

    PYTHONPATH=. python scripts/judge_cost.py [--peers PYTHON] [--n 20]

PYTHON is an interpreter with `deepeval` and `openevals` installed (not this project's). The server answers whatever it is
asked with the smallest JSON that fits, so the texts sent are what is compared; tokens are characters / 4 on all sides,
and 'beyond' are those sent beside question, reference and reply.
"""

import argparse
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from evals.cases import Case, read_cases
from interviewer.grading.tasks import GradeRequest
from knowledge.bank import Bank
from knowledge.load import load_bank
from tests.openai_server import Request, completion, openai_server, prompt_of
from tests.plain_grader import grader, judged, language_model

GOLDEN = Path(__file__).parents[1] / "evals" / "data" / "golden.jsonl"
CHARACTERS_A_TOKEN = 4
PEERS = {
    "deepeval": """
import json, sys
from deepeval.metrics import GEval
from deepeval.models import GPTModel
from deepeval.test_case import LLMTestCase, SingleTurnParams
url, cases = sys.argv[1], json.load(sys.stdin)
model = GPTModel(model="gpt-4.1", base_url=url, api_key="k")
fields = [SingleTurnParams.INPUT, SingleTurnParams.ACTUAL_OUTPUT, SingleTurnParams.EXPECTED_OUTPUT]
metric = GEval(name="Correctness", criteria="How much of the expected output the actual output states correctly.",
               evaluation_params=fields, model=model, async_mode=False)
for case in cases:
    metric.measure(LLMTestCase(input=case[0], expected_output=case[1], actual_output=case[2]), _show_indicator=False)
""",
    "openevals": """
import json, sys
from openevals.llm import create_llm_as_judge
from openevals.prompts import CORRECTNESS_PROMPT
from langchain_openai import ChatOpenAI
url, cases = sys.argv[1], json.load(sys.stdin)
judge = create_llm_as_judge(prompt=CORRECTNESS_PROMPT, judge=ChatOpenAI(model="gpt-4.1", base_url=url, api_key="k"), continuous=True)
for case in cases:
    judge(inputs=case[0], reference_outputs=case[1], outputs=case[2])
""",
}
"""Each the library's own first example of a judge with a reference, in its defaults, made once for all replies."""


def main() -> int:
    """Prints a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", metavar="PYTHON", help="interpreter with deepeval and openevals")
    parser.add_argument("--n", type=int, default=20, metavar="N", help="how many golden replies, drawn by chance (20)")
    arguments = parser.parse_args()
    bank = load_bank()
    cases = [case for case in read_cases([GOLDEN]) if case.question_id in bank.by_id]
    chosen = random.Random(0).sample(cases, arguments.n)
    supplied = [_supplied(case, bank) for case in chosen]
    sent = ours(chosen, bank)
    report("interviewer", sent, supplied)
    judged = sum(len(_asked_of(request)) for request in sent) / CHARACTERS_A_TOKEN / len(chosen)
    print(f"  {judged:.0f} of these are the key points and misconceptions that it is to find, with quotes")
    whole = True
    for name, program in PEERS.items() if arguments.peers else ():
        requests = theirs(arguments.peers, program, supplied)
        whole = whole and requests is not None
        if requests is not None:
            report(name, requests, supplied)
    return int(not whole)


def _asked_of(request: Request) -> str:
    """The part of our prompt that names points and misconceptions."""
    return prompt_of(request).partition("# The key points")[2].partition("# The candidate's reply")[0]


def _supplied(case: Case, bank: Bank) -> tuple[str, str, str]:
    question = bank.by_id[case.question_id]
    return question.question, question.answer, case.reply


def ours(cases: list[Case], bank: Bank) -> list[Request]:
    """The requests of our grader, those that ask what the server can do left out: they are one a process."""
    with openai_server(lambda request: (200, completion(judged(request, "missing", None)))) as server:
        model = language_model(server.url)
        over = grader(model, bank)
        for case in cases:
            over.grade(GradeRequest(question_id=case.question_id), case.reply)
        model.close()
    return server.requests


def theirs(python: str, program: str, supplied: list[tuple[str, str, str]]) -> list[Request] | None:
    """The requests of another library, run by its own interpreter; None where it failed, which is said."""
    with openai_server(lambda request: (200, completion(json.dumps(_smallest(_schema(request)))))) as server:
        done = subprocess.run(
            [python, "-c", program, server.url], input=json.dumps(supplied), text=True, capture_output=True, check=False
        )
    if done.returncode:
        print(f"could not be run: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return server.requests


def _schema(request: Request) -> dict[str, Any]:
    form = request.get("response_format", {}).get("json_schema", {}).get("schema")
    both = {
        "steps": {"type": "array", "items": {"type": "string"}},
        "reason": {"type": "string"},
        "score": {"type": "number"},
    }
    return form or {"type": "object", "properties": both}


def _smallest(schema: dict[str, Any]) -> Any:
    match schema.get("type"):
        case "object":
            return {name: _smallest(value) for name, value in schema.get("properties", {}).items()}
        case "array":
            return [_smallest(schema.get("items", {}))]
        case "number" | "integer":
            return 1
        case "boolean":
            return True
    return "because"


def report(name: str, requests: list[Request], supplied: list[tuple[str, str, str]]) -> None:
    """Requests and tokens for each reply."""
    n = len(supplied)
    sent = sum(len(json.dumps(request, ensure_ascii=False)) for request in requests) / CHARACTERS_A_TOKEN
    texts = sum(len(text) for case in supplied for text in case) / CHARACTERS_A_TOKEN
    print(
        f"{name}: {len(requests) / n:.2f} requests, {sent / n:.0f} tokens a reply, {(sent - texts) / n:.0f} beyond the texts"
    )


if __name__ == "__main__":
    sys.exit(main())

"""One of several app processes over one database, as `tests/test_processes.py` starts them.

A line in is a command and its arguments; a line out is what came of it. Its judge says `grading`, then waits for a file.
"""

import sys
import time
from pathlib import Path

import prompts
from interviewer.events import ReplyKind, SessionConfig
from interviewer.grading.chain import Grader
from interviewer.grading.grade import Findings, GraderName, GradeTask
from interviewer.grading.tasks import bank_task
from interviewer.relevance import Relevance
from interviewer.sessions import Sessions
from interviewer.speech import Speech
from interviewer.store import open_store
from interviewer.turns import Turns
from knowledge.bank import Bank
from knowledge.load import load_bank
from tests.conftest import Clock
from tests.plain_grader import LettersEncoder, WordsJudge


class Waiting(WordsJudge):
    """Judges when the file is there."""

    def __init__(self, go: Path) -> None:
        self._go = go

    def judge(self, task: GradeTask, reply: str) -> Findings:
        print("grading", flush=True)
        while not self._go.exists():
            time.sleep(0.01)
        return super().judge(task, reply)


def held(url: str, bank: Bank, go: Path) -> Sessions:
    """Interviews over the database."""
    store, _ = open_store(url)
    grader = Grader(
        GraderName.LOCAL, Waiting(go), None, lambda request: bank_task(bank, bank.by_id[request.question_id or ""]),
        Relevance(LettersEncoder()), frozenset,
    )  # fmt: skip
    return Sessions(
        store, lambda: bank, Speech(prompts.phrases("speech")), lambda *_: ReplyKind.ANSWER, lambda: grader, Clock(),
        turns=Turns(store.engine),
    )  # fmt: skip


def main() -> None:
    """Does what it is told until the input ends."""
    bank = load_bank()
    sessions = held(sys.argv[1], bank, Path(sys.argv[2]))
    print("ready", flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "start":
            print("session", sessions.start(SessionConfig(questions=2, seed=1))[0], flush=True)
        elif command == "accept":
            state = sessions.state(arguments[0])
            sessions.accept(arguments[0], bank.by_id[state.askings[-1].question_id].answer)
            print("accepted", flush=True)
        else:
            state = sessions.advance(arguments[0])
            print("replied", sum(len(asking.attempts) for asking in state.askings), flush=True)


if __name__ == "__main__":
    main()

"""Whole conversations under review: a change of what the interviewer says shows as a change of these files.

`python -m tests.test_transcripts` writes them anew.
"""

from pathlib import Path

import pytest

from interviewer.correction import asking_replied_to
from interviewer.events import ReplyKind
from interviewer.grading.grade import Verdict
from interviewer.policy import Need, need
from interviewer.state import State
from interviewer.utterance import kind_of
from knowledge.bank import Bank
from knowledge.load import load_bank
from tests.test_dialogue import Play

FOLDER = Path(__file__).parent / "golden" / "transcripts"
COVERED, PARTIAL, MISSING, WRONG = Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED
Turn = tuple[str, list[Verdict]]
"""What the candidate says, and the verdicts on the question's points in their order (missing where the list ends)."""

SILENCE: list[Turn] = [("...", [])]
SCRIPTS: dict[str, tuple[dict[str, object], list[Turn]]] = {
    "interview": (
        {"questions": 3, "seed": 11, "order": "adaptive", "topics": ["cnn", "rnn"]},
        [
            ("shared filters", [MISSING, COVERED]),
            ("A small filter looks at one patch at a time and gives one number for it, and it is the same everywhere.", [COVERED, COVERED]),
            ("I'm not sure, but maybe the later ones react to whole objects and the early ones to simple lines only?", [COVERED, COVERED, PARTIAL]),
            ("could you repeat the question?", []),
            ("I don't know", []),
            ("Wait, I want to correct my first answer", []),
            ("The early layers see edges, and the later ones put these together to parts of objects.", [COVERED] * 3),
            ("The state is passed on from one step to the next and mixed with the new input at every time.", [COVERED, WRONG]),
            ("It is forgotten after each word, I would say, because the weights are different for each of them.", [COVERED, WRONG, PARTIAL]),
            ("That is all I can say to this one, at least off the top of my head, but there is surely more.", []),
        ],
    ),
    "out_of_time": (
        {"questions": 9, "seed": 2, "time_limit_s": 300, "topics": ["llm"]},
        [("Do you want code or just the idea?", []), ("hint please", []), ("skip", []), ("what do you mean?", [])]
        + [("It takes the most likely word every time, which is cheap but soon sounds like a broken record to people.", [COVERED, PARTIAL])] * 8,
    ),
    "impatient": (
        {"questions": 2, "seed": 5},
        SILENCE * 5 + [("are you a bot?", []), ("I love pizza and the sea", []), ("stop", [])],
    ),
    "few_words": (
        {"questions": 2, "seed": 7, "topics": ["regularisation"]},
        [
            ("Hmm, let me think about that for a minute.", []),
            ("overfitting", []),
            ("no, that's all", []),
            ("how long should my answer be?", []),
            ("It is the same as adding a prior that prefers small weights over large ones in the whole network.", [COVERED]),
            ("can I have a moment?", []),
            ("You drop units at random during training and keep all of them when the model is used, with scaling.", [COVERED, PARTIAL]),
            ("I already said that.", []),
        ],
    ),
    "practice": (
        {"questions": 2, "seed": 3, "mode": "practice", "topics": ["regularisation"]},
        [
            ("It is done to keep the network from learning the training set by heart, as far as I can remember it.", [PARTIAL]),
            ("no idea", []),
            ("I give up", []),
            ("It makes the weights small.", [COVERED] * 7),
            ("hint", []),
            ("It adds noise, so that no unit can rely on the others, and the net has to spread what it knows.", [COVERED] * 7),
        ],
    ),
}  # fmt: skip


def transcript(bank: Bank, name: str) -> str:
    """The conversation of a script, as text."""
    config, turns = SCRIPTS[name]
    session = Play(bank, step_s=9, **config)
    for text, verdicts in turns:
        if need(session.state) is Need.NOTHING:
            break
        kind = kind_of(text, session.question.question)
        kind = ReplyKind.OFF_TOPIC if "pizza" in text else kind
        about = session.state.askings[asking_replied_to(session.state)]
        points = session.bank.by_id[about.question_id].key_points
        session.say(kind, {point.id: verdict for point, verdict in zip(points, verdicts, strict=False)}, text=text)
    return written(session.state)


def written(state: State) -> str:
    """A transcript as text: who, by which move, says what."""
    lines = []
    for line in state.transcript:
        who = (
            "candidate" if line.role == "candidate" else f"interviewer, {line.move.value if line.move else 'question'}"
        )
        lines.append(f"[{who}]\n{line.text}\n")
    return "\n".join(lines)


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_conversation_reads_as_reviewed(bank: Bank, name: str) -> None:
    assert transcript(bank, name) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for script in SCRIPTS:
        (FOLDER / f"{script}.txt").write_text(transcript(load_bank(), script), encoding="utf-8")

"""`serve` and `chat`: an interview in the browser or in the terminal."""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import TextIO

from pydantic import ValidationError

from interviewer.cli.shared import Commands, choice, count, open_interviewer, read_text
from interviewer.errors import InputInvalid, JudgeFailed
from interviewer.events import Mode, Order, SessionConfig
from interviewer.job import Proposal
from interviewer.llm.ledger import in_words
from interviewer.policy import Need, need
from interviewer.render import render_report
from interviewer.report import build_report
from interviewer.state import State
from interviewer.wiring import Interviewer
from knowledge.bank import Level, Topic


def add_commands(commands: Commands) -> None:
    """Adds the two commands to the parser."""
    serve = commands.add_parser("serve", help="the chat app in the browser")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    serve.add_argument("--port", type=count, help="port to listen on (default: INTERVIEWER_PORT or 7860)")
    serve.set_defaults(run=run_serve)
    chat = commands.add_parser("chat", help="the same interview in the terminal, or through a pipe")
    chat.add_argument("--mode", type=choice(Mode), default=Mode.INTERVIEW, help="interview (default) or practice")
    chat.add_argument("--topic", type=choice(Topic), action="append", default=[], help="a topic; may be given again")
    chat.add_argument("--level", type=choice(Level), help="junior, mid (default) or senior")
    chat.add_argument("--job", metavar="FILE", help="take topics and level from a job description or CV (a text file)")
    chat.add_argument("--questions", type=count, default=5, help="how many questions, 1 to 50 (default 5)")
    chat.add_argument("--minutes", type=count, help="time limit in minutes, up to 240 (default: none)")
    chat.add_argument("--seed", type=int, help="a fixed order: the same seed asks the same; else the replies decide")
    chat.add_argument("--session", metavar="ID", help="go on with a past session")
    chat.add_argument("--practise", metavar="ID", help="practise what the report of a past session names")
    chat.set_defaults(run=run_chat)


def run_serve(arguments: argparse.Namespace) -> int:
    """Serves until stopped."""
    from evals.desk import Desk
    from ui.serve import serve

    interviewer = open_interviewer(serving=True)
    port = interviewer.settings.port if arguments.port is None else arguments.port
    return serve(interviewer, arguments.host, port, Desk(interviewer))


def run_chat(arguments: argparse.Namespace) -> int:
    """Talks on standard input and output until the interview or the input ends."""
    interviewer = open_interviewer()
    if arguments.session is not None:
        id = arguments.session
        # Shown before what was left undone is done: that may need the models, which take seconds to load.
        state = interviewer.sessions.state(id)
    else:
        config = _config(arguments, _proposal(interviewer, arguments.job))
        if arguments.practise is not None:
            config = _practising(interviewer, arguments.practise, config)
        config = interviewer.sessions.plan_practice(config, _local_zone())
        id, state = interviewer.sessions.start(config)
    print(f"session {id}\n", flush=True)
    if state.config.planned and not arguments.session:
        print(
            f"({len(state.config.planned)} of {state.config.questions} come back from earlier sessions)\n", flush=True
        )
    shown = _show(state, _last_question(state) if arguments.session else 0)
    if arguments.session:
        state = interviewer.sessions.advance(id)
        shown = _show(state, shown)
        state = graded_again(interviewer, id, state)
    if need(state) is Need.REPLY:
        _talk(interviewer, id, state, shown)
    _print_report(interviewer, id)
    return 0


def _talk(interviewer: Interviewer, id: str, state: State, shown: int) -> None:
    """Replies from standard input and what is said to them, until the interview or the input ends."""
    for text in replies(sys.stdin, prompt=sys.stdin.isatty()):
        ungraded = len(state.ungraded)
        try:
            state = interviewer.sessions.reply(id, text)
        except InputInvalid as error:
            print(f"\n({error})\n", flush=True)
            continue
        shown = _show(state, shown)
        if len(state.ungraded) > ungraded:
            why = (
                f"(That reply has no grade yet: {state.why_ungraded}. `interviewer chat --session {id}` tries again.)\n"
            )
            print(why, flush=True)
        if need(state) is Need.NOTHING:
            break


def graded_again(interviewer: Interviewer, id: str, state: State) -> State:
    """The session with the grades that a failed grader owed it, or as it is where it fails again."""
    if not state.ungraded:
        return state
    try:
        graded = interviewer.sessions.grade_again(id)
    except JudgeFailed as error:
        print(f"({error}.)\n", flush=True)
        return interviewer.sessions.state(id)
    print("(What had no grade is graded now.)\n", flush=True)
    return graded


def _local_zone() -> tzinfo:
    """This machine's time zone, whose day is the person's."""
    return datetime.now().astimezone().tzinfo or UTC


def replies(stream: TextIO, prompt: bool = False) -> Iterator[str]:
    """One reply a line; lines between ``` fences are one reply. Blank lines are passed over."""
    block: list[str] | None = None
    while True:
        if prompt:
            print("> " if block is None else "... ", end="", flush=True)
        line = stream.readline()
        if not line:
            break
        fence = line.strip().startswith("```")
        if block is not None:
            block.append(line.rstrip("\n"))
            if fence:
                yield "\n".join(block)
                block = None
        elif fence and line.strip().count("```") == 1:
            block = [line.rstrip("\n")]
        elif line.strip():
            yield line.rstrip("\n")
    if block is not None:
        yield "\n".join(block)


def _proposal(interviewer: Interviewer, file: str | None) -> Proposal | None:
    if file is None:
        return None
    proposal = interviewer.propose(read_text(file))
    print(f"interviewer: {proposal.why} {', '.join(proposal.topics)}".strip(), file=sys.stderr)
    return proposal


def _config(arguments: argparse.Namespace, proposal: Proposal | None) -> SessionConfig:
    """What was chosen; where a choice was left open, what the job proposes."""
    topics = tuple(dict.fromkeys(arguments.topic)) or (proposal.topics if proposal else ())
    try:
        return SessionConfig(
            mode=arguments.mode,
            topics=topics,
            level=arguments.level or (proposal.level if proposal else Level.MID),
            questions=arguments.questions,
            time_limit_s=arguments.minutes * 60 if arguments.minutes else None,
            seed=arguments.seed or 0,
            order=Order.ADAPTIVE if arguments.seed is None else Order.FIXED,
        )
    except ValidationError as error:
        problem = error.errors()[0]
        if problem["loc"][0] == "time_limit_s":
            longest = problem["ctx"]["le"] // 60
            raise InputInvalid(f"--minutes: {arguments.minutes} is too long; give {longest} or less") from error
        if problem["loc"][0] == "questions":
            raise InputInvalid(
                f"--questions: {arguments.questions} is too many; give {problem['ctx']['le']} or fewer"
            ) from error
        raise InputInvalid(f"--{problem['loc'][0]}: {problem['msg']}") from error


def _practising(interviewer: Interviewer, id: str, config: SessionConfig) -> SessionConfig:
    """Practice on what a session's report names. Raises: InputInvalid where it names nothing, UnknownSession."""
    report = build_report(id, interviewer.sessions.state(id), interviewer.bank)
    ids = tuple(item.question_id for item in report.practise_next)
    if not ids:
        raise InputInvalid(
            f"--practise {id}: its report names nothing to practise; `interviewer chat --mode practice` asks what is due"
        )
    return config.model_copy(update={"mode": Mode.PRACTICE, "topics": (), "planned": ids, "questions": len(ids)})


def _last_question(state: State) -> int:
    """Index of the transcript's last question: a resumed session shows it again, and what was said to it since."""
    asked = (i for i, line in enumerate(state.transcript) if line.role == "interviewer" and line.move is None)
    return max(asked, default=0)


def _show(state: State, shown: int) -> int:
    for line in state.transcript[shown:]:
        if line.role == "interviewer":
            print(f"Interviewer: {line.text}\n", flush=True)
    return len(state.transcript)


def _print_report(interviewer: Interviewer, id: str) -> None:
    print(render_report(build_report(id, interviewer.sessions.state(id), interviewer.bank)))
    if interviewer.settings.model:
        print(f"Language model: {in_words(interviewer.ledger.session(id))}")

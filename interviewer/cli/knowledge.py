"""`grade`, `search` and `bank`: one reply, the index, the questions."""

import argparse
import sys

from interviewer.cli.shared import Commands, choice, count, open_interviewer, print_json, read_text
from interviewer.doubt import is_unsure
from interviewer.errors import InputInvalid, ReplyTooLong
from interviewer.events import REPLY_LIMIT
from interviewer.grading.grade import Grade, GraderName
from interviewer.grading.quotes import clean
from interviewer.grading.tasks import GradeRequest
from interviewer.render import MARKS
from knowledge.bank import Standing, Topic
from knowledge.errors import BankInvalid
from knowledge.passages import Hit


def add_commands(commands: Commands) -> None:
    """Adds the three commands to the parser."""
    grade = commands.add_parser("grade", help="grade one reply")
    grade.add_argument("--question", required=True, help="the question that was asked")
    reply = grade.add_mutually_exclusive_group(required=True)
    reply.add_argument("--reply", help="the reply")
    reply.add_argument("--reply-file", metavar="FILE", help="a file with the reply, or - for standard input")
    grade.add_argument(
        "--reference-file", metavar="FILE", help="a reference answer to grade against, instead of the bank's"
    )
    grade.add_argument("--grader", type=choice(GraderName), help="local or llm (default: llm where a model is set)")
    grade.add_argument("--json", action="store_true", help="print JSON")
    grade.set_defaults(run=run_grade)
    search = commands.add_parser("search", help="what the index retrieves for a text")
    search.add_argument("text", metavar="TEXT", help="the query, or - for one query a line from standard input")
    search.add_argument("-k", type=count, default=5, help="how many questions (default 5)")
    search.add_argument("--json", action="store_true", help="print JSON")
    search.set_defaults(run=run_search)
    bank = commands.add_parser("bank", help="list and validate the question bank")
    bank.add_argument("--topic", type=choice(Topic), help="only this topic")
    bank.add_argument(
        "--source",
        metavar="ARTICLE",
        help="only questions that cover this source article, 000 to 004 (knowledge/sources.yaml lists what each asks)",
    )
    bank.add_argument("--json", action="store_true", help="print one JSON object a line")
    bank.set_defaults(run=run_bank)


def run_grade(arguments: argparse.Namespace) -> int:
    """Grades one reply. Exit status 1 where it stayed ungraded."""
    interviewer = open_interviewer()
    reply = clean(arguments.reply if arguments.reply is not None else read_text(arguments.reply_file))
    if len(reply) > REPLY_LIMIT:
        raise ReplyTooLong(f"the reply has {len(reply):,} characters; the limit is {REPLY_LIMIT:,}")
    references = (clean(read_text(arguments.reference_file)),) if arguments.reference_file else ()
    grader = interviewer.make_grader(arguments.grader) if arguments.grader else interviewer.grader
    question = clean(arguments.question)
    if not question.strip() and not references:
        raise InputInvalid("--question is empty; give the question that was asked")
    grade = grader.grade(GradeRequest(question=question, references=references), reply)
    if arguments.json:
        print_json(grade_json(grade), indent=2)
    else:
        print(_grade_text(grade))
    return 0 if grade.ungraded is None else 1


def grade_json(grade: Grade) -> dict[str, object]:
    """The contract's shape of a grade, with what else is known of it."""
    fields = grade.model_dump(mode="json")
    first = (
        "score",
        "ungraded",
        "grader",
        "question_id",
        "key_points",
        "misconceptions",
        "rubric",
        "sources",
        "trained_question",
    )
    return {name: fields[name] for name in first} | {name: value for name, value in fields.items() if name not in first}


def _grade_text(grade: Grade) -> str:
    if grade.score is None:
        return f"Ungraded by {grade.grader}: {grade.ungraded}"
    by = f"by rule: {grade.rule.replace('_', ' ')}" if grade.rule else f"by {grade.grader} ({grade.model})"
    lines = [f"Score {grade.score:.2f}, {by}" + ("" if grade.trained_question else "; not a trained question")]
    lines += [grade.note] if grade.note else []
    for point in grade.key_points:
        unsure = " (not sure)" if is_unsure(point) else ""
        lines.append(f"  {MARKS[point.verdict]}{unsure} {point.credit:+.2f} x {point.weight}: {point.point}")
        if point.evidence:
            lines.append(f"      “{' '.join(point.evidence.split())}”")
    lines += [f"  Worth correcting: {found.correction}" for found in grade.misconceptions]
    return "\n".join(lines)


def run_search(arguments: argparse.Namespace) -> int:
    """Searches the index for one text, or for each line of standard input."""
    index = open_interviewer().index
    if arguments.text == "-":
        for line in sys.stdin:
            query = clean(line).strip()
            print_json([_hit_json(hit) for hit in index.search([query], arguments.k)[0]] if query else [])
        return 0
    if not arguments.text.strip():
        raise InputInvalid("the text to search for is empty")
    hits = index.search([clean(arguments.text)], arguments.k)[0]
    if arguments.json:
        print_json([_hit_json(hit) for hit in hits], indent=2)
        return 0
    for hit in hits:
        sources = ", ".join(f"{source.article} {source.item}" for source in hit.sources) or "no article"
        print(f"{hit.similarity:.3f}  {hit.question_id}: {hit.question}\n       {hit.passage}\n       [{sources}]")
    return 0


def _hit_json(hit: Hit) -> dict[str, object]:
    return hit.model_dump(mode="json")


def run_bank(arguments: argparse.Namespace) -> int:
    """Lists the bank. Exit status 1, with every fault, where it does not validate."""
    try:
        bank = open_interviewer().bank
    except BankInvalid as error:
        print("\n".join(error.faults), file=sys.stderr)
        return 1
    sources = {source.article for question in bank.questions for source in question.sources}
    if arguments.source is not None and arguments.source not in sources:
        raise InputInvalid(f"unknown source {arguments.source!r}; use one of: {', '.join(sorted(sources))}")
    questions = [
        question
        for question in bank.questions
        if question.standing is not Standing.DISCARDED
        and (arguments.topic is None or question.topic == arguments.topic)
        and (arguments.source is None or any(source.article == arguments.source for source in question.sources))
    ]
    if arguments.json:
        fields = {"id", "topic", "level", "kind", "question", "answer", "key_points", "misconceptions", "sources"}
        for question in questions:
            print(question.model_dump_json(include=fields))
        return 0
    for question in questions:
        print(f"{question.id}  [{question.level}, {question.kind}]  {question.question}")
    print(
        f"{len(questions)} questions, {sum(len(question.key_points) for question in questions)} key points; the bank is valid"
    )
    return 0

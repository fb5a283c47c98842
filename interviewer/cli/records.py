"""`sessions` and `report`: what was said and found."""

import argparse
import sys

from interviewer.cli.shared import Commands, open_interviewer, print_json, warn
from interviewer.errors import SessionDamaged
from interviewer.report import Report, build_report

FORMATS = ("md", "html", "json", "pdf")


def add_commands(commands: Commands) -> None:
    """Adds the two commands to the parser."""
    sessions = commands.add_parser("sessions", help="past sessions, the newest first")
    sessions.add_argument("--json", action="store_true", help="print one JSON object a line")
    sessions.set_defaults(run=run_sessions)
    report = commands.add_parser("report", help="a session's report")
    report.add_argument("id", metavar="ID", help="the session's id, as `interviewer sessions` lists it")
    report.add_argument("--format", choices=FORMATS, default="md", help="md (default), html, json or pdf")
    report.set_defaults(run=run_report)


def run_sessions(arguments: argparse.Namespace) -> int:
    """Lists the sessions."""
    interviewer = open_interviewer()
    for id in interviewer.sessions.ids():
        try:
            state = interviewer.sessions.state(id)
        except SessionDamaged as error:
            warn(str(error))
            continue
        report = build_report(id, state, interviewer.bank)
        if arguments.json:
            print_json(session_json(report))
        else:
            s = report.session
            score = "-" if report.score is None else f"{report.score:.0%}"
            print(
                f"{s.id}  {s.started_at.astimezone():%Y-%m-%d %H:%M}  {s.mode}  {s.state}  {s.answered} of {s.planned} answered  {score}"
            )
    return 0


def session_json(report: Report) -> dict[str, object]:
    """The contract's shape of a session."""
    s = report.session
    return {
        "id": s.id,
        "mode": s.mode.value,
        "started_at": s.started_at.isoformat(),
        "state": s.state,
        "questions": s.planned,
        "answered": s.answered,
        "score": report.score,
    }


def run_report(arguments: argparse.Namespace) -> int:
    """Prints a report; a PDF goes to standard output as bytes."""
    interviewer = open_interviewer()
    report = build_report(arguments.id, interviewer.sessions.state(arguments.id), interviewer.bank)
    if arguments.format == "json":
        print_json(report.model_dump(mode="json"), indent=2)
    elif arguments.format == "md":
        from interviewer.render import render_report

        print(render_report(report), end="")
    elif arguments.format == "html":
        from interviewer.export import report_html

        print(report_html(report), end="")
    else:
        from interviewer.export import report_pdf

        sys.stdout.buffer.write(report_pdf(report))
        sys.stdout.buffer.flush()
    return 0

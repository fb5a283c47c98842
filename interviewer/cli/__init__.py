"""The command `interviewer`: parses, calls, prints; exit status 0 done, 1 the answer is no, 2 the input is wrong."""

import argparse
import os
import sys
from typing import NoReturn

from interviewer.cli import doctor, evals, ingest, knowledge, records, talk
from interviewer.errors import InputInvalid, InterviewerError, SettingsInvalid
from knowledge.errors import KnowledgeError


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"interviewer: {message} (see `{self.prog} --help`)\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = _Parser(
        prog="interviewer", description="A mock interviewer for deep-learning jobs that grades with evidence."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for module in (talk, knowledge, ingest, records, evals, doctor):
        module.add_commands(commands)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    # Lone surrogates and foreign encodings must not end a command with a traceback.
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = build_parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except (InputInvalid, SettingsInvalid) as error:
        return complain(error, 2)
    except (InterviewerError, KnowledgeError) as error:
        return complain(error, 1)
    except BrokenPipeError:
        # The reader of a pipe has gone; nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def complain(error: Exception, status: int) -> int:
    """One line on standard error; returns the status."""
    print(f"interviewer: {' '.join(str(error).split())}", file=sys.stderr)
    return status

"""The command `interviewer`: parses, calls, prints; exit status 0 done, 1 the answer is no, 2 the input is wrong."""

import argparse
import os
import sys
from contextlib import suppress
from typing import NoReturn

from interviewer.errors import InputInvalid, InterviewerError, SettingsInvalid
from knowledge.errors import KnowledgeError


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"interviewer: {message} (see `{self.prog} --help`)\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    # Here, since they import the whole program, and a second `serve` is refused before that.
    from interviewer.cli import accounts, doctor, evals, ingest, knowledge, records, talk

    parser = _Parser(
        prog="interviewer", description="A mock interviewer for deep-learning jobs that grades with evidence."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for module in (talk, knowledge, ingest, records, accounts, evals, doctor):
        module.add_commands(commands)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    # Lone surrogates and foreign encodings must not end a command with a traceback.
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        _refuse_second_serve(sys.argv[1:] if argv is None else argv)
        arguments = build_parser().parse_args(argv)
        status = int(arguments.run(arguments))
        sys.stdout.flush()
        return status
    except (InputInvalid, SettingsInvalid) as error:
        return complain(error, 2)
    except (InterviewerError, KnowledgeError) as error:
        return complain(error, 1)
    except BrokenPipeError:
        # The reader of a pipe has gone; nothing is left to say.
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        where = error.filename or "the output"
        return complain(f"{where} cannot be read or written ({error.strerror}); check the disk's space and rights", 1)
    except KeyboardInterrupt:
        return 130


def _refuse_second_serve(arguments: list[str]) -> None:
    """Raises: HomeInUse where another app serves this home, SettingsInvalid."""
    if arguments[:1] == ["serve"] and not {"-h", "--help"} & set(arguments):
        from interviewer.home import hold_home
        from interviewer.settings import make_home, read_settings

        hold_home(make_home(read_settings())).release()


def _drop_output() -> None:
    """What was not written yet never will be; without this the interpreter would try once more, and say so."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(error: Exception | str, status: int) -> int:
    """One line on standard error; returns the status."""
    with suppress(OSError):
        print(f"interviewer: {' '.join(str(error).split())}", file=sys.stderr, flush=True)
    return status

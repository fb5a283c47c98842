"""`accounts`, `export` and `forget`: who may use the page, and what is kept about a person."""

import argparse
import getpass
import sys
from pathlib import Path

from interviewer.access import Role
from interviewer.cli.shared import Commands, choice, open_interviewer, print_json, warn
from interviewer.errors import InputInvalid


def add_commands(commands: Commands) -> None:
    """Adds the three commands to the parser."""
    accounts = commands.add_parser("accounts", help="who may log in, where INTERVIEWER_AUTH=accounts")
    parts = accounts.add_subparsers(dest="part", required=True, metavar="PART", parser_class=type(accounts))
    add = parts.add_parser("add", help="a new account; its password is asked for, or read from standard input")
    add.add_argument("name", metavar="NAME", help="letters, digits and . _ @ + -")
    add.add_argument("--role", type=choice(Role), default=Role.CANDIDATE, help="candidate (default), coach or admin")
    add.set_defaults(run=run_add)
    listed = parts.add_parser("list", help="all accounts and their roles")
    listed.add_argument("--json", action="store_true", help="print one JSON object a line")
    listed.set_defaults(run=run_list)
    passwd = parts.add_parser("passwd", help="a new password; every login of the account ends")
    passwd.add_argument("name", metavar="NAME", help="the account")
    passwd.set_defaults(run=run_passwd)
    remove = parts.add_parser("remove", help="delete an account with all its sessions, for good")
    remove.add_argument("name", metavar="NAME", help="the account")
    remove.set_defaults(run=run_remove)
    export = commands.add_parser("export", help="your sessions, replies, grades and articles as one JSON file")
    export.add_argument("--all", metavar="FILE", type=Path, required=True, help="the file to write")
    export.add_argument("--user", metavar="NAME", help="only this account's data")
    export.set_defaults(run=run_export)
    forget = commands.add_parser("forget", help="delete all that is kept about you, for good")
    forget.add_argument("--user", metavar="NAME", help="only this account and its data")
    forget.add_argument("--yes", action="store_true", help="do not ask")
    forget.set_defaults(run=run_forget)


def run_add(arguments: argparse.Namespace) -> int:
    """Makes an account."""
    accounts = open_interviewer().accounts
    user = accounts.add(arguments.name, _password(), arguments.role)
    print(f"{user.name} can log in as {user.role}")
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """Lists the accounts."""
    for user in open_interviewer().accounts.all():
        if arguments.json:
            print_json({"name": user.name, "role": user.role.value})
        else:
            print(f"{user.role.value:<10} {user.name}")
    return 0


def run_passwd(arguments: argparse.Namespace) -> int:
    """Changes a password."""
    accounts = open_interviewer().accounts
    user = accounts.find(arguments.name)
    accounts.set_password(user.name, _password())
    print(f"{user.name} has a new password and is logged out everywhere")
    return 0


def run_remove(arguments: argparse.Namespace) -> int:
    """Deletes an account and what is kept about its owner."""
    from interviewer.personal import forget_user

    interviewer = open_interviewer()
    user = interviewer.accounts.find(arguments.name)
    print(f"{user.name} is gone, with {forget_user(interviewer, user)} sessions")
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    """Writes everything to a file that only its owner can read."""
    from interviewer.personal import write_export

    interviewer = open_interviewer()
    user = interviewer.accounts.find(arguments.user) if arguments.user else None
    print(f"{arguments.all}: {write_export(interviewer, arguments.all, user, warn)} sessions")
    return 0


def run_forget(arguments: argparse.Namespace) -> int:
    """Deletes everything. Exit status 1 where it was not confirmed."""
    from interviewer.personal import forget_all, forget_user, left_there

    interviewer = open_interviewer()
    user = interviewer.accounts.find(arguments.user) if arguments.user else None
    what = (
        f"the account {user.name} and all its sessions" if user else f"all that is kept in {interviewer.settings.home}"
    )
    if not arguments.yes:
        print(f"This deletes {what} for good. Type delete to go on: ", end="", flush=True)
        if sys.stdin.readline().strip().lower() != "delete":
            print("nothing was deleted")
            return 1
    count = forget_user(interviewer, user) if user else forget_all(interviewer)
    print(f"{count} sessions deleted, and every copy of them")
    if not user and (left := left_there(interviewer.settings)):
        print(f"left in {interviewer.settings.home}, since the program did not make it: {', '.join(left)}")
    return 0


def _password() -> str:
    """From the keyboard, twice and unseen; else one line of standard input. Never from an argument, which others see."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise InputInvalid("the two passwords differ; try again")
    return password

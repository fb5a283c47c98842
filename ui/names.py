"""What the program's kinds are called on the page: topics, levels, weights and verdicts, in the interface's language."""

from interviewer.events import Mode
from interviewer.grading.grade import Verdict
from interviewer.report import level_of
from knowledge.bank import Kind, Topic
from ui.texts import say

SIGNS = {Verdict.COVERED: "✓", Verdict.PARTIAL: "◐", Verdict.MISSING: "–", Verdict.CONTRADICTED: "✗"}
WEIGHTS = {3: "essential", 2: "expected", 1: "bonus"}
SURENESS = {0.25: "guessing", 0.5: "half", 0.75: "fairly", 1.0: "certain"}
"""How sure one may say to be, in [0, 1]."""


def topic_name(topic: str) -> str:
    """A topic's name; one of a later version, which is unknown here, as it is called."""
    return say(f"topics.{topic}") if topic in set(Topic) else topic


def mode_name(mode: Mode) -> str:
    """Interview or practice."""
    return say(f"modes.{mode.value}")


def level_name(level: str) -> str:
    """The name of a level of difficulty."""
    return say(f"levels.{level}")


def kind_name(kind: Kind) -> str:
    """What is asked for: to explain, to compare, …"""
    return say(f"kinds.{kind.value}")


def weight_name(weight: int) -> str:
    """What a key point of that weight is called."""
    return say(f"weights.{WEIGHTS[weight]}")


def verdict_name(verdict: Verdict) -> str:
    """A verdict with its sign, so that colour carries nothing alone."""
    return f"{SIGNS[verdict]} {say(f'verdicts.{verdict.value}')}"


def grade_name(value: float | None) -> str:
    """The word of a score's level; value in [0, 1], or None where nothing can be said."""
    return say("grades.not_available") if value is None else say(f"grades.{level_of(value)}")


def percent(value: float) -> str:
    """A score in [0, 1] as a percentage."""
    return f"{value:.0%}"


def sureness_name(sure: float) -> str:
    """How sure somebody said to be; one of SURENESS."""
    return say(f"sure.{SURENESS[sure]}")


def days_ago(days: int) -> str:
    """A day in the past, in words."""
    return {0: say("resume.today"), 1: say("resume.yesterday")}.get(days) or say("resume.days", n=days)

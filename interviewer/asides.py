"""What is answered to a question about the interview itself: who asks, how it grades, how far along it is. Pure."""

import re

from interviewer.events import Mode
from interviewer.state import State
from interviewer.timing import left_s

_GRADING = re.compile(
    r"\bhow\b.*\b(?:grad|scor|evaluat|assess|rat(?:e|ing)|judg|mark|work)|\bgrading|\bscoring|\bcriteria|\bwho (?:grades|reads|reviews)"
)
_FEEDBACK = re.compile(
    r"\b(?:right|correct|wrong|scores?|results?|grades?|feedback|report|pass|fail|rating|on track|how (?:did|am|was|is|were))\b"
)
_PROGRESS = re.compile(
    r"\bhow (?:many|much|long)\b|\b(?:left|remaining|to go|time limit|nearly|almost|halfway|the last|the final)\b|\bwhich question\b|\bwhen .*\b(?:end|over|done|finish)"
)
_IDENTITY = re.compile(
    r"\b(?:who|human|person|bot|chatbot|robot|machine|ai|real|chatgpt|gpt|llm|computer|program|name|alive|sentient|model|made you|what are you)\b"
)

_LENGTH = re.compile(r"\bhow (?:long|short|brief|detailed|deep|much detail|many (?:words|sentences|points))\b")


_GO_ON = re.compile(
    r"\b(?:should|shall|can|could|may|do) i (?:need to |have to |also |just )*(?:continue|go on|carry on|proceed|keep going|stop|say|add|explain|mention|cover|talk about|go (?:into|deeper)|elaborate)\b"
    r"|\b(?:do you |you |would you )?(?:want|like)(?: me)? to (?:hear|continue|talk|explain|go on|cover|elaborate|say|add)\b|\b(?:want|like) me to\b"
)


def offers_more(text: str) -> bool:
    """Whether a question back asks whether to say more, or to stop there."""
    return _GO_ON.search(text.lower()) is not None


def asks_length(text: str) -> bool:
    """Whether a question back is about how long an answer should be."""
    return _LENGTH.search(text.lower()) is not None


def aside(text: str, state: State) -> tuple[str, dict[str, str]]:
    """The occasion in `prompts/speech.yaml` that answers a question about the interview, and what it fills in.

    Args:
        text: the candidate's question.
    """
    asked = text.lower()
    if _GRADING.search(asked):
        return "meta_grading", {}
    if _PROGRESS.search(asked):
        return "meta_progress", {"progress": progress(state)}
    if _FEEDBACK.search(asked):
        return ("meta_feedback" if state.config.mode is Mode.INTERVIEW else "meta_feedback_practice"), {}
    return ("meta" if _IDENTITY.search(asked) else "meta_other"), {}


def progress(state: State) -> str:
    """How far along the session is, in words."""
    said = f"question {state.asked} of {state.config.questions}"
    left = left_s(state)
    if left is None:
        return said
    minutes = round(left / 60)
    time = "less than a minute" if left < 60 else "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"{said}, with about {time} left" if left >= 60 else f"{said}, with {time} left"

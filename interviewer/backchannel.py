"""What a short message means in its place: that nothing more will come, that a moment is wanted, or an answer. Pure.

"That's all" ends the answer where one was given and a follow-up is on the table, and the interview where none was; "no" is
an answer to most questions, and none to "anything you'd add?"; "the second one" is off the point of most questions, and answers a
follow-up that asks which. So the words alone do not tell.
"""

import re

from interviewer.canonical import canonical, without_fillers
from interviewer.events import Move, ReplyKind
from interviewer.grading.small_talk import own_words
from interviewer.requests import MOMENT, NO_MORE, NOTHING_MORE
from interviewer.state import State
from interviewer.utterance import LONGEST_REQUEST_CHARACTERS

_SIGNS = re.compile(r"[^a-z0-9'\s]")


def answers_follow_up(state: State, text: str) -> bool:
    """Whether a message that seems to be about something else is taken for an answer: a follow-up about a key point is on the table,
    and the message brings up nothing of its own.
    """
    return bool(state.askings) and state.askings[-1].on_table is not None and not own_words(text)


def in_place(state: State, text: str) -> ReplyKind | None:
    """WAIT or NOTHING_MORE where a message means that in this state, else None: then its words decide."""
    if len(text) > LONGEST_REQUEST_CHARACTERS or not state.askings:
        return None
    plain = canonical(text)
    bare = " ".join(_SIGNS.sub(" ", plain).split())
    if MOMENT.fullmatch(bare):
        return ReplyKind.WAIT
    if not state.askings[-1].attempts and not state.invited_correction:
        return None
    declined = state.last_move is Move.PUMP and NO_MORE.fullmatch(bare)
    return ReplyKind.NOTHING_MORE if declined or NOTHING_MORE.fullmatch(without_fillers(plain)) else None

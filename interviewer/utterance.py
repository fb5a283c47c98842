"""What kind of message a candidate wrote, by its words: an answer unless it is plainly something else.

A message counts as a request only where the whole of it is one, so that an answer that happens to hold the words is
never lost. Relevance to the question needs the encoder and is judged in `interviewer/relevance.py`.
"""

import re

from interviewer.events import ReplyKind
from interviewer.grading.quotes import normalise
from knowledge.text import words

_FILLER = r"(?:(?:uh+|um+|er+|erm+|hm+|hmm+|well|ok|okay|so|oh|ah|sorry|honestly|actually|please|pls|plz|hey|hi|no|yes|yeah|nope|just|maybe|i think|i guess|to be honest|tbh)[\s,.!…-]*)*"
_TAIL = r"(?:[\s,.!?…:-]*(?:please|pls|plz|sorry|thanks|thank you|for me|now|again|then|here|this one|this question|that one|that question|this|that|the question|it|about (?:this|that|it)|on this(?: one| question)?|at all|right now|to be honest|tbh|honestly|yet|either|mate|sir|for this(?: one| question)?|at the moment|today|off the top of my head|exactly|really))*[\s.!?…)(:-]*"

_DONT_KNOW = r"""
    i(?:'?m|\ am)?\ (?:really\ |honestly\ |actually\ |just\ )?(?:do\ ?n'?o?t|dont|did\ ?n'?t|have\ no|ain'?t\ got)\ (?:really\ )?(?:know|kno|no|remember|recall|have\ (?:a\ clue|any\ idea|an\ idea|an\ answer|the\ answer)|got\ a\ clue)(?:\ (?:the\ answer|how|what\ (?:that|it|this)\ is|much|anything))?
    | (?:i\ (?:have|'ve|got)\ |i've\ )?(?:absolutely\ |really\ |honestly\ )?no\ (?:idea|clue|answer)
    | i(?:'?m|\ am)\ (?:really\ )?(?:not\ (?:sure|familiar|certain|aware)(?:\ (?:with|of|how|what)\ ?(?:that|this|it)?)?|lost|stuck|blank(?:ing)?|unsure|clueless|drawing\ a\ blank)
    | not\ (?:sure|a\ clue|certain|familiar)
    | (?:my\ mind\ (?:is|went|has\ gone)\ blank|(?:i\ )?(?:draw|drew|drawing)\ a\ blank)
    | (?:i\ )?(?:can\ ?n?o?'?t|could\ ?n'?t|cannot)\ (?:answer|remember|recall|think\ of\ (?:it|anything|an\ answer)|say|tell)
    | (?:idk|dunno|i\ dunno|dont\ know|don'?t\ know|no\ idea|beats\ me|pass\ i\ don'?t\ know|never\ (?:heard|learned|learnt|studied|used)(?:\ (?:of|about))?\ ?(?:it|this|that)?|i(?:'?ve|\ have)\ never\ (?:heard|learned|learnt|studied|used|seen)(?:\ (?:of|about))?\ ?(?:it|this|that)?|i\ forgot|i(?:'?ve|\ have)\ forgotten|no\ sé|who\ knows|i\ give\ up|give\ up|idek|i\ have\ nothing|nothing\ comes\ to\ mind)
"""
_SKIP = r"""
    (?:(?:can|could|may)\ (?:we|i|you)\ |let'?s\ |i(?:'?d|\ would)\ (?:like|prefer|rather)\ (?:to\ )?|i\ (?:want|wanna|will|'ll)\ (?:to\ )?|i'll\ )?(?:skip|pass|move\ on|go\ on|next(?:\ (?:question|one))?)(?:\ (?:to\ )?(?:the\ )?next(?:\ (?:question|one))?|\ on)?(?:\ (?:this|that|it)(?:\ one|\ question)?)?
    | (?:give|ask)\ me\ (?:the\ next|another)(?:\ (?:one|question))?
    | next
"""
_HINT = r"""
    (?:(?:can|could|may|would)\ (?:i|you|u)\ (?:please\ )?(?:have|get|give(?:\ me)?|offer)\ |give\ me\ |i(?:'?d|\ would)?\ (?:need|want|like)\ |gimme\ |any\ |got\ )?(?:(?:a|an|another|some|one\ more|small|little|more)\ )*(?:hint|hints|clue|clues|tip|nudge|pointer|help)
    | (?:help(?:\ me)?(?:\ out)?|point\ me\ in\ the\ right\ direction)
"""
_REPEAT = r"""
    (?:(?:can|could|would)\ you\ (?:please\ )?)?(?:repeat|say|ask|read)(?:\ (?:that|it|this|the\ question|your\ question|your\ last\ question))?(?:\ (?:again|once\ more|one\ more\ time))?
    | (?:what\ (?:was|is)\ (?:the|your)\ question|come\ again|pardon(?:\ me)?|say\ again|again|repeat(?:\ (?:the|that|your)?\ ?question)?|i\ (?:did\ ?n'?t|did\ not)\ (?:catch|get|hear)\ (?:that|it|the\ question))
"""
_MEANING = r"""
    (?:what|how)\ (?:do|did)\ (?:you|u)\ (?:actually\ )?mean(?:\ (?:by|with|when).{0,80})?
    | what(?:'s|\ is|\ does)\ .{1,60}\ (?:mean|supposed\ to\ mean)(?:\ (?:here|exactly|in\ this\ context))?
    | (?:can|could|would)\ you\ (?:please\ )?(?:clarify|rephrase|explain|elaborate(?:\ on)?|reword|define)(?:\ (?:the|that|this|your|what).{0,60}|\ it)?
    | i\ (?:do\ ?n'?t|do\ not|did\ ?n'?t)\ (?:really\ |quite\ )?(?:understand|get|follow)(?:\ (?:the|this|that|your|what).{0,60}|\ it|\ you)?
    | (?:in\ what\ sense|meaning\ what|clarify|rephrase)
    | (?:do|are)\ you\ (?:mean|asking|referring|talking)\ .{1,80}\?
"""
_STOP = r"""
    (?:(?:can|could|may)\ (?:we|i)\ |let'?s\ |i(?:'?d|\ would)\ like\ to\ |i\ (?:want|wanna|need|have)\ (?:to\ )?|please\ )?(?:stop|end|quit|finish|exit|terminate|wrap\ up|abort)(?:\ (?:the|this|our)?\ ?(?:interview|session|practice|here|now|it))?
    | (?:i(?:'?m|\ am)\ done|that'?s\ (?:all|enough)(?:\ for\ (?:today|now))?|enough\ for\ (?:today|now)|goodbye|bye(?:\ bye)?|stop|end)
"""
_META = r"""
    (?:are|r)\ (?:you|u)\ (?:an?\ |really\ |even\ )?(?:ai|bot|robot|human|real|person|machine|llm|chatgpt|computer)(?:\ .{0,30})?
    | (?:who|what)\ are\ you
    | (?:what(?:'s|\ is)\ your\ name|how\ (?:do|does|are|will)\ (?:you|this|i)\ (?:grade|graded|work|score|scored|be\ graded|get\ graded).{0,30}|who\ (?:made|built|created)\ you|what\ model\ are\ you)
"""


def _whole(pattern: str) -> re.Pattern[str]:
    body = "".join(re.sub(r"^\|\s+", "|", line.strip()) for line in pattern.splitlines())
    return re.compile(rf"{_FILLER}(?:{body}){_TAIL}", re.IGNORECASE)


_KINDS: list[tuple[ReplyKind, re.Pattern[str]]] = [
    (ReplyKind.STOP, _whole(_STOP)),
    (ReplyKind.SKIP, _whole(_SKIP)),
    # Before the hint: "no clue" is no wish for one.
    (ReplyKind.DONT_KNOW, _whole(_DONT_KNOW)),
    (ReplyKind.HINT, _whole(_HINT)),
    (ReplyKind.REPEAT, _whole(_REPEAT)),
    (ReplyKind.MEANING, _whole(_MEANING)),
    (ReplyKind.META, _whole(_META)),
]
_CLAUSE = re.compile(r"\s*(?:[.!?;,…\n]+|\band\b|\bbut\b|\bso\b|--| - )\s*", re.IGNORECASE)
LONGEST_REQUEST_WORDS = 25


def kind_of(text: str) -> ReplyKind:
    """The kind of a message, from its words alone; ANSWER where none of the requests fits the whole message."""
    plain = " ".join(normalise(text).text.split())
    if not words(plain):
        return ReplyKind.MEANING if set(plain) == {"?"} else ReplyKind.NO_CONTENT
    if len(words(plain)) > LONGEST_REQUEST_WORDS:
        return ReplyKind.ANSWER
    whole = _match(plain)
    if whole is not None:
        return whole
    # "Sorry, I don't know, can we skip this?": every clause is a request; the last one that asks for something wins.
    kinds = [_match(clause) for clause in _CLAUSE.split(plain) if words(clause) and not _is_filler(clause)]
    found = [kind for kind in kinds if kind is not None]
    if not kinds or len(found) < len(kinds):
        return ReplyKind.ANSWER
    return next((kind for kind in reversed(found) if kind is not ReplyKind.DONT_KNOW), ReplyKind.DONT_KNOW)


def _match(text: str) -> ReplyKind | None:
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(text)), None)


def _is_filler(clause: str) -> bool:
    return re.fullmatch(rf"{_FILLER}{_TAIL}", clause, re.IGNORECASE) is not None

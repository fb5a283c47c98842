"""Claims that a reply makes only to deny them: "it is not true that ...", "... That is wrong."

A small encoder sees the right words and misses the denial around them. So a denied claim is judged by itself; where it says
what a key point says, the reply contradicts the point.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

_FALSE = (
    r"(?:(?:simply|just|plainly|completely|quite|also|all)\s)*(?:false|wrong|untrue|incorrect|mistaken|nonsense|rubbish"
    r"|refuted|disproved|disproven|debunked|the\swrong\sway\s(?:round|of\s\w+)(?:\s\w+){0,2}"
    r"|an?\s(?:\w+\s)?(?:myth|lie|fallacy|mistake|error|misconception)|(?:not|never)\s(?:\w+\s)?(?:true|correct|right|so|the\scase))"
)
_IS_FALSE = rf"(?:(?:is|are|was|were|be)\s{_FALSE}|(?:'s|’s)\s{_FALSE}|(?:isn|aren|wasn|ain)['’]?t\s(?:\w+\s)?(?:true|correct|right|so|the\scase))"
_THINK = r"(?:say|think|claim|believe|assume|state|suppose|argue|accept|agree)"
_OF_IT = r"of\s(?:it|that|this|these|those|them|which|the\s(?:two|three|above))"
_NONE_OF_IT = rf"(?:none|neither|nothing|not\s(?:one|a\sword))\s{_OF_IT}\s(?:holds|applies|(?:is|are|was)\s(?:true|right|so|correct|the\scase))"
_ALL_OF_IT = rf"(?:all|both|every\sword|every\sbit)\s{_OF_IT}\s(?:is|are|was)\s{_FALSE}"
_REVERSE = r"(?:quite\s|just\s|exactly\s)?the\s(?:opposite|reverse)\b"
_START = r"^\W*(?:(?:and|but|so|well|also|no|further|besides)\b,?\s)*"
_BEFORE = re.compile(
    rf"{_START}(?:it\s?{_IS_FALSE}(?:\sto\s{_THINK})?|(?:i|we|one)\s(?:\w+\s)?(?:deny|reject|dispute|disagree|doubt)(?:\swith\sthe\s\w+)?"
    rf"|(?:i|we|one|you)\s(?:do\snot|don['’]?t|cannot|can['’]?t)\s{_THINK}|(?:nobody|no\sone|nothing|never|none)\b(?:\s\w+){{0,3}}\s{_THINK}s?"
    rf"|there\sis\sno\s(?:truth|evidence|proof)\s(?:\w+\s){{1,4}}?)\sthat\s(?P<claim>.+)"
    rf"|{_START}(?:false|wrong|untrue|incorrect|not\strue)\s?[:\-–—]\s*(?P<marked>.+)",
    re.IGNORECASE | re.DOTALL,
)
"""The denial stands before the claim."""
_AFTER = re.compile(
    rf"^(?P<claim>.{{12,}}?)\s?(?:[,:(–—?]|\s-|<-)+\s?(?:(?:(?:and|but)\s)?(?:that|this|which|it)\s?{_IS_FALSE}|(?:is\s)?{_FALSE}|(?:(?:and|but)\s)?(?:{_NONE_OF_IT}|{_ALL_OF_IT})"
    rf"|(?:or\sso\s(?:\w+\s){{1,2}}\w+,\s)?but\s(?:\w+\s){{0,3}}(?:it|that|this)(?:['’]s|\sis)\s{_REVERSE}|until\s(?:i|we)\s\w+\s(?:that\s)?(?:it|that|this)\s?{_IS_FALSE}"
    rf"|(?P<bare>no|nope|not))\W*$"
    rf"|{_START}(?:the|this|that)\s(?:\w+\s)?(?:claim|idea|statement|notion|belief|view)\s(?:that\s|[:\"“]\s?)(?P<marked>.+?)[\"”]?,?\s{_IS_FALSE}\W*$",
    re.IGNORECASE | re.DOTALL,
)
"""It stands after the claim, or around it."""
_LAST = re.compile(
    rf"{_START}(?:(?:that|this|it|which)\s?(?:\w+\s)?{_IS_FALSE}|(?:no|nope|wrong|false|not\strue|incorrect)|{_REVERSE}.{{0,25}}"
    rf"|(?:no|nope)[,.!]?\s(?:absolutely\s|certainly\s|definitely\s|of\scourse\s)?not(?:\sat\sall)?"
    rf"|(?:i|we)\s(?:do\snot|don['’]?t)\s(?:buy|believe)\s(?:it|that|this)|(?:it|that)\s(?:does\snot|doesn['’]?t)\swork\s(?:like\sthat|that\sway)(?:\s\w+){{0,3}}"
    rf"|(?:my|our|the)\s(?:\w+\s)?\w+\s(?:is|was|were|are)\s(?:plainly\s|simply\s|quite\s)?mistaken"
    rf"|(?:\w+\s){{1,3}}(?:shows?|shown|showed|proves?|proved|proven)\s(?:this|that|it|them)\s(?:to\sbe\s)?{_FALSE})\W*$",
    re.IGNORECASE,
)
"""A sentence that denies the one before it."""
_ALL = re.compile(
    rf"{_START}(?:{_NONE_OF_IT}|{_ALL_OF_IT}|none\sof\s(?:that|this|it|these|the\sabove)\b.{{0,25}}|(?:all\s(?:of\s)?(?:that|this|these|the\sabove)|everything\s\w+|they|both|these)\s?(?:\w+\s)?{_IS_FALSE})\W*$",
    re.IGNORECASE,
)
"""A sentence that denies all before it."""
_CLAIM = r"(?:belief|idea|claim|statement|sentence|answer|view|notion|assumption|theory|opinion)s?"
_UNTRUE = r"(?:untrue|wrong|false|incorrect|mistaken|naive|absurd)"
_MYTH = r"(?:myth|lie|misconception|fallacy|rumou?r|nonsense)"
_SAY = r"(?:believe|say|think|claim|assume|conclude|suppose|argue|hold|maintain|pretend)"
_CUE = re.compile(
    rf"\b(?:"
    rf"(?:an?|no|any|another|pure|common|popular|widespread|old)\s(?:\w+\s)?{_MYTH}|mistake,\snamely"
    rf"|untrue|(?:it\s(?:has\sbeen|is|was)|i|i['’]d|we|one|can)\s(?!never\s|not\s)(?:\w+\s)?(?:disprov|refut|debunk|den[yi]|reject|disput|rul)\w*(?:\sout)?(?=$|,?\sthe\s{_CLAIM})"
    rf"|disagree\swith|(?:mistake|error|{_UNTRUE})\sto\s{_SAY}"
    rf"|(?:it|that|this|which|{_CLAIM})(?:['’]s|\s(?:is|are|was|be))\s(?:\w+\s)?(?:wrong|false|incorrect|mistaken|nonsense)"
    rf"|(?:simply|just|plain(?:ly)?|completely|quite)\s(?:wrong|false|incorrect|mistaken|nonsense)"
    rf"|{_UNTRUE}\s(?:{_CLAIM})|never\s(?:\w+\s)?(?:{_SAY}|trust)"
    rf"|\w+n['’]t\s(?:\w+\s){{0,2}}(?:buy|believe|accept|convince|seriously)|(?:not|dont|cant|cannot|nobody|no\sone|nor|neither|hardly)\s(?:\w+\s){{0,2}}(?:{_SAY}|buy|accept|agree|convince|seriously)"
    rf"|no\s(?:truth|proof|means)|no\sway(?=$|\s(?:can|could)\b)|(?:argue|speak|evidence)\sagainst"
    rf"|(?:not|\w*n['’]t|aint)\s(?:\w+\s)?(?:true|so|right|correct|the\scase)(?:\sat\sall)?$|further\sfrom\sthe\struth|never\shappens$|opposite\s(?:holds|is\s(?:true|so|the\scase))|anyone\s(?:who|claiming)"
    rf")\b|^\W*{_UNTRUE}\s(?:is|are)\b",
    re.IGNORECASE,
)
"""Words of denial in what leads to a claim by 'that'. A mistake is no such word: whoever names one says that it is made."""
_MARKED = re.compile(
    rf"\b(?:(?:an?|another|common|popular|widespread|old)\s(?:\w+\s)?{_MYTH}|{_UNTRUE}\s{_CLAIM}(?:\s\w+){{0,3}}|(?:it|that|this|{_CLAIM})(?:['’]s|\s(?:is|are|was|were))\s{_FALSE}|untrue|(?:reject|deny|dispute)\s(?:this|these|all|the\s(?:following|{_CLAIM}))(?:\s\w+)?"
    rf"|(?:opposite|reverse|negation)\sof\s(?:this|the\sfollowing)|(?:none|not\sone)\sof\s(?:this|these|the\sfollowing)\s(?:is|are)\s(?:true|right|correct|so)|not\shappen\sis\sthis|fake\snews)$"
    rf"|^\W*(?:(?:wrong|false|incorrect|untrue)(?:\s(?:in|too|also|as)\b(?:\s\w+){{0,2}})?|not\s(?:at\sall\s)?(?:true|so|right|correct|the\scase))$",
    re.IGNORECASE,
)
"""What leads to a claim by a colon: it calls what follows a claim, and a wrong one. Elsewhere a colon leads to the reason."""
_NEGATED = re.compile(r"\b(?:no|not|never|none|neither|nor|cannot|hardly|without)\b|n['’]t\b", re.IGNORECASE)
_LED = re.compile(r"^(?P<lead>[^.;:]{3,90}?)(?P<link>\sthat\s|:\s)(?P<claim>.{12,})$", re.DOTALL)
"""A claim with what leads to it."""
LONGEST = 600
"""Longer sentences, in characters, are none that people write, and are taken as they stand."""
_TURN = re.compile(r"[,;]?\s(?:but|rather|instead|because|since|in\s(?:fact|reality)|actually)\b", re.IGNORECASE)


class Told(NamedTuple):
    """A reply's sentences apart: what it asserts, and the claims that it denies."""

    asserted: tuple[str, ...]
    denied: tuple[str, ...]


def tell_apart(said: Sequence[str]) -> Told:
    """Which claims are denied by the words around them or by a sentence after them."""
    asserted: list[str] = []
    denied: list[str] = []
    for sentence in said:
        if len(sentence) > LONGEST:
            asserted.append(sentence)
        elif asserted and (_LAST.match(sentence) or _ALL.match(sentence)):
            taken = 1 if _LAST.match(sentence) else len(asserted)
            denied += asserted[-taken:]
            del asserted[-taken:]
        elif claim := _denied_claim(sentence):
            turn = _TURN.search(claim)
            denied.append(claim[: turn.start()] if turn else claim)
            asserted += [claim[turn.start() :].strip(" ,;")] if turn else []
        else:
            asserted.append(sentence)
    return Told(tuple(asserted), tuple(denied))


def _denied_claim(sentence: str) -> str | None:
    if found := _BEFORE.match(sentence):
        return str(found["claim"] or found["marked"])
    # A bare no after a sentence that denies something already affirms it.
    if (found := _AFTER.match(sentence)) and not (found["bare"] and _NEGATED.search(found["claim"])):
        return str(found["claim"] or found["marked"])
    led = _LED.match(sentence)
    cue = _MARKED if led and led["link"].startswith(":") else _CUE
    return str(led["claim"]) if led and cue.search(led["lead"]) else None

"""Whether a reply tries to steer whoever grades it, by its words or behind the reader's back. Pure.

No list of phrases is ever whole: what this misses is still held by the cross-check, which asks for support on every point.
"""

import re
import unicodedata

from interviewer.grading.marking import addressed_spans
from interviewer.grading.quotes import INVISIBLE, normalise

MOST_INVISIBLE = 2
"""Soft hyphens and the like come with pasted text; more than a few hide something."""
_ANSWER = r"(?:answers?|repl(?:y|ies)|responses?|explanations?|submissions?|summar(?:y|ies)|account|attempt|essay)"
_PRAISED = r"(?:perfect|outstanding|excellent|flawless|comprehensive|exhaustive|thorough|brilliant|complete|correct|impressive|expert|professional|textbook)"
_SAID = r"(?:correct|right|true|said|covered|clear|missing|left\ out|meant|included|addressed|mentioned|known|obvious|to\ add|assumed|implied|understood|complete)"
# Wide on purpose: what it finds costs an honest reply no more than the language model's lead over the local grader. Of
# 7,416 replies that the local grader learns from it finds 2 %.
_OF_ITSELF = re.compile(
    rf"""
    \b(?:my|this|that|these|the\ (?:above|present|following|previous|given)|an?|such\ an?)\ (?:\w+\ ){{0,3}}?{_ANSWER}\b
    | \b(?:answers|answered|answering)\ (?:it|this|that|the\ question|your|all|every|everything|["'(])
    | \b(?:all|everything|nothing|the\ rest|anything\ else|every\ (?:point|part|aspect|item))\b[^.!?\n]{{0,40}}\b{_SAID}\b
    | \b(?:take|count|treat|consider|regard|assume|read)\ (?:it|them|that|this|these|those|the\ rest|everything|me)\ (?:all\ )?(?:as|for|to)\b
    | \b(?:please|pls|kindly|trust\ me|believe\ me|rest\ assured|let\ me\ know|hope\ (?:this|that|it)\ (?:helps?|is|was|covers?))\b
    | \b(?:could|should|would|might)\ (?:also\ )?have\ (?:also\ )?(?:mentioned|said|added|written|listed|explained)\b
    | \b(?:what|as|which)\ i\ (?:of\ course\ )?(?:meant|mean|intended|wanted\ to\ say)\b | \bneed\ not\ (?:say|mention|explain|repeat)\b
    | \b(?:full|all|maximum|top|good|bad|best|high|higher|perfect|pass(?:ing)?)\ (?:points|marks?|credits?|grades?|ratings?)\b
    | \b(?:points|marks|credits?|grades?)\ (?:are|is)\ (?:due|deserved|earned|given)\b
    | \b(?:key\ points?|criteria|rubric|reference\ (?:answer|solution|text)|the\ reference\ (?:holds|says|has|lists)|model\ (?:answer|solution)|marking|graders?|examiners?|evaluators?|interviewers?|(?:the|this|which)\ (?:candidate|judge|student)\ (?:is|has|was|gets?|says|passe[sd]|knows|deserves)|verdicts?|return\ covered)\b | \(covered\) | \.\.\.\ correct\b
    | \b{_PRAISED}\ (?:and\ \w+\ )?{_ANSWER}\b | \b(?:correct\ and\ complete|complete\ and\ correct|fully\ (?:correct|answered|covered|explained)|explained\ in\ full|in\ full\b(?=\W*$))
    | \b(?:is|are)\ (?:hereby|thus|thereby|hence|therefore)\ (?:fully\ |completely\ )?(?:explained|answered|covered)\b
    | \bexperts?\ (?:like\ you|agree|confirm|reading)\b | \b(?:colleagues|professors?|teachers?|everyone|everybody|reviewers|my\ (?:boss|mentor|supervisor))\b[^.!?\n]{{0,20}}\b(?:call|calls|called|agree|agrees|agreed|praise|praised|confirm|confirmed|approved)\b
    | \bi(?:'m|\ am|'ve|\ have)\ (?:been\ )?(?:an?\ )?(?:expert|senior|experienced|phd|professor|published|taught|\d+\ years)
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)


def steers(reply: str) -> bool:
    """Whether a sentence speaks to the grader, text is hidden from a reader, or letters are dressed up as others."""
    hidden = len(INVISIBLE.findall(reply)) > MOST_INVISIBLE
    return hidden or bool(addressed_spans(reply)) or any(map(_is_disguised, re.findall(r"[^\W\d_]{2,}", reply)))


def speaks_of_itself(reply: str) -> bool:
    """Whether a reply speaks of answers and their worth rather than of its subject alone: a plea or praise in disguise."""
    return _OF_ITSELF.search(normalise(reply).text) is not None


def _is_disguised(word: str) -> bool:
    """Whether a word mixes Latin letters with Cyrillic ones or several Greek ones, which look alike."""
    scripts = [unicodedata.name(letter, "").partition(" ")[0] for letter in word]
    return "LATIN" in scripts and ("CYRILLIC" in scripts or scripts.count("GREEK") > 1)

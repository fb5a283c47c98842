"""A bare list of terms: the right words without any claim about them."""

import re

from knowledge.text import STOP_WORDS, words

LEAST_TERMS = 7
LONGEST_TERM_WORDS = 3
TERMS_SHARE = 0.9
"""Share of the parts between separators that must be terms for the whole to be a bare list of them."""
_SEPARATOR = re.compile(r"\s*(?:[,;|/\n•#!]|\.(?=\s|$)|\s-\s)\s*|\band\s")
# Beside commas these order terms into claims.
_STRUCTURE = re.compile(r"[;|]|\w\.\w+\(|\w:\s\w.*\w:\s\w")
_LEAD = re.compile(r"^[\w\s]{0,30}:\s+")
_CLAIM = re.compile(
    r"[=<>≈%^*∝∂∇σΣ×:→&+]|->|\b(?:not?|non|never|without|less|more|fewer|lower|higher|too|so|then|first|is|are|has|gets?|needs?|saves?|uses?|gives?|always|same|instead|only|if|when|to|by|from|with|because|like|but|vs)\b",
    re.IGNORECASE,
)
# Questions that names alone may answer.
_ASKS_FOR_NAMES = re.compile(
    r"\b(?:name|list|mention|enumerate|write\W?down\ all|(?:give|some|what|which)\b.{0,30}\bexamples?|which\b.{0,60}\b(?:know|exist|there|used|frameworks?|librar(?:y|ies)|tools?|metrics|functions|architectures|techniques|methods)|what\ (?:kinds|types|methods|techniques|tools|options|variants|libraries|frameworks)|do\ you\ know)\b",
    re.IGNORECASE | re.VERBOSE,
)
# Questions whose answer is an order of steps, or the ways there are: to these a list is an answer, of whatever worth.
_ASKS_FOR_STEPS = re.compile(
    r"\b(?:in\ (?:which|what)\ order|(?:which|what)\ (?:are\ the\ )?(?:steps|stages|phases)|training\ (?:step|loop)|what\ can\ you\ do|how\ (?:would|do|can|could)\ you\ (?:make|speed|optimi[sz]e|reduce|fight|prevent|avoid|improve|shrink|lower|compress))\b",
    re.IGNORECASE | re.VERBOSE,
)
_NUMBERED = re.compile(r"(?:^|\s)\(?\d{1,2}[.)]\s")
LEAST_NUMBERED = 3


def is_bare_list(reply: str) -> bool:
    """Whether a normalised reply is hardly more than seven or more terms side by side. Numbers give them an order, a claim."""
    if ("," in reply and _STRUCTURE.search(reply)) or len(_NUMBERED.findall(reply)) >= LEAST_NUMBERED:
        return False
    parts = _parts(_LEAD.sub("", reply))
    terms = [part for part in parts if _is_term(part)]
    return len(terms) >= LEAST_TERMS and len(terms) >= TERMS_SHARE * len(parts)


def asks_for_names(question: str) -> bool:
    """Whether names alone may answer a question."""
    return _ASKS_FOR_NAMES.search(question) is not None


def asks_for_steps(question: str) -> bool:
    """Whether a question asks for steps in order, or for ways to reach something."""
    return _ASKS_FOR_STEPS.search(question) is not None


def is_mostly_list(reply: str) -> bool:
    """Whether most parts of a reply are short: then the order of its words says little."""
    parts = _parts(reply)
    return len(parts) >= LEAST_TERMS and sum(len(words(part)) <= LONGEST_TERM_WORDS for part in parts) > len(parts) / 2


def _parts(text: str) -> list[str]:
    return [part for part in _SEPARATOR.split(text) if words(part)]


def _is_term(part: str) -> bool:
    found = words(part)
    return len(found) <= LONGEST_TERM_WORDS and not _CLAIM.search(part) and not STOP_WORDS.issuperset(found)

"""Talk about asking and answering, courtesies and openings: words that announce an answer without giving one."""

import re

from knowledge.text import content_stems, sentence_texts, stem, words

LONGEST_ANNOUNCEMENT_WORDS = 25
_TALK = """
    abbreviation above absolutely actually address afraid again agree ahead allow alright although analyse analysis announce
    answer anyway apologise apology appreciate approach ask attempt aware away awesome bear begin below bit blank break
    brief briefly carefully certain certainly chance check clarify clear clearly coffee come comment conclude conclusion
    consider context conversation correct correctly couple cover curious dear deep deeper deeply definitely describe detail
    discuss discussion dive down elaborate enjoy essay exactly excellent excited excuse explain explanation favourite feel
    final finally fine first fold follow following forget forward full further glad go goes going good gonna great guess
    guide guy happy hear heard hello here hey hi hm hmm honest honestly hope hour idea important indeed inform interested
    interesting interview interviewer intro introduction job joke just know last later lay learnt let letting like lol
    long look lot love lovely main mainly make matter maybe mean meet mention minute moment morning name nice note now ok
    okay opinion order outline overview paragraph part pardon parts people perfect perhaps piece place pleasant please
    pleased pleasure point ponder prepare pretty problem proceed process promise proper properly question quick quickly
    quite ready real really reason reasoning recall recap regard reply respond response right role say second section see
    sense share short shortly sir solution solve somewhat sorry sort speak start state step still story straight
    structure structured subject sum summarise summary sure sway take talk task tell thank thanks theme thing think third
    thought thoughts three thrilled time today together topic treat treatment try turn two type uh um understand version
    view walk want way well whole wise wish wonder wonderful word words worth write written yeah yep yes you
""".split()  # fmt: skip
_TALK_STEMS = frozenset(stem(word) for word in _TALK)
_ANNOUNCED = re.compile(
    r"""
    (?:\b(?:my|the|your|here(?:'s|\ is|\ are|\ comes?)?|following|below|short|answer|explanation|reasoning|solution|thoughts?|steps?|analysis|response|version)\b.*:\s*)
    | (?:step|part|point|section|answer|a|q)\s*\(?\d{0,2}\)?\s*[.:)]?\s*
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
# Numbers, formulas and a plain no may be the whole answer.
_SAYS_MORE = re.compile(r"\d|[=<>→^∂∇()/*+%]|\b(?:no|not|none|never|neither|both|all)\b|n't\b", re.IGNORECASE)
_COURTESY = re.compile(
    r"""
    \b(?:nice\ to\ meet\ you|how(?:'s|\ is)\ (?:it|your\ day)|how\ are\ you|can\ you\ hear\ me|nice\ weather|thank(?:s|\ you)\ for\ (?:having|inviting|the\ (?:opportunity|invitation))
    |salary|my\ (?:dog|cat|microphone|train|hobbies|strengths?|weakness(?:es)?|birthday)|board\ games|hiking|for\ lunch|how\ was\ your)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def says_nothing(text: str, besides: str = "") -> bool:
    """Whether a normalised reply only announces an answer, greets, or talks about talking.

    Args:
        besides: words that count as saying nothing too, such as the question's.
    """
    found = sentence_texts(text)
    if (
        not besides
        and len(found) == 1
        and len(words(text)) <= LONGEST_ANNOUNCEMENT_WORDS
        and _ANNOUNCED.fullmatch(text.strip())
    ):
        return True
    empty = _TALK_STEMS | content_stems(besides)
    return all(_is_talk(sentence, empty) for sentence in found)


def own_words(text: str) -> set[str]:
    """Stems of a text's words that are no talk about asking and answering."""
    return content_stems(text) - _TALK_STEMS


def _is_talk(sentence: str, empty: frozenset[str] | set[str]) -> bool:
    if _SAYS_MORE.search(sentence):
        return False
    return content_stems(sentence) <= empty or _COURTESY.search(sentence) is not None

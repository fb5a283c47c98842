"""Answers whose questions were lost: where the answers begin, told by how an answer opens and what stands around it."""

import re
from collections.abc import Sequence

from knowledge.ingest.blocks import Block
from knowledge.ingest.bodies import looks_like_title
from knowledge.ingest.boilerplate import is_about_itself, is_author, is_closing, is_noise, is_promotion, is_section
from knowledge.ingest.choose import speaks_of_questions
from knowledge.ingest.recover import opening_subject
from knowledge.ingest.subject import clause_of, first_sentence, is_purpose
from knowledge.text import content_stems, sentences

FEWEST_LOST_ANSWERS = 3
_SHORTEST_OPENING_WORDS = 6
_LONGEST_LEAD_IN_WORDS = 16
_LOOKED_BACK = 20
_MEANINGFUL_SHARE = 0.2
_LEAVE = 4
"""An article takes leave of its reader among this many last blocks."""
_TURNS_TO_OTHER = re.compile(r",? (?:on the other hand|in contrast|by contrast)\b", re.I)
_GOES_ON = re.compile(
    r"^(?:it|its|they|their|this|that|these|those|he|she|we|i|you|your|for (?:example|instance)|e\.g|example|examples|application example|however|moreover|furthermore|"
    r"in addition|additionally|also|therefore|thus|hence|so|but|and|or|if|when|while|although|because|since|as|once|after|before|then|finally|first|second|third|next|"
    r"such|each|both|another|other|some|many|most|one|two|three|several|unlike|instead|similarly|likewise|consequently|overall|note|tip|remember|here|there|with|without|by|to|until|unless|"
    r"the (?:main|key|most|following|above|next|first|second|other|former|latter|result|goal|idea|aim|answer|reason|output|example|resulting|same))\b",
    re.I,
)
_CODE_NAME = re.compile(r"^\w*[_.(A-Z0-9][\w.()]*\s")
"""A first word that is written small for good: `__init__`, `numpy.where`, `iOS`."""
_DEFINES = re.compile(
    r"^(?:(?:is|are)\s+(?:an?|the|one|two|a type|a kind)\b|represents?\b|refers?\b|means?\b|denotes?\b|describes?\b|stands? for\b)",
    re.I,
)
_ABOUT_THE_SAME = frozenset(
    "advantag disadvantag limit exampl reason way step benefit drawback problem issu type method approach applic result effect challeng risk".split()
)


def lost_answers(blocks: Sequence[Block]) -> list[tuple[int, list[Block]]]:
    """Position and blocks of each answer; empty where the article is not one of questions, or too few answers are found."""
    if not speaks_of_questions(blocks):
        return []
    answers: list[tuple[int, list[Block]]] = []
    opened = False
    bare = _lists_are_lost(blocks)
    spaced = _gaps_part_answers(blocks)
    for i in range(_beginning(blocks), len(blocks)):
        block = blocks[i]
        leaves = i >= len(blocks) - _LEAVE and block.kind == "text" and is_closing(block.text)
        if _parts(block) or _is_talk(block) or leaves:
            opened = opened and is_noise(block.text) and not is_section(block.text)
        elif (opened and spaced and _opens_after_gap(blocks, i)) or _opens(
            blocks, i, answers[-1][1] if opened else [], bare
        ):
            answers.append((i, [block]))
            opened = True
        elif opened:
            answers[-1][1].append(block)
    return answers if len(answers) >= FEWEST_LOST_ANSWERS else []


def _gaps_part_answers(blocks: Sequence[Block]) -> bool:
    """Whether empty lines stand between some paragraphs and not between others, so that they mean something."""
    texts = [block for block in blocks if block.kind == "text"]
    close = sum(not block.gap for block in texts)
    return _MEANINGFUL_SHARE * len(texts) <= close <= (1 - _MEANINGFUL_SHARE) * len(texts)


def _opens_after_gap(blocks: Sequence[Block], i: int) -> bool:
    """Whether a paragraph behind an empty line opens an answer: it may be one's first, or says how to do a thing."""
    block = blocks[i]
    return (
        block.gap
        and not _is_lead_in(blocks[i - 1])
        and (_is_opening(block) or (is_purpose(block.text) and _has_body(blocks, i)))
    )


def _beginning(blocks: Sequence[Block]) -> int:
    """The first block behind the introduction: what speaks about the article before the first answer that has a body."""
    for i, block in enumerate(blocks):
        if _is_opening(block) and _has_body(blocks, i):
            talk = [k for k in range(i) if _is_talk(blocks[k])]
            return talk[-1] + 1 if talk else 0
    return 0


def _is_talk(block: Block) -> bool:
    if block.kind not in ("text", "item", "heading"):
        return False
    return is_about_itself(block.text) or is_promotion(block.text) or is_author(block.text)


def _parts(block: Block) -> bool:
    """Whether a block parts two answers: a heading, a rule, a line of related reading, a link."""
    if block.kind in ("code", "table"):
        return False
    return block.kind in ("heading", "rule") or block.link or is_noise(block.text) or is_section(block.text)


def _is_opening(block: Block) -> bool:
    """Whether a paragraph may be an answer's first: a statement about a subject of its own, to no one in particular."""
    text = block.text
    if (
        block.kind != "text"
        or len(text.split()) < _SHORTEST_OPENING_WORDS
        or looks_like_title(block)
        or _is_lead_in(block)
    ):
        return False
    if (
        not (text[:1].isupper() or _CODE_NAME.match(text))
        or text.rstrip()[-1] not in ".:)"
        or _GOES_ON.match(text)
        or re.search(r"\b(?:you|your)\b", text[:160], re.I)
        or _TURNS_TO_OTHER.search(first_sentence(text))
    ):
        return False
    return clause_of(text) is not None


def _is_lead_in(block: Block) -> bool:
    text = block.text.rstrip()
    if block.kind != "text" or not text.endswith(":") or len(text.split()) > _LONGEST_LEAD_IN_WORDS:
        return False
    if len(sentences(text)) > 1:
        return False
    clause = clause_of(text)
    if clause is not None and clause.verb == "differ" and " and " in clause.subject:
        return False
    return (
        clause is None
        or not _DEFINES.match(f"{clause.verb} {clause.rest}")
        or bool(re.match(r"^(?:the|below|here|some|common)\b", text, re.I))
    )


def _has_body(blocks: Sequence[Block], i: int) -> bool:
    """Whether a list, table, code or the line that leads to one follows a paragraph, or ends it."""
    if blocks[i].text.rstrip().endswith(":") or re.search(
        r"\b(?:here|below) (?:is|are) [^.]{3,40}\.$", blocks[i].text, re.I
    ):
        return True
    return i + 1 < len(blocks) and (blocks[i + 1].kind in ("table", "code", "item") or _is_lead_in(blocks[i + 1]))


def _lists_are_lost(blocks: Sequence[Block]) -> bool:
    """Whether most lines that lead to a list have none behind them, so that the next paragraph is not what they announce."""
    after = [blocks[i + 1].kind for i in range(len(blocks) - 1) if _is_lead_in(blocks[i])]
    return sum(kind == "text" for kind in after) > 0.5 * len(after)


def _opens(blocks: Sequence[Block], i: int, current: Sequence[Block], bare: bool) -> bool:
    """Whether a paragraph opens the next answer. `bare`: lines that lead to a list have lost it."""
    if not _is_opening(blocks[i]):
        return False
    if not current or _parts(blocks[i - 1]):
        return True
    subject = opening_subject(blocks[i].text)
    own = opening_subject(current[0].text)
    complete = any(block.kind != "text" or _is_lead_in(block) for block in current[1:])
    if _has_body(blocks, i):
        return complete or not subject <= own
    if subject & (own | _ABOUT_THE_SAME) or (_is_lead_in(blocks[i - 1]) and not bare):
        return False
    clause = clause_of(blocks[i].text)
    defines = clause is not None and bool(_DEFINES.match(f"{clause.verb} {clause.rest}"))
    return (
        defines
        or _is_unrelated(blocks[i], subject, current)
        or (
            # A plural is as often a remark that closes an answer: `Such tools are used in …`.
            complete and clause is not None and not clause.plural and _is_new(subject, current)
        )
    )


def _is_new(subject: set[str], current: Sequence[Block]) -> bool:
    """Whether an answer has not named a paragraph's subject anywhere."""
    return bool(subject) and not subject & content_stems(" ".join(block.text for block in current))


def _is_unrelated(block: Block, subject: set[str], current: Sequence[Block]) -> bool:
    """Whether a paragraph shares no words with the answer so far, as a remark on its subject would."""
    said = content_stems(" ".join(part.text for part in (current[0], *current[-_LOOKED_BACK:])))
    return not subject & said and not content_stems(block.text) & said

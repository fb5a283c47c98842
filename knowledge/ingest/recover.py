"""Makes the question that an answer answers, from its first sentence, its table's header and its lead-ins."""

import re
from collections.abc import Sequence

from knowledge.ingest.blocks import Block
from knowledge.ingest.subject import Clause, base_form, clause_of, first_sentence, purpose_of
from knowledge.text import content_stems, stem, words

_WHY = re.compile(
    r"^(?P<what>(?:widely |highly |so |very )?(?:preferred|crucial|important|essential|necessary|popular|useful|critical|vital|recommended|required))\b(?!\s+\w+ing\b)",
    re.I,
)
_CAUSE = re.compile(r"\s+(?:because|due to|as it|as they|since)\s", re.I)
_USED = re.compile(
    r"^(?:widely |commonly |often |mainly |mostly |primarily )?(?:used|applied)\s+(?:in|for|to|when)\b", re.I
)
_LEAD_WHY = re.compile(r"^(?:(?:here(?:’|')?s|this is|reasons?|here is)\s+)?why\s+(?P<what>.+?):?$", re.I)
_LEAD_LIST = re.compile(
    r"^(?:(?:below|here|these|following)\s+(?:are|is)\s+)?(?:the\s+|some\s+)?(?:key\s+|main\s+|common(?:ly used)?\s+|typical\s+|basic\s+|different\s+|popular\s+)*(?P<what>[\w\s,&’'()-]+?):?$",
    re.I,
)
_DIFFERENCE = re.compile(r"\b(?:differ\w*|compar\w+|versus|vs)\b", re.I)
_ROW_NAMES = frozenset(
    "aspect feature features criteria criterion parameter parameters basis property properties characteristic characteristics point factor attribute category".split()
)
_COMMON_NOUN = re.compile(
    r"(?:ing|tion|sion|ment|ness|ity|ance|ence|ism|ship|hood|age|ure|ency|ancy|[st]is|ology|graphy|metry|ics|ers|ors)$"
)
_STATE = re.compile(r"\s+(?:by\s+\w+ing)\b", re.I)


def recover_questions(body: Sequence[Block], spelling: "Spelling") -> list[str]:
    """Questions that fit an answer, the best first; where its first sentence has no subject that can be told, it is quoted.

    Args:
        spelling: the article's, which tells whether a capital belongs to a name or to a sentence's beginning.
    """
    opening = next((block.text for block in body if block.kind in ("text", "item")), "")
    purpose = purpose_of(opening)
    if purpose:
        return [f"How do you {purpose}?"]
    clause = clause_of(opening)
    if clause is None:
        return [
            f"What is meant by “{' '.join(first_sentence(opening).split()[:10])}”?"
            if opening
            else "What does this show?"
        ]
    subject = spelling.in_sentence(clause.subject, clause.plural)
    by_table = _by_table(clause, subject, body, spelling)
    by_lead_ins = _by_lead_ins(clause, subject, body)
    direct = [_by_clause(clause, subject)]
    # `Sharing a secret is hard. Ways to do it:` defines nothing; what it lists is what was asked.
    first = by_lead_ins + direct if _is_activity(clause) else direct + by_lead_ins
    found = [by_table, *first, _plain(clause, subject), _object(clause, subject), f"Explain {subject}."]
    return list(dict.fromkeys(text for text in found if text))


def _is_activity(clause: Clause) -> bool:
    """Whether the subject is `training large models`, not `training data` or `learning rates`."""
    words_of = clause.subject.lower().split()
    plural_object = words_of[-1].endswith("s") and not words_of[-1].endswith("ss")
    return (
        len(words_of) >= 3
        and words_of[0].endswith("ing")
        and not clause.plural
        and (plural_object or words_of[1] in ("a", "an", "the"))
    )


def _object(clause: Clause, subject: str) -> str:
    return "" if clause.is_copula else f"What {'do' if clause.plural else 'does'} {subject} {base_form(clause.verb)}?"


def _plain(clause: Clause, subject: str) -> str:
    return f"What {'are' if clause.plural else 'is'} {subject}?"


def _by_clause(clause: Clause, subject: str) -> str:
    """The question that the first sentence itself answers."""
    do = "do" if clause.plural else "does"
    if clause.is_copula:
        why = _WHY.match(clause.rest)
        if why:
            return f"Why {clause.verb} {subject} {why.group('what')}?"
        if _USED.match(clause.rest):
            return f"What {clause.verb} {subject} used for?"
        return _plain(clause, subject)
    verb = base_form(clause.verb)
    phrase = re.split(_CAUSE, clause.rest)[0]
    if phrase != clause.rest and len(phrase.split()) <= 8:
        return f"Why {do} {subject} {verb} {phrase}?"
    phrase = re.split(_STATE, clause.rest)[0]
    if phrase != clause.rest and 1 <= len(phrase.split()) <= 6:
        return f"How {do} {subject} {verb} {phrase}?"
    other = re.match(r"from\s+([^,;.]{2,60})", clause.rest)
    if verb == "differ" and other:
        return f"How {do} {subject} differ {re.split(r' (?:in|by|because|as) ', other.group(0))[0].strip()}?"
    if verb == "consist":
        return f"What {do} {subject} consist of?"
    return _plain(clause, subject)


def _by_table(clause: Clause, subject: str, body: Sequence[Block], spelling: "Spelling") -> str:
    """`What is the difference between A and B?` where a table compares them."""
    if base_form(clause.verb) == "differ" and clause.rest.startswith("from "):
        return ""
    texts = [block.text for block in body if block.kind == "text"]
    table = next((block for block in body if block.kind == "table" and block.rows), None)
    header = (
        [cell for cell in table.rows[0][1:] if cell] if table and table.rows[0][0].lower() in _ROW_NAMES | {""} else []
    )
    parts = _coordinated(subject)
    if not header and parts and any(_DIFFERENCE.search(text) for text in texts):
        return f"What is the difference between {subject}?"
    if len(header) < 2:
        return ""
    if parts and _stems(" ".join(header)) <= _stems(subject):
        return f"What is the difference between {subject}?"
    names = [spelling.in_sentence(cell) for cell in header]
    own = [name for name in names if _stems(name) <= _stems(subject)]
    if not parts and len(own) == 1 and len(names) == 2:
        other = next(name for name in names if name not in own)
        are, do, they = ("are", "do", "they") if clause.plural else ("is", "does", "it")
        return f"What {are} {subject} and how {do} {they} differ from {other}?"
    return f"What is the difference between {', '.join(names[:-1])} and {names[-1]}?"


def _stems(text: str) -> set[str]:
    return {stem(word) for word in words(re.sub(r"\([^)]*\)", "", text))}


def _coordinated(subject: str) -> bool:
    return " and " in re.sub(r"\([^)]*\)", "", subject)


def _by_lead_ins(clause: Clause, subject: str, body: Sequence[Block]) -> list[str]:
    """Questions from lines such as `Here's why it's popular:` and `Common use cases:`."""
    found = []
    for block in body:
        if block.kind != "text" or not block.text.rstrip().endswith(":") or len(block.text.split()) > 10:
            continue
        text = block.text.strip().rstrip(":")
        why = _LEAD_WHY.match(text)
        if why:
            found.append(_why(why.group("what"), clause, subject))
        elif re.search(r"\bhow (?:it|they|\w+(?: \w+)?) works?$", text, re.I):
            found.append(f"How {'do' if clause.plural else 'does'} {subject} work?")
        elif re.search(r"\bhow (?:it|they|this) helps?$", text, re.I):
            found.append(f"How {'do' if clause.plural else 'does'} {subject} help?")
        elif not re.search(r"\b(?:example|snippet|output|explanation|code|note|they|it|comparison)\b", text, re.I):
            listed = _LEAD_LIST.match(text)
            what = listed.group("what").strip().lower() if listed else ""
            if what.endswith("s") and not what.endswith("ss") and len(what.split()) <= 5:
                of = (
                    ""
                    if re.search(r"\b(?:of|in|for)\b", what) or content_stems(what) & content_stems(subject)
                    else f" {'for' if _is_activity(clause) else 'of'} {subject}"
                )
                found.append(f"What are the {what}{of}?")
    return found


def _why(what: str, clause: Clause, subject: str) -> str:
    match = re.match(r"^(?P<who>.+?)(?:(?:’|')s|\s+is|(?:’|')re|\s+are)\s+(?P<how>.+)$", what)
    if not match:
        return ""
    who = subject if match.group("who").lower() in ("it", "they", "this") else match.group("who")
    return f"Why {'are' if clause.plural else 'is'} {who} {match.group('how').lower()}?"


class Spelling:
    """How an article spells: which words it writes small, and which it writes with a capital inside a sentence."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._small: set[str] = set()
        self._inner_capitals: set[str] = set()
        for block in blocks:
            self._small.update(re.findall(r"(?<![\w-])[a-z][\w-]*", block.text))
            self._inner_capitals.update(re.findall(r"(?<=[a-z,] )[A-Z][\w-]*", block.text))

    def in_sentence(self, phrase: str, plural: bool = False) -> str:
        """A phrase as it stands inside a sentence: capitals stay where they belong to a name, which is seldom a plural."""
        capital = [
            word for word in re.findall(r"[A-Za-z][\w-]*", re.sub(r"\([^)]*\)", "", phrase)) if word[0].isupper()
        ]
        articles = [word for word in capital if word in ("A", "An", "The")]
        names = [word for word in capital if word not in articles]
        lowered = names if self._are_ordinary(names, len(phrase.split()) - len(articles), plural) else []
        for word in [*articles, *lowered]:
            phrase = re.sub(rf"(?<![\w(-]){re.escape(word)}(?![\w-])", word.lower(), phrase)
        return phrase

    def _are_ordinary(self, names: list[str], length: int, plural: bool) -> bool:
        """Whether capitalised words of a phrase are no name.

        They are none where the article writes all of them small elsewhere; and a single one, which only a sentence's
        beginning may have raised, also where it never stands capitalised inside a sentence and more words follow it,
        or its ending is that of a common noun.
        """
        if not all(word[1:].islower() or "-" in word for word in names):
            return False
        if all(word.lower() in self._small or f"{word.lower()}s" in self._small for word in names):
            return True
        if len(names) != 1 or names[0] in self._inner_capitals:
            return False
        return length > 1 or (plural and names[0].endswith("s")) or bool(_COMMON_NOUN.search(names[0]))


def opening_subject(text: str) -> set[str]:
    """Stems of a paragraph's subject, empty where it has none that can be told."""
    clause = clause_of(text)
    return content_stems(clause.subject) if clause else content_stems(" ".join(first_sentence(text).split()[:4]))

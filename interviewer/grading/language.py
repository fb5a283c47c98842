"""Whether a text is in English: another language is said so and left ungraded, since the graders read English only."""

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from knowledge.text import content_stems, without_code, words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

OTHER_SCRIPT_SHARE = 0.5
"""Least share of letters outside the Latin and Greek alphabets at which a text is not English."""
OTHER_SCRIPT_LETTERS = 4
SHORTEST_JUDGED_WORDS = 5
ENGLISH_SHARE = 0.12
"""Share of English function words from which a text in Latin letters is English."""
KNOWN_SHARE = 0.4
"""Share of words known to the bank from which it is English too: terse technical notes need no function words."""
SURE = 0.95
"""Least probability of another language."""
# Function words of English that the neighbouring languages do not share.
_ENGLISH = frozenset(
    """the and you your it its it's they them their this that these those with which because from by are been being
    have has does doesn't don't isn't not what when where while would could should how if then than there so or but be
    is of to each every also only more into about as can will just we i my""".split()
)
LANGUAGES = ("ca", "cs", "da", "de", "en", "es", "fi", "fr", "hr", "hu", "id", "it", "nl", "no", "pl", "pt", "ro", "sv", "tr", "vi")  # fmt: skip


def is_foreign(text: str, vocabulary: frozenset[str]) -> bool:
    """Whether a text is plainly in another language than English.

    Args:
        text: normalised.
        vocabulary: stems of known English words; see `guards.vocabulary_of`.
    """
    prose = without_code(text)
    letters = [character for character in prose if character.isalpha()]
    others = sum(not _is_western(character) for character in letters)
    if others >= OTHER_SCRIPT_LETTERS and others >= OTHER_SCRIPT_SHARE * len(letters):
        return True
    # The word pattern cuts at accents, so blanks tell how many words there are.
    found = prose.lower().split()
    if len(found) < SHORTEST_JUDGED_WORDS or _is_plainly_english(prose, found, vocabulary):
        return False
    language, probability = _identifier().classify(prose)
    return bool(language != "en" and probability >= SURE)


def _is_plainly_english(prose: str, found: list[str], vocabulary: frozenset[str]) -> bool:
    function_words = sum(word.strip(".,;:!?()\"'") in _ENGLISH for word in found)
    stems = content_stems(prose)
    return (
        function_words >= ENGLISH_SHARE * len(found)
        or not words(prose)
        or len(stems & vocabulary) >= KNOWN_SHARE * len(stems)
    )


def _is_western(character: str) -> bool:
    return character.isascii() or unicodedata.name(character, "").startswith(("LATIN", "GREEK", "MATHEMATICAL"))


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages(list(LANGUAGES))
    return found

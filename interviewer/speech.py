"""What the interviewer says: authored phrases, chosen so that no two in a row are alike."""

import random
from collections.abc import Mapping, Sequence


class Speech:
    """Phrases by occasion.

    Args:
        phrases: for each occasion the ways to say it; `{name}` marks what is filled in.
    """

    def __init__(self, phrases: Mapping[str, Sequence[str]]) -> None:
        self._phrases = phrases

    def pick(self, occasion: str, seed: str, avoid: str | Sequence[str] = "", **values: object) -> str:
        """One phrase for the occasion, the same for the same seed, and where possible not one used lately.

        Args:
            avoid: what was said lately; a phrase whose opening stands in it is passed over.

        Raises: KeyError for an unknown occasion or a value that the phrase names and was not given.
        """
        options = list(self._phrases[occasion])
        lately = "\n".join([avoid] if isinstance(avoid, str) else avoid)
        fresh = [option for option in options if (option.split("{")[0].strip() or "\0") not in lately]
        return random.Random(f"{seed}:{occasion}").choice(fresh or options).format(**values)

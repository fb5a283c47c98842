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
        said = [avoid] if isinstance(avoid, str) else list(avoid)
        fresh = _unlike(options, said) or _unlike(options, said[-1:]) or options
        return random.Random(f"{seed}:{occasion}").choice(fresh).format(**values)


def _unlike(options: Sequence[str], said: Sequence[str]) -> list[str]:
    """The phrases whose opening stands in none of the texts."""
    return [option for option in options if (option.split("{")[0].strip() or "\0") not in "\n".join(said)]

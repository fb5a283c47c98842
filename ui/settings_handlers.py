"""What the Settings part of the page does: functions of plain values over the program, without Gradio.

The key comes in and never goes out: what is returned says only whether there is one.
"""

import html
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import SecretStr

from interviewer.connection import check_connection
from interviewer.errors import InputInvalid, InterviewerError
from interviewer.llm.limits import OPENAI
from interviewer.practice import DAILY_GOAL
from interviewer.saved import LARGEST_GOAL, Saved, read_saved, write_saved
from interviewer.settings import Settings, read_settings, set_outside
from interviewer.wiring import Interviewer
from ui.texts import say

VARIABLES = {"base_url": "OPENAI_BASE_URL", "model": "INTERVIEWER_MODEL", "api_key": "OPENAI_API_KEY", "daily_goal": "INTERVIEWER_DAILY_GOAL"}  # fmt: skip
LONGEST = {"address": 500, "model": 200, "key": 1000}


class Shown(NamedTuple):
    """The settings as the page may show them; `outside` are the fields that the environment or `.env` sets."""

    address: str
    model: str
    has_key: bool
    goal: int
    outside: frozenset[str]


def shown(interviewer: Interviewer) -> Shown:
    """The settings in use."""
    settings = interviewer.settings
    return Shown(
        address=settings.base_url or "",
        model=settings.model or "",
        has_key=settings.api_key is not None,
        goal=settings.daily_goal or DAILY_GOAL,
        outside=set_outside() & VARIABLES.keys(),
    )


def in_use(interviewer: Interviewer) -> str:
    """Who grades now, in words as HTML."""
    settings = interviewer.settings
    if settings.model is None:
        return say("settings.in_use_local")
    return say(
        "settings.in_use_model", model=html.escape(settings.model), address=html.escape(settings.base_url or OPENAI)
    )


def save_server(interviewer: Interviewer, address: str, model: str, key: str) -> str:
    """Keeps address, model and key; an empty key leaves the one that is kept. Returns what was done, for the person.

    The key belongs to its address: where the address changes and no key is given, the kept one is dropped.

    Raises: InputInvalid, SettingsInvalid where it cannot be written.
    """
    before, outside = read_saved(interviewer.settings.home), set_outside()
    wanted = _wanted(interviewer, address, model, key)
    dropped = before.api_key is not None and not key.strip() and _moved(interviewer, wanted.base_url)
    new_key = _key(key) or (None if dropped else before.api_key)
    values = {"base_url": wanted.base_url, "model": wanted.model, "api_key": new_key}
    _keep(interviewer, before, {name: value for name, value in values.items() if name not in outside})
    return say("settings.key_dropped") if dropped else say("settings.saved")


def forget_key(interviewer: Interviewer) -> str:
    """Deletes the kept key. Returns what was done, for the person. Raises: InputInvalid where none is kept."""
    before = read_saved(interviewer.settings.home)
    if before.api_key is None:
        raise InputInvalid(say("settings.no_key"))
    _keep(interviewer, before, {"api_key": None})
    return say("settings.key_forgotten")


def save_goal(interviewer: Interviewer, goal: int) -> str:
    """Keeps the number of questions a day. Returns what was done, for the person."""
    kept = max(1, min(int(goal), LARGEST_GOAL))
    _keep(interviewer, read_saved(interviewer.settings.home), {"daily_goal": kept})
    return say("settings.saved_goal", n=kept)


def try_server(interviewer: Interviewer, address: str, model: str, key: str) -> str:
    """What `interviewer doctor` finds with these values, kept or not, as HTML."""
    settings = _wanted(interviewer, address, model, key)
    if settings.model is None:
        return say("settings.no_model")
    trial = Interviewer(settings)
    try:
        return say("settings.works", found=html.escape(check_connection(trial)))
    except InterviewerError as error:
        return say("settings.fails", fault=html.escape(str(error)))
    finally:
        trial.language_model.close()


def _wanted(interviewer: Interviewer, address: str, model: str, key: str) -> Settings:
    """The settings with these values in the place of what may be changed here. Raises: InputInvalid."""
    now, outside = interviewer.settings, set_outside()
    base_url = now.base_url if "base_url" in outside else _address(address)
    moved = _moved(interviewer, base_url)
    if moved and "api_key" in outside:
        raise InputInvalid(say("settings.key_outside"))
    kept = None if moved else now.api_key
    return now.model_copy(
        update={
            "base_url": base_url,
            "model": now.model if "model" in outside else _plain("model", model) or None,
            "api_key": now.api_key if "api_key" in outside else _key(key) or kept,
        }
    )


def _moved(interviewer: Interviewer, base_url: str | None) -> bool:
    """Whether this is another server than the one in use, whose key is not to go there."""
    return (base_url or OPENAI) != (interviewer.settings.base_url or OPENAI)


def _address(text: str) -> str | None:
    address = _plain("address", text).rstrip("/")
    if not address:
        return None
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise InputInvalid(say("settings.bad_address", address=address))
    if parts.username or parts.password:
        raise InputInvalid(say("settings.address_with_key"))
    return address


def _key(text: str) -> SecretStr | None:
    key = _plain("key", text)
    return SecretStr(key) if key else None


def _plain(field: str, text: str) -> str:
    """The text without space around it. Raises: InputInvalid, which never holds the text."""
    text = text.strip()
    if len(text) > LONGEST[field]:
        raise InputInvalid(say("settings.long", field=field, n=f"{len(text):,}", limit=f"{LONGEST[field]:,}"))
    if not text.isprintable() or not (field == "model" or text.isascii()):
        raise InputInvalid(say("settings.unprintable", field=field))
    return text


def _keep(interviewer: Interviewer, before: Saved, values: dict[str, Any]) -> None:
    """Saves these values beside the others, and uses them. Raises: SettingsInvalid."""
    write_saved(interviewer.settings.home, before.model_copy(update=values))
    now = read_settings()
    interviewer.use(interviewer.settings.model_copy(update={name: getattr(now, name) for name in VARIABLES}))

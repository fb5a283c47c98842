"""Whether the language model's server answers: what `doctor` and the page's test of the connection find."""

from typing import TYPE_CHECKING

from interviewer.errors import SettingsInvalid
from interviewer.llm.limits import OPENAI
from interviewer.settings import Settings

if TYPE_CHECKING:
    from interviewer.wiring import Interviewer

ANSWERS_WITHIN_S = 10.0


def check_connection(interviewer: "Interviewer") -> str:
    """The server answers and knows the model: where it is and what it can do, in words.

    Raises: SettingsInvalid saying what to set, interviewer.errors.ModelFailed.
    """
    settings = interviewer.settings
    if settings.model is None:
        return "not set; the local grader works alone (set INTERVIEWER_MODEL to use one)"
    where = _find_model(settings)
    can = interviewer.language_model.capabilities()
    limits = settings.llm_limits
    return f"{where}, {can.in_words()}; at most {limits.requests} requests and {limits.call_s:g} s a call"


def _find_model(settings: Settings) -> str:
    """Asks the server for its models. Raises: SettingsInvalid saying what to set."""
    import openai

    key = settings.api_key.get_secret_value() if settings.api_key else ""
    base = settings.base_url or OPENAI
    try:
        client = openai.OpenAI(api_key=key or "none", base_url=base, max_retries=0, timeout=ANSWERS_WITHIN_S)
        models = [model.id for model in client.models.list()]
    except openai.AuthenticationError as error:
        raise SettingsInvalid(f"{base} refused the key; set the right one (OPENAI_API_KEY)") from error
    except openai.APIConnectionError as error:
        raise SettingsInvalid(
            f"{base} does not answer; is the server running, and is its address (OPENAI_BASE_URL) right?"
        ) from error
    except openai.OpenAIError as error:
        # A server may repeat in its error what it was sent.
        said = (str(error).replace(key, "…") if key else str(error)).splitlines()[0][:160]
        raise SettingsInvalid(f"{base} answered with an error ({said})") from error
    if models and settings.model not in models:
        raise SettingsInvalid(
            f"{base} does not list {settings.model!r}; it has {', '.join(models[:8])}; set the model's name (INTERVIEWER_MODEL)"
        )
    return f"{settings.model} at {base}"

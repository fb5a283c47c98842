"""The Settings part of the page: its layout and wiring in Gradio; what it does is in `ui/settings_handlers.py`."""

from typing import Any, NamedTuple

import gradio as gr

from interviewer.wiring import Interviewer
from ui import settings_handlers as handlers
from ui.listeners import BUSY, QUIET, Told
from ui.settings_handlers import VARIABLES
from ui.texts import say

GOALS = [1, 3, 5, 10, 20]
SET_THEME = "(theme) => { window.setTheme(theme); }"
"""Of `page.js`, which also brings the choice back when the page loads."""
GET_THEME = "() => window.chosenTheme()"


class Parts(NamedTuple):
    """The components of what all share."""

    view: gr.Column
    in_use: gr.HTML
    address: gr.Textbox
    model: gr.Textbox
    key: gr.Textbox
    save: gr.Button
    test: gr.Button
    forget: gr.Button
    told: gr.HTML
    goal: gr.Radio
    goal_told: gr.HTML


def settings_tab(interviewer: Interviewer, tab: gr.Tab, grader: gr.Markdown, line: Any, told: Told) -> gr.Column:
    """Fills the open tab, and returns the column that only those may see who may change what all share.

    Args:
        grader: says on the first tab who grades; `line` gives its text.
        told: wraps a handler so that its errors are told, and only those get in who may.
    """
    with gr.Column(elem_id="settings"):
        gr.HTML(f"<h3>{say('settings.look')}</h3>")
        themes = [(say(f"settings.{name}"), name) for name in ("system", "light", "dark")]
        theme = gr.Radio(
            themes,
            value="system",
            label=say("settings.theme"),
            info=say("settings.theme_hint"),
            elem_id="settings-theme",
        )
        parts = _shared()
    theme.input(None, theme, None, js=SET_THEME, **QUIET)
    tab.select(None, None, theme, js=GET_THEME, **QUIET)
    _wire(interviewer, tab, parts, grader, line, told)
    return parts.view


def _shared() -> Parts:
    with gr.Column(elem_id="settings-shared") as column:
        gr.HTML(f"<h3>{say('settings.goal_title')}</h3>")
        # Nothing can be changed before it is loaded, or what is loaded would undo it.
        goal = gr.Radio(
            GOALS,
            label=say("settings.goal"),
            info=say("settings.goal_hint"),
            interactive=False,
            elem_id="settings-goal",
        )
        goal_told = gr.HTML(elem_id="settings-goal-told")
        gr.HTML(f"<h3>{say('settings.server')}</h3>")
        in_use = gr.HTML(elem_id="settings-in-use")
        with gr.Row():
            model = _box("model", say("settings.model"), say("settings.model_hint"))
            address = _box("address", say("settings.address"), say("settings.address_hint"))
        key = gr.Textbox(
            "", label=say("settings.key"), info=say("settings.key_hint"), type="password", max_length=handlers.LONGEST["key"],
            interactive=False, elem_id="settings-key", html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=False),
        )  # fmt: skip
        with gr.Row(elem_id="settings-buttons"):
            save = gr.Button(say("settings.save"), variant="primary", elem_id="settings-save", min_width=120, scale=0)
            test = gr.Button(say("settings.test"), elem_id="settings-test", min_width=200, scale=0)
            forget = gr.Button(say("settings.forget"), visible=False, elem_id="settings-forget", min_width=140, scale=0)
        told = gr.HTML(elem_id="settings-told")
    return Parts(column, in_use, address, model, key, save, test, forget, told, goal, goal_told)


def _box(name: str, label: str, hint: str) -> gr.Textbox:
    plain = gr.InputHTMLAttributes(autocomplete="off", autocorrect="off", spellcheck=False)
    return gr.Textbox(
        "", label=label, info=hint, max_lines=1, max_length=handlers.LONGEST[name], elem_id=f"settings-{name}",
        interactive=False, html_attributes=plain, min_width=260,
    )  # fmt: skip


def _wire(interviewer: Interviewer, tab: gr.Tab, parts: Parts, grader: gr.Markdown, line: Any, told: Told) -> None:
    boxes = [parts.in_use, parts.address, parts.model, parts.key, parts.forget, parts.goal]
    typed = [parts.address, parts.model, parts.key]

    loaded = gr.State(False)

    def opened(before: bool) -> list[Any]:
        # What somebody typed and has not saved yet stays when they look at another part and come back.
        boxes_now = _values(interviewer)
        return [*(boxes_now[:1] + [gr.skip()] * len(boxes_now[1:]) if before else boxes_now), "", "", True]

    def saved(address: str, model: str, key: str) -> list[Any]:
        words = handlers.save_server(interviewer, address, model, key)
        return [*_values(interviewer), _note(words), line()]

    def forgotten() -> list[Any]:
        words = handlers.forget_key(interviewer)
        return [*_values(interviewer), _note(words), line()]

    def tried(address: str, model: str, key: str) -> str:
        return _note(handlers.try_server(interviewer, address, model, key))

    def set_goal(goal: int) -> str:
        return _note(handlers.save_goal(interviewer, goal))

    tab.select(told(opened), loaded, [*boxes, parts.told, parts.goal_told, loaded], **QUIET)
    parts.save.click(told(saved), typed, [*boxes, parts.told, grader], **BUSY)
    parts.forget.click(told(forgotten), None, [*boxes, parts.told, grader], **QUIET)
    parts.test.click(told(tried), typed, parts.told, **BUSY)
    parts.goal.input(told(set_goal), parts.goal, parts.goal_told, **QUIET)


def _note(words: str) -> str:
    return f'<p class="settings-note" role="status">{words}</p>'


def _values(interviewer: Interviewer) -> list[Any]:
    """Values for the boxes; the key's is always empty."""
    now = handlers.shown(interviewer)

    def hint(field: str, words: str) -> dict[str, Any]:
        if field not in now.outside:
            return {"info": words, "interactive": True}
        return {"info": say("settings.set_outside", variable=VARIABLES[field]), "interactive": False}

    return [
        f"<p>{say('settings.about')}</p><p>{handlers.in_use(interviewer)}</p>",
        gr.Textbox(value=now.address, **hint("base_url", say("settings.address_hint"))),
        gr.Textbox(value=now.model, **hint("model", say("settings.model_hint"))),
        gr.Textbox(
            value="",
            placeholder=say("settings.key_kept") if now.has_key else say("settings.key_none"),
            **hint("api_key", say("settings.key_hint")),
        ),
        gr.Button(visible=now.has_key and "api_key" not in now.outside),
        gr.Radio(choices=sorted({*GOALS, now.goal}), value=now.goal, **hint("daily_goal", say("settings.goal_hint"))),
    ]

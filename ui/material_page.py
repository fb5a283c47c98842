"""One's own material on the page: an article is taken in, looked over, and practised. Layout and wiring in Gradio."""

from typing import Any, NamedTuple

import gradio as gr

from interviewer.wiring import Interviewer
from knowledge.bank import Topic
from knowledge.ingest.material import Material
from knowledge.ingest.source import KINDS, LARGEST_FILE_MB
from ui import bank_handlers as handlers
from ui import bank_view as view
from ui.listeners import BUSY, QUIET, Told
from ui.texts import say
from ui.visitor import for_admins, is_admin


class Adding(NamedTuple):
    """The components that take an article in, and the list of those taken before."""

    view: gr.Column
    file: gr.File
    paste: gr.Textbox
    read: gr.Button
    none: gr.HTML
    articles: gr.Radio
    open: gr.Button
    practise: gr.Button


class Review(NamedTuple):
    """The components of one article's review."""

    view: gr.Column
    back: gr.Button
    headline: gr.HTML
    left_out: gr.HTML
    accept_rest: gr.Button
    discard_rest: gr.Button
    entries: gr.Radio
    marks: gr.HTML
    question: gr.Textbox
    answer: gr.Textbox
    points: gr.Textbox
    suggest: gr.Button
    accept: gr.Button
    discard: gr.Button
    material: gr.State
    n: gr.State


def adding_parts(has_model: bool) -> Adding:
    """Lays them out."""
    about = (
        say("material.about_model", size=LARGEST_FILE_MB) if has_model else say("material.about", size=LARGEST_FILE_MB)
    )
    with gr.Column(elem_id="material-add") as column:
        gr.HTML(f"<p>{about}</p>")
        with gr.Row():
            file = gr.File(
                label=say("material.file"), file_types=list(KINDS), type="filepath",
                height=170, elem_id="material-file", min_width=280,
            )  # fmt: skip
            paste = gr.Textbox(
                value="", label=say("material.paste"), lines=5, max_lines=10, elem_id="material-paste", min_width=280,
                placeholder=say("material.paste_hint"),
            )  # fmt: skip
        read = gr.Button(say("material.read"), variant="primary", elem_id="material-read")
        none = gr.HTML(f'<p class="bank-empty">{say("material.none")}</p>')
        articles = gr.Radio([], label=say("material.articles"), visible=False, elem_id="material-articles")
        with gr.Row():
            open_ = gr.Button(say("material.open"), visible=False, elem_id="material-open")
            practise = gr.Button(say("material.practise"), visible=False, elem_id="material-practise")
    return Adding(column, file, paste, read, none, articles, open_, practise)


def review_parts(has_model: bool) -> Review:
    """Lays them out."""
    with gr.Column(visible=False, elem_id="material-review") as column:
        headline = gr.HTML(elem_id="review-headline")
        left_out = gr.HTML(elem_id="review-left-out", visible=False)
        with gr.Row(elem_id="review-all"):
            accept_rest = gr.Button(say("material.accept_rest"), elem_id="review-accept-rest", size="md", min_width=130)
            discard_rest = gr.Button(
                say("material.discard_rest"), elem_id="review-discard-rest", size="md", min_width=130
            )
            back = gr.Button(say("material.back"), elem_id="review-back", size="md", min_width=90)
        with gr.Row():
            with gr.Column(scale=2, min_width=260):
                entries = gr.Radio([], label=say("material.found"), elem_id="review-entries")
            with gr.Column(scale=3, min_width=300):
                marks = gr.HTML(elem_id="review-marks")
                question = gr.Textbox(
                    value="", label=say("material.question"), lines=2, max_lines=4, elem_id="review-question"
                )
                answer = gr.Textbox(
                    value="", label=say("material.answer"), lines=6, max_lines=16, elem_id="review-answer"
                )
                points = gr.Textbox(
                    value="", label=say("material.points"), lines=4, max_lines=14, elem_id="review-points",
                    info=say("material.points_hint"),
                )  # fmt: skip
                suggest = gr.Button(say("material.suggest"), elem_id="review-suggest", size="md", visible=has_model)
                with gr.Row():
                    accept = gr.Button(
                        say("material.accept"), variant="primary", elem_id="review-accept", min_width=120
                    )
                    discard = gr.Button(say("material.discard"), elem_id="review-discard", min_width=120)
    return Review(
        column, back, headline, left_out, accept_rest, discard_rest, entries, marks, question, answer, points, suggest, accept, discard,
        gr.State(None), gr.State(0),
    )  # fmt: skip


def wire_material(interviewer: Interviewer, opened: list[Any], adding: Adding, review: Review, told: Told) -> None:
    """Makes the parts work. `opened`: the events at which the list of articles is read anew."""
    texts = [review.question, review.answer, review.points]
    listing = [adding.none, adding.articles, adding.open, adding.practise]
    shown = [
        adding.view, review.view, review.headline, review.accept_rest, review.discard_rest, review.entries, review.marks,
        *texts, review.material, review.n,
    ]  # fmt: skip

    def read(path: str | None, pasted: str) -> list[Any]:
        pasting = bool(pasted.strip()) and not path
        reading = handlers.read_paste(interviewer, pasted) if pasting else handlers.read_upload(interviewer, path)
        return _opened(reading)

    def reopened(sha256: str | None) -> list[Any]:
        return _opened(handlers.Reading(handlers.reopen(interviewer, sha256)))

    def chosen(material: Material, n: int, wanted: str, question: str, answer: str, points: str) -> list[Any]:
        return _shown(handlers.drafted(material, n, question, answer, points), int(wanted))

    def accepted(material: Material, n: int, question: str, answer: str, points: str) -> list[Any]:
        after = handlers.accept(interviewer, material, n, question, answer, points)
        return _shown(after, handlers.next_to_review(after, n))

    def discarded(material: Material, n: int) -> list[Any]:
        after = handlers.discard(interviewer, material, n)
        return _shown(after, handlers.next_to_review(after, n))

    def suggested(question: str, answer: str) -> str:
        return handlers.suggest(interviewer, question, answer)

    def rest_accepted(material: Material, n: int, question: str, answer: str, points: str) -> list[Any]:
        draft = handlers.drafted(material, n, question, answer, points)
        return _shown(handlers.accept_rest(interviewer, draft), n)

    def rest_discarded(material: Material, n: int) -> list[Any]:
        return _shown(handlers.discard_rest(interviewer, material), n)

    def listed() -> list[Any]:
        return _listed(handlers.articles(interviewer) if is_admin(interviewer) else ())

    here = [review.material, review.n]
    anybody, told = told, for_admins(interviewer, told)
    adding.read.click(told(read), [adding.file, adding.paste], [*shown, review.left_out], **BUSY)
    adding.open.click(told(reopened), adding.articles, [*shown, review.left_out], **QUIET)
    review.entries.input(told(chosen), [*here, review.entries, *texts], shown, **QUIET)
    review.accept.click(told(accepted), [*here, *texts], shown, **QUIET)
    review.discard.click(told(discarded), here, shown, **QUIET)
    review.suggest.click(told(suggested), [review.question, review.answer], review.points, **BUSY)
    review.accept_rest.click(told(rest_accepted), [*here, *texts], shown, **QUIET)
    review.discard_rest.click(told(rest_discarded), here, shown, **QUIET)
    review.back.click(_closed, None, [adding.view, review.view, adding.file, adding.paste], **QUIET).then(
        told(listed), None, listing, **QUIET
    )
    gr.on(opened, anybody(listed), None, listing, **QUIET)


def wire_practise(interviewer: Interviewer, adding: Adding, tabs: gr.Tabs, setup: dict[str, Any], told: Told) -> None:
    """Lets a person go on from the list to an interview about it."""

    def ready() -> list[Any]:
        count = handlers.accepted_count(interviewer)
        return [gr.Tabs(selected="interview"), [Topic.MINE.value], min(5, count)]

    adding.practise.click(told(ready), None, [tabs, setup["topics"], setup["questions"]], **QUIET)


def _opened(reading: handlers.Reading) -> list[Any]:
    material = reading.material
    left_out = gr.HTML(view.left_out(reading.left_out), visible=bool(reading.left_out))
    return [*_shown(material, handlers.next_to_review(material, 0) or material.entries[0].n), left_out]


def _shown(material: Material, n: int) -> list[Any]:
    """Values for the review of one article with entry `n` in the editor."""
    entry = handlers.entry_of(material, n)
    left = bool(handlers.waiting(material))
    return [
        gr.Column(visible=False),
        gr.Column(visible=True),
        view.review_headline(material),
        gr.Button(visible=left),
        gr.Button(visible=left),
        gr.Radio(choices=[(view.entry_label(e), str(e.n)) for e in material.entries], value=str(n)),
        view.entry_marks(entry),
        entry.question,
        entry.answer,
        handlers.points_text(entry.key_points),
        material,
        n,
    ]


def _closed() -> list[Any]:
    return [gr.Column(visible=True), gr.Column(visible=False), None, ""]


def _listed(materials: tuple[Material, ...]) -> list[Any]:
    """Values for the list of articles; one that Gradio's choices name twice is told apart by its hash."""
    choices = [(view.material_label(material), material.sha256) for material in materials]
    any_accepted = any(entry.reviewed and not entry.discarded for m in materials for entry in m.entries)
    return [
        gr.HTML(visible=not choices),
        gr.Radio(choices=choices, value=choices[0][1] if choices else None, visible=bool(choices)),
        gr.Button(visible=bool(choices)),
        gr.Button(visible=any_accepted),
    ]

"""The Bank part of the page as HTML. All text from the bank, an article or a person is escaped."""

import html
from collections.abc import Sequence

from knowledge.bank import KeyPoint, Misconception, Question, Standing
from knowledge.ingest.material import Material, MaterialEntry
from ui.bank_handlers import Found, waiting
from ui.markup import line, prose
from ui.report_view import WEIGHT_NAMES
from ui.view import TOPIC_NAMES

STANDING_MARKS = {
    Standing.UNREVIEWED: "not reviewed",
    Standing.ACCEPTED: "accepted",
    Standing.DISCARDED: "discarded",
}


def results(found: Found) -> str:
    """The questions as a list; each opens to its page."""
    if not found.total:
        return (
            '<p class="bank-empty">Nothing found. Try other words or fewer filters, '
            "or add questions of your own under “Your material”.</p>"
        )
    return f'<div class="bank-list">{"".join(question_page(question) for question in found.questions)}</div>'


def count_line(found: Found) -> str:
    """How many questions there are, and how many of them show."""
    if not found.total:
        return ""
    noun = "question" if found.total == 1 else "questions"
    order = ", the nearest first" if found.searched and found.total > 1 else ""
    shown = f"; {len(found.questions)} are shown" if len(found.questions) < found.total else ""
    return f'<p role="status">{found.total} {noun}{order}{shown}.</p>'


def question_page(question: Question) -> str:
    """One question: its other wordings and sources at once, its answer and points behind a toggle."""
    chips = [TOPIC_NAMES[question.topic.value]]
    if question.is_own:
        chips += [STANDING_MARKS[question.standing]] if question.standing is Standing.UNREVIEWED else []
    else:
        chips += [question.level.value.capitalize(), question.kind.value.capitalize()]
    marks = "".join(f'<span class="chip">{_text(chip)}</span>' for chip in chips)
    return (
        f'<details class="bank-question" name="bank"><summary><span class="asked">{line(question.question)}</span>'
        f'<span class="chips">{marks}</span></summary><div class="body">{_variants(question)}'
        f'<details class="answer"><summary>Answer and key points</summary>{_answer(question)}</details>'
        f"{_practise(question)}{_sources(question)}</div></details>"
    )


def _practise(question: Question) -> str:
    if question.standing is not Standing.ACCEPTED:
        return ""
    return (
        f'<p><button type="button" class="small" data-do="practise" data-ids="{_text(question.id)}" '
        f'aria-label="Practise: {_text(question.question)}">Practise this question</button></p>'
    )


def _variants(question: Question) -> str:
    if not question.variants:
        return ""
    items = "".join(f"<li>{line(text)}</li>" for text in question.variants)
    return f"<h2>Also asked as</h2><ul>{items}</ul>"


def _answer(question: Question) -> str:
    points = "".join(_point(point, question.is_own) for point in question.key_points)
    wrong = "".join(_misconception(misconception) for misconception in question.misconceptions)
    unreviewed = question.standing is Standing.UNREVIEWED
    note = "<p><small>Derived from the answer, sentence by sentence, and not reviewed yet.</small></p>"
    return (
        f'<div class="prose">{prose(question.answer)}</div><h2>Key points</h2>{note if unreviewed else ""}'
        f'<ul class="points">{points}</ul>'
        + (f'<h2>Often said, but wrong</h2><ul class="misconceptions">{wrong}</ul>' if wrong else "")
    )


def _point(point: KeyPoint, own: bool) -> str:
    hint = "" if own else f'<br><span class="hint">Hint: {_text(point.hint)}</span>'
    return f'<li>{line(point.text)} <span class="weight">{WEIGHT_NAMES[point.weight]}</span>{hint}</li>'


def _misconception(misconception: Misconception) -> str:
    return (
        f'<li><span class="wrong">“{line(misconception.statement)}”</span><br>'
        f'<span class="right">{line(misconception.correction)}</span></li>'
    )


def _sources(question: Question) -> str:
    if question.is_own:
        source = question.sources[0]
        return f'<p class="sources">From your material: {_text(source.article)}, question {_text(source.item)}.</p>'
    if not question.sources:
        return '<p class="sources">Written for this bank; no source article asks it.</p>'
    items: dict[str, list[str]] = {}
    for source in question.sources:
        items.setdefault(source.article, []).append(source.item)
    named = "; ".join(f"article {_text(article)} ({_text(', '.join(of))})" for article, of in items.items())
    return f'<p class="sources">Also asked in: {named}.</p>'


def material_label(material: Material) -> str:
    """One article in the list of the person's own."""
    return f"{material.file} · {_counts(material)}"


def review_headline(material: Material) -> str:
    """What was taken from an article and how far its review is."""
    left = len(waiting(material))
    todo = (
        f"{left} to review: accept what is right, change what is not, discard the rest."
        if left
        else "All reviewed. Accepted questions can be asked, searched and graded now."
    )
    recovered = sum(entry.recovered for entry in material.entries)
    note = f" {recovered} had no question in the article; we made one from the answer." if recovered else ""
    total = len(material.entries)
    return (
        f'<div class="review-head" role="status"><h2>{_text(material.file)}</h2><p>{total} question{"s" * (total != 1)} found. '
        f"{todo}{note}</p></div>"
    )


def left_out(lines: Sequence[str]) -> str:
    """What looked like a question and could not be taken; empty where nothing was left out."""
    items = "".join(f"<li>{_text(line)}</li>" for line in lines)
    return (
        f'<details class="left-out"><summary>{len(lines)} left out</summary><ul>{items}</ul></details>' if lines else ""
    )


def entry_label(entry: MaterialEntry) -> str:
    """One entry in the list of an article's questions."""
    mark = {Standing.ACCEPTED: "✓", Standing.DISCARDED: "✕", Standing.UNREVIEWED: ""}[_standing(entry)]
    return f"{mark} {entry.n}. {entry.question}".strip()


def entry_marks(entry: MaterialEntry) -> str:
    """How an entry stands, and what to look at before it is accepted."""
    standing = _standing(entry)
    chips = [("to review" if standing is Standing.UNREVIEWED else STANDING_MARKS[standing], f"standing {standing}")]
    chips += [("question made from the answer", "recovered")] if entry.recovered else []
    marks = "".join(f'<span class="chip {name}">{_text(text)}</span>' for text, name in chips)
    warnings = "".join(f"<li>{_text(warning)}</li>" for warning in entry.warnings if "recovered" not in warning)
    return f'<div class="entry-marks"><span class="chips">{marks}</span>' + (
        f'<ul class="warnings">{warnings}</ul></div>' if warnings else "</div>"
    )


def _standing(entry: MaterialEntry) -> Standing:
    from knowledge.ingest.own import standing_of

    return standing_of(entry)


def _counts(material: Material) -> str:
    standings = [_standing(entry) for entry in material.entries]
    names = (
        (Standing.ACCEPTED, "accepted"),
        (Standing.UNREVIEWED, "to review"),
        (Standing.DISCARDED, "discarded"),
    )
    return ", ".join(f"{standings.count(kind)} {name}" for kind, name in names if kind in standings)


def _text(text: str) -> str:
    return html.escape(text)

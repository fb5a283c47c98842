"""The Bank part of the page as HTML. All text from the bank, an article or a person is escaped."""

import html
from collections.abc import Sequence

from knowledge.bank import KeyPoint, Misconception, Question, Standing
from knowledge.ingest.material import Material, MaterialEntry
from ui.bank_handlers import Found, waiting
from ui.markup import line, prose
from ui.names import kind_name, level_name, topic_name, weight_name
from ui.texts import count, say


def results(found: Found) -> str:
    """The questions as a list; each opens to its page."""
    if not found.total:
        return f'<p class="bank-empty">{say("bank.nothing")}</p>'
    pages = "".join(question_page(question, question.id == found.opened) for question in found.questions)
    return f'<div class="bank-list">{pages}</div>'


def count_line(found: Found) -> str:
    """How many questions there are, and how many of them show."""
    if not found.total:
        return ""
    questions = count(found.total, "question")
    if found.searched and found.total > 1:
        questions = say("bank.nearest", questions=questions)
    shown = len(found.questions)
    words = say("bank.some", found=questions, n=shown) if shown < found.total else say("bank.all", found=questions)
    return f'<p role="status">{words}</p>'


def question_page(question: Question, opened: bool = False) -> str:
    """One question: its other wordings and sources at once, its answer and points behind a toggle."""
    chips = [topic_name(question.topic.value)]
    if question.is_own:
        chips += [_standing_name(question.standing)] if question.standing is Standing.UNREVIEWED else []
    else:
        chips += [level_name(question.level), kind_name(question.kind)]
    marks = "".join(f'<span class="chip">{_text(chip)}</span>' for chip in chips)
    return (
        f'<details class="bank-question" name="bank"{" open" if opened else ""}><summary><span class="asked">{line(question.question)}</span>'
        f'<span class="chips">{marks}</span></summary><div class="body">{_variants(question)}'
        f'<details class="answer"><summary>{say("bank.answer")}</summary>{_answer(question)}</details>'
        f"{_practise(question)}{_sources(question)}</div></details>"
    )


def _practise(question: Question) -> str:
    if question.standing is not Standing.ACCEPTED:
        return ""
    return (
        f'<p><button type="button" class="small" data-do="practise" data-ids="{_text(question.id)}" '
        f'aria-label="{_text(say("report.practise_named", name=question.question))}">{say("bank.practise")}</button></p>'
    )


def _variants(question: Question) -> str:
    if not question.variants:
        return ""
    items = "".join(f"<li>{line(text)}</li>" for text in question.variants)
    return f"<h2>{say('bank.variants')}</h2><ul>{items}</ul>"


def _answer(question: Question) -> str:
    points = "".join(_point(point, question.is_own) for point in question.key_points)
    wrong = "".join(_misconception(misconception) for misconception in question.misconceptions)
    unreviewed = question.standing is Standing.UNREVIEWED
    note = f"<p><small>{say('bank.derived')}</small></p>"
    return (
        f'<div class="prose">{prose(question.answer)}</div><h2>{say("bank.points")}</h2>{note if unreviewed else ""}'
        f'<ul class="points">{points}</ul>'
        + (f'<h2>{say("bank.misconceptions")}</h2><ul class="misconceptions">{wrong}</ul>' if wrong else "")
    )


def _point(point: KeyPoint, own: bool) -> str:
    hint = "" if own else f'<br><span class="hint">{say("bank.hint", hint=_text(point.hint))}</span>'
    return f'<li>{line(point.text)} <span class="weight">{weight_name(point.weight)}</span>{hint}</li>'


def _misconception(misconception: Misconception) -> str:
    return (
        f'<li><span class="wrong">“{line(misconception.statement)}”</span><br>'
        f'<span class="right">{line(misconception.correction)}</span></li>'
    )


def _sources(question: Question) -> str:
    if question.is_own:
        source = question.sources[0]
        words = say("bank.from_material", article=_text(source.article), item=_text(source.item))
        return f'<p class="sources">{words}</p>'
    if not question.sources:
        return f'<p class="sources">{say("bank.written")}</p>'
    items: dict[str, list[str]] = {}
    for source in question.sources:
        items.setdefault(source.article, []).append(source.item)
    named = "; ".join(
        say("bank.article", article=_text(article), items=_text(", ".join(of))) for article, of in items.items()
    )
    return f'<p class="sources">{say("bank.asked_in", articles=named)}</p>'


def material_label(material: Material) -> str:
    """One article in the list of the person's own."""
    return f"{material.file} · {_counts(material)}"


def review_headline(material: Material) -> str:
    """What was taken from an article and how far its review is."""
    left = len(waiting(material))
    recovered = sum(entry.recovered for entry in material.entries)
    words = [say("material.how_many", questions=count(len(material.entries), "question"))]
    words.append(say("material.to_do", n=left) if left else say("material.all_done"))
    words += [say("material.recovered", n=recovered)] if recovered else []
    return f'<div class="review-head" role="status"><h2>{_text(material.file)}</h2><p>{" ".join(words)}</p></div>'


def left_out(lines: Sequence[str]) -> str:
    """What looked like a question and could not be taken; empty where nothing was left out."""
    items = "".join(f"<li>{_text(line)}</li>" for line in lines)
    return (
        f'<details class="left-out"><summary>{say("material.left_out", n=len(lines))}</summary><ul>{items}</ul></details>'
        if lines
        else ""
    )


def entry_label(entry: MaterialEntry) -> str:
    """One entry in the list of an article's questions."""
    mark = {Standing.ACCEPTED: "✓", Standing.DISCARDED: "✕", Standing.UNREVIEWED: ""}[_standing(entry)]
    return f"{mark} {entry.n}. {entry.question}".strip()


def entry_marks(entry: MaterialEntry) -> str:
    """How an entry stands, and what to look at before it is accepted."""
    standing = _standing(entry)
    chips = [(_to_do_name(standing), f"standing {standing}")]
    chips += [(say("material.made"), "recovered")] if entry.recovered else []
    marks = "".join(f'<span class="chip {name}">{_text(text)}</span>' for text, name in chips)
    warnings = "".join(f"<li>{_text(warning)}</li>" for warning in entry.warnings if "recovered" not in warning)
    return f'<div class="entry-marks"><span class="chips">{marks}</span>' + (
        f'<ul class="warnings">{warnings}</ul></div>' if warnings else "</div>"
    )


def _standing(entry: MaterialEntry) -> Standing:
    from knowledge.ingest.own import standing_of

    return standing_of(entry)


def _standing_name(standing: Standing) -> str:
    return say(f"standing.{standing.value}")


def _to_do_name(standing: Standing) -> str:
    """How an entry stands, for whoever reviews it."""
    return say("standing.to_review") if standing is Standing.UNREVIEWED else _standing_name(standing)


def _counts(material: Material) -> str:
    standings = [_standing(entry) for entry in material.entries]
    kinds = (Standing.ACCEPTED, Standing.UNREVIEWED, Standing.DISCARDED)
    return ", ".join(
        say("material.count", n=standings.count(kind), standing=_to_do_name(kind))
        for kind in kinds
        if kind in standings
    )


def _text(text: str) -> str:
    return html.escape(text)

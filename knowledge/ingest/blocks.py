"""What every reader gives and segmentation works on: an article as a flat list of blocks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from knowledge.ingest.markers import demands, ends_asking, is_marked_line, lead_is_question


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list item, piece of code, table, or rule across the page.

    Attributes:
        level: 1 to 6 for a heading (1 the highest), the nesting depth from 1 for what stands in a list, otherwise 0.
        number: the ordinal of a numbered list's item.
        bold: the whole text is bold.
        link: the text is nothing but links.
        gap: an empty line stands before it (always so where the format has paragraphs of its own).
        rows: a table's cells, row by row.
    """

    kind: Literal["heading", "text", "item", "code", "table", "rule"]
    text: str
    level: int = 0
    number: int | None = None
    bold: bool = False
    link: bool = False
    gap: bool = True
    rows: tuple[tuple[str, ...], ...] = ()


class Run(NamedTuple):
    """A piece of a paragraph; a line break inside is a newline character."""

    text: str
    bold: bool = False
    link: bool = False


def paragraph(runs: Sequence[Run], template: Block) -> list[Block]:
    """The blocks of one paragraph: usually one; a question before its answer becomes a block of its own.

    Args:
        template: kind, level, number and gap of the paragraph; what is split off is a plain text of the same level.
    """
    blocks: list[Block] = []
    for group in _marked_groups(runs):
        form = template if not blocks else replace(template, kind=_plain_kind(template), number=None, gap=False)
        blocks += _led_by_bold(group, form)
    return blocks


def _plain_kind(block: Block) -> Literal["heading", "text"]:
    return "heading" if block.kind == "heading" else "text"


def _marked_groups(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs line by line, gathered so that a line which opens with a question's or an answer's marker begins a group."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        first, *others = run.text.split("\n")
        lines[-1].append(run._replace(text=first))
        lines += [[run._replace(text=piece)] for piece in others]
    groups: list[list[Run]] = []
    for line in lines:
        text = "".join(run.text for run in line).strip()
        if not groups or (text and is_marked_line(text)):
            groups.append(line)
        else:
            groups[-1] += [Run("\n"), *line]
    return groups


def _led_by_bold(runs: Sequence[Run], template: Block) -> list[Block]:
    """One block, or two where bold text or a first line asks and the rest answers."""
    shown = [run for run in runs if run.text.strip()]
    if not shown:
        return []
    link = all(run.link for run in shown)
    whole = "".join(run.text for run in runs)
    if all(run.bold for run in shown):
        return [replace(template, text=_joined(whole), bold=True, link=link)]
    lead = next(i for i, run in enumerate(runs) if run.text.strip() and not run.bold)
    first = "".join(run.text for run in runs[:lead])
    rest = "".join(run.text for run in runs[lead:])
    if first.strip() and (first.endswith("\n") or rest.startswith("\n") or lead_is_question(first)):
        return [replace(template, text=_joined(first), bold=True), *_answer(rest, template)]
    line, _, below = whole.strip().partition("\n")
    if template.kind == "item" and below.strip() and (ends_asking(line) or demands(line)):
        return [replace(template, text=_joined(line)), *_answer(below, template)]
    return [replace(template, text=_joined(whole), link=link)]


def _answer(text: str, template: Block) -> list[Block]:
    plain = _joined(text).lstrip(" :–—-")
    return [replace(template, kind="text", text=plain, number=None, gap=False)] if plain else []


def _joined(text: str) -> str:
    return " ".join(text.split())


def render(blocks: Iterable[Block]) -> str:
    """The blocks as text: code in ``` fences, tables with | between cells, list items with - or their number."""
    parts: list[str] = []
    for block in blocks:
        piece = _render(block)
        if piece:
            parts.append(("\n\n" if block.gap and block.kind not in ("item", "code") else "\n") + piece)
    return "".join(parts).strip()


def _render(block: Block) -> str:
    if block.kind == "code":
        return f"```\n{block.text}\n```"
    if block.kind == "table":
        return "\n".join("| " + " | ".join(row) + " |" for row in block.rows)
    if block.kind == "item":
        mark = f"{block.number}." if block.number is not None else "-"
        return "  " * max(0, block.level - 1) + f"{mark} {block.text}"
    return block.text

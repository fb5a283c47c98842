"""Reads Markdown by markdown-it-py; HTML inside it goes to the HTML reader."""

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.ingest.blocks import Block, Run, paragraph

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
_HTML = re.compile(
    r"^\s*<(?:/?(?:details|summary|table|tr|td|th|thead|tbody|dl|dt|dd|h[1-6]|div|section|p|ul|ol|li|aside|nav|script|style)\b|!--)",
    re.I,
)


def read_markdown(text: str) -> list[Block]:
    """The blocks of a Markdown text (CommonMark with tables)."""
    source = _FRONT_MATTER.sub("", text)
    tokens = MarkdownIt("commonmark").enable("table").parse(source)
    if any(token.type == "html_block" and _HTML.match(token.content) for token in tokens):
        # Markdown between HTML tags belongs inside them; only the rendered page shows the two together.
        from knowledge.ingest.html import read_html

        return read_html(MarkdownIt("commonmark").enable("table").render(source))
    return _Walk(tokens).blocks


class _Walk:
    """One pass over the tokens, with the lists that are open."""

    def __init__(self, tokens: list[Token]) -> None:
        self.blocks: list[Block] = []
        self._lists: list[int | None] = []  # the next ordinal of each open list, None for bullets
        self._item_open = False
        self._rows: list[tuple[str, ...]] = []
        self._row: list[str] = []
        for i, token in enumerate(tokens):
            self._take(token, tokens[i - 1] if i else None)

    def _take(self, token: Token, before: Token | None) -> None:
        if token.type in ("ordered_list_open", "bullet_list_open"):
            self._lists.append(int(token.attrGet("start") or 1) if token.type[0] == "o" else None)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            self._lists.pop()
        elif token.type == "list_item_open":
            self._item_open = True
        elif token.type == "inline" and before is not None:
            self._inline(token, before)
        elif token.type in ("fence", "code_block"):
            self.blocks.append(Block("code", token.content.rstrip("\n"), level=len(self._lists)))
        elif token.type == "hr":
            self.blocks.append(Block("rule", ""))
        elif token.type == "tr_close":
            self._rows.append(tuple(self._row))
            self._row = []
        elif token.type == "table_close":
            text = "\n".join(" | ".join(row) for row in self._rows)
            self.blocks.append(Block("table", text, level=len(self._lists), rows=tuple(self._rows)))
            self._rows = []

    def _inline(self, token: Token, before: Token) -> None:
        runs = _runs(token.children or [])
        if before.type in ("th_open", "td_open"):
            self._row.append(" ".join("".join(run.text for run in runs).split()))
        elif before.type == "heading_open":
            self.blocks += paragraph(
                [run._replace(bold=False) for run in runs], Block("heading", "", level=int(before.tag[1]))
            )
            if not "".join(run.text for run in runs).strip():
                self.blocks.append(Block("heading", "", level=int(before.tag[1])))
        else:
            self.blocks += paragraph(runs, self._template())

    def _template(self) -> Block:
        if not self._item_open or not self._lists:
            return Block("text", "", level=len(self._lists))
        self._item_open = False
        number = self._lists[-1]
        if number is not None:
            self._lists[-1] = number + 1
        return Block("item", "", level=len(self._lists), number=number)


def _runs(children: list[Token]) -> list[Run]:
    runs: list[Run] = []
    bold = link = 0
    for child in children:
        if child.type in ("strong_open", "strong_close"):
            bold += child.nesting
        elif child.type in ("link_open", "link_close"):
            link += child.nesting
        elif child.type in ("softbreak", "hardbreak"):
            runs.append(Run("\n", bold > 0, link > 0))
        elif child.type in ("text", "code_inline"):
            runs.append(Run(child.content, bold > 0, link > 0))
        elif child.type == "html_inline" and re.match(r"<br\b", child.content, re.I):
            runs.append(Run("\n", bold > 0, link > 0))
    return runs

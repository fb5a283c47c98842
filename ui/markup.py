"""Texts with formulas and code: for the chat, which draws them itself, and as HTML for the rest of the page.

A formula stands between `$$` and `$$`, `\\[` and `\\]`, `\\(` and `\\)`, or two single dollars as Pandoc reads them: no
space within them at either end, and no word or figure outside. So `$5 and $10` are prices and `$x$ and $y$` formulas.
"""

import html
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

LONGEST_FORMULA = 600
"""Characters; what is longer stays text, so that a text of thousands of dollar signs is still read at once."""
_CODE = r"(?P<code>(?:^|(?<=\n)) {0,3}```.*?(?:\n {0,3}```|\Z)|(?<!`)`[^`\n]+`(?!`))"
_LONG = rf".{{1,{LONGEST_FORMULA}}}?"
_SHOWN_ALONE = rf"\$\$(?P<dollars>{_LONG})\$\$|\\\[(?P<brackets>{_LONG})\\\]"
_IN_LINE = (
    rf"\\\((?P<round>{_LONG})\\\)|(?<![\\$\w])\$(?P<single>(?![\s$])[^$\n]{{0,{LONGEST_FORMULA}}}?[^\s$\\])\$(?![\w$])"
)
_FORMULA = re.compile(f"{_SHOWN_ALONE}|{_IN_LINE}", re.DOTALL)
_AT_START = r"(?<![^\n])"
_BULLET = rf"{_AT_START} *[*-](?= )"
_EMPHASIS = r"(?<![\w)\]*])(?P<stars>\*{1,3})(?=[^\s*])[^*\n]*[^\s*](?P=stars)(?![\w(\[*])"
_HEADING = rf"{_AT_START}[#=-](?=[#=-]*(?: |\n|\Z))"
_BACKSLASH = r"\\(?=[!-/:-@\[-`{-~])"
_SIGN = re.compile(rf"(?P<kept>{_BULLET}|{_EMPHASIS})|{_HEADING}|[*_~]|{_BACKSLASH}")
_CODE_OR_FORMULA = re.compile(f"{_CODE}|{_FORMULA.pattern}", re.DOTALL)
_PRICE = re.compile(r"\d[\d.,]*\s+[A-Za-z]{2}")
_ROW = re.compile(r"\s*\|.*\|\s*$")
_RULE = re.compile(r"[\s|:-]+$")
_SAFE = {
    "columnalign",
    "display",
    "linethickness",
    "mathvariant",
    "maxsize",
    "minsize",
    "rowspacing",
    "stretchy",
    "width",
}


class Formula(NamedTuple):
    """A formula in LaTeX; `alone` where it stands on a line of its own."""

    latex: str
    alone: bool


def typed(text: str) -> str:
    """A person's text as the chat's Markdown: tags and signs of arithmetic stay visible, lists, emphasis, code and formulas are
    drawn.
    """
    out, at = [], 0
    for found in _CODE_OR_FORMULA.finditer(text):
        # The chat escapes what stands in code itself, and no sign in a formula is Markdown.
        drawn = found[0] if found["code"] else formulas(html.escape(found[0], quote=False))
        out += [_shown(text[at : found.start()]), drawn]
        at = found.end()
    return "".join([*out, _shown(text[at:])])


def _shown(text: str) -> str:
    """Text with what Markdown would take for its own signs escaped: `2*(a+b)*c`, `__init__`, `# a comment`."""
    return _SIGN.sub(lambda found: found["kept"] or f"\\{found[0]}", html.escape(text, quote=False))


def formulas(text: str) -> str:
    """The chat's Markdown with single dollars as `\\(` and `\\)`, the only signs of a formula in a line that it knows."""

    def drawn(found: re.Match[str]) -> str:
        formula = _formula_in(found) if found["single"] else None
        return f"\\({formula.latex}\\)" if formula else found[0]

    return _CODE_OR_FORMULA.sub(drawn, text)


def prose(markdown: str) -> str:
    """Markdown as HTML; tags in it stay visible text, formulas become MathML and code is coloured by its language."""
    return str(_parser().render("\n".join(_ruled(markdown.splitlines()))))


def line(text: str) -> str:
    """A line of plain text as HTML, its formulas as MathML."""
    if "$" not in text and "\\" not in text:
        return html.escape(text)
    out, at = [], 0
    for found in _CODE_OR_FORMULA.finditer(text):
        formula = _formula_in(found)
        if formula is not None:
            out += [html.escape(text[at : found.start()]), formula_html(formula)]
            at = found.end()
    return "".join([*out, html.escape(text[at:])])


def formula_html(formula: Formula) -> str:
    """A formula as MathML, or as it is written where it cannot be read."""
    element = _mathml(formula)
    if element is None:
        return f"<code>{html.escape(formula.latex)}</code>"
    from xml.etree.ElementTree import tostring

    for part in element.iter():
        # A text comes with entities in it. Addresses and styles would let a formula do more than be read.
        part.text = html.unescape(part.text) if part.text else part.text
        part.attrib = {name: value for name, value in part.attrib.items() if name in _SAFE}
    return tostring(element, encoding="unicode", short_empty_elements=False)


def _mathml(formula: Formula) -> "Element | None":
    from latex2mathml import exceptions
    from latex2mathml.converter import convert_to_element

    faults = [fault for fault in vars(exceptions).values() if isinstance(fault, type) and issubclass(fault, Exception)]
    handled: tuple[type[Exception], ...] = (
        *faults, RecursionError, StopIteration, LookupError, ValueError, TypeError, AttributeError,
    )  # fmt: skip
    try:
        return convert_to_element(formula.latex, display="block" if formula.alone else "inline")
    except handled:
        return None


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "highlight": coloured}).enable("table")
    parser.inline.ruler.before("escape", "formula", _take_formula)
    return parser


def _take_formula(state: "StateInline", silent: bool) -> bool:
    """Markdown's rule for a formula where the reader stands."""
    if state.src[state.pos] not in "$\\":
        return False
    found = _FORMULA.match(state.src, state.pos)
    formula = _formula_in(found) if found else None
    if found is None or formula is None:
        return False
    if not silent:
        # The kind of token that is put out as it stands; tags in the text itself are off.
        state.push("html_inline", "", 0).content = formula_html(formula)
    state.pos = found.end()
    return True


def _formula_in(found: re.Match[str]) -> Formula | None:
    """What was found, unless it is code or a price."""
    parts = found.groupdict()
    alone = parts["dollars"] or parts["brackets"]
    latex = alone or parts["round"] or parts["single"]
    if latex is None or (parts["single"] and _PRICE.match(latex)):
        return None
    return Formula(latex.strip(), alone is not None)


def coloured(code: str, language: str, _attributes: str = "") -> str:
    """Code as HTML with classes for its parts, or empty where the language is not known."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return ""
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True, classprefix="hl-")))


def _ruled(lines: Sequence[str]) -> Iterator[str]:
    """The lines with the rule that Markdown wants below a table's first row, where an ingested table lacks it."""
    for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        yield line
        if _ROW.match(line) and _ROW.match(after) and not _ROW.match(before) and not _RULE.match(after):
            yield "|---" * (line.strip().strip("|").count("|") + 1) + "|"

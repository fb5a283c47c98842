"""Reads HTML by selectolax (the Lexbor parser): the page's own text, without scripts, navigation and advertising."""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.ingest.blocks import Block, Run, paragraph
from knowledge.ingest.markers import ends_asking

_DROPPED = frozenset(
    """script style noscript template svg canvas iframe object embed nav aside footer form select textarea dialog head
    audio video map figcaption menu""".split()
)
_BLOCKS = frozenset(
    """address article blockquote body center details dd div dl dt fieldset figure header h1 h2 h3 h4 h5 h6 hgroup hr li main ol p
    section summary table tbody td th tr ul button legend label""".split()
)
_BOLD = frozenset({"b", "strong"})
_ASIDE_WORDS = frozenset(
    """ad ads adsbygoogle advert adverts advertisement advertising sponsor sponsored promo promotion banner newsletter
    subscribe subscription signup related recommended recommendations sidebar share sharing social sharedaddy byline
    bio toc breadcrumb breadcrumbs comments comment disqus cookie cookies consent popup modal navbar navigation cta
    pagination outbrain taboola""".split()
)
_ASIDE_ROLES = frozenset({"navigation", "complementary", "banner", "contentinfo", "search", "dialog", "menu"})
_ASIDE_NAMES = re.compile(
    r"author-?(?:box|bio|info|card|meta|details)|about-?(?:the-?)?author|table-?of-?contents|read-?(?:more|next)|(?:next|prev(?:ious)?)-?(?:topic|post|page|article|lesson)|site-?(?:header|footer)",
    re.I,
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def read_html(text: str) -> list[Block]:
    """The blocks of an HTML page's main text."""
    parser = LexborHTMLParser(text)
    body = parser.body
    if body is None:
        return []
    _drop(body)
    walk = _Walk(_main(parser, body))
    return walk.blocks


def _drop(body: LexborNode) -> None:
    """Removes what is not the page's own text, by tag, role, class and id; never more than half of the page at once."""
    whole = len(body.text())
    doomed = []
    for node in body.css("*"):
        if node.tag in _DROPPED or (_is_aside(node) and len(node.text()) <= 0.5 * whole and not _is_heading(node)):
            doomed.append(node)
    for node in doomed:
        node.decompose(recursive=True)


def _is_heading(node: LexborNode) -> bool:
    return bool(re.fullmatch(r"h[1-6]|summary|dt|html|body|main", node.tag or ""))


def _is_aside(node: LexborNode) -> bool:
    attributes = node.attributes
    if (attributes.get("role") or "") in _ASIDE_ROLES:
        return True
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    if not names.strip():
        return False
    return bool(_ASIDE_NAMES.search(names)) or not _ASIDE_WORDS.isdisjoint(
        word.lower() for word in _WORDS.findall(names)
    )


def _main(parser: LexborHTMLParser, body: LexborNode) -> LexborNode:
    """The one element that holds most of the page's text, where the page names one; else the body."""
    whole = len(body.text())
    found = parser.css("main, [role=main], article")
    best = max(found, key=lambda node: len(node.text()), default=body)
    return best if len(best.text()) >= 0.6 * whole else body


def _with_ordinal(runs: list[Run]) -> list[Run]:
    """The runs; a number that opens them in an element of its own (`<span>3</span>What …`) is parted from the words."""
    first = next((i for i, run in enumerate(runs) if run.text.strip()), None)
    if first is None or first + 1 >= len(runs) or not re.fullmatch(r"\s*\d{1,3}\s*", runs[first].text):
        return runs
    if not runs[first + 1].text[:1].isupper():
        return runs
    return [*runs[:first], runs[first]._replace(text=f"{runs[first].text.strip()}. "), *runs[first + 1 :]]


def _ordinal(text: str | None) -> int | None:
    """A list item's number where it has 1 to 6 digits; nobody counts further, and int() refuses thousands of digits."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,6}", text) else None


@dataclass
class _Walk:
    """One pass over the tree without recursion, so that no depth of nesting ends it."""

    root: LexborNode
    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._runs: list[Run] = []
        self._template = Block("text", "")
        self._lists: list[int | None] = []
        self._bold = self._link = self._header = 0
        self._button = False
        node: LexborNode | None = self.root
        inside = 0
        while node is not None:
            if self._enter(node) and node.child is not None:
                node, inside = node.child, inside + 1
                continue
            self._leave(node)
            while node is not None and node.next is None and inside:
                node, inside = node.parent, inside - 1
                if node is not None:
                    self._leave(node)
            node = node.next if node is not None and inside else None
        self._flush()

    def _enter(self, node: LexborNode) -> bool:
        """Takes a node in; whether its children are to be walked."""
        tag = node.tag or ""
        if node.is_text_node:
            # Outside <pre> a line break in the source is a space; only <br> breaks a line.
            self._runs.append(Run(re.sub(r"\s+", " ", node.text_content or ""), self._bold > 0, self._link > 0))
            return False
        if tag == "br":
            self._runs.append(Run("\n", self._bold > 0, self._link > 0))
            return False
        if tag == "pre":
            self._take_code(node)
            return False
        if tag == "table" and self._take_table(node):
            return False
        self._bold += tag in _BOLD
        self._link += tag == "a" and bool(node.attributes.get("href"))
        if tag in _BLOCKS:
            self._flush()
            self._open(tag, node)
        if tag == "hr":
            self.blocks.append(Block("rule", ""))
        return True

    def _open(self, tag: str, node: LexborNode) -> None:
        depth = len(self._lists)
        if tag == "ol":
            start = _ordinal(node.attributes.get("start"))
            self._lists.append(1 if start is None else start)
        elif tag == "ul":
            self._lists.append(None)
        elif tag == "li":
            number = self._lists[-1] if self._lists else None
            value = _ordinal(node.attributes.get("value"))
            number = value if value is not None and number is not None else number
            self._template = Block("item", "", level=max(1, depth), number=number)
            if number is not None:
                self._lists[-1] = number + 1
        elif re.fullmatch(r"h[1-6]", tag):
            self._template = Block("heading", "", level=int(tag[1]))
        elif tag in ("dt", "summary", "legend"):
            self._template = Block("heading", "", level=6)
        elif self._template.kind != "heading" and self._template.kind != "item":
            self._template = Block("text", "", level=depth)
        self._header += tag == "header"
        self._button = self._button or tag == "button"

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        self._bold -= tag in _BOLD
        self._link -= tag == "a" and bool(node.attributes.get("href"))
        if tag not in _BLOCKS or node.is_text_node:
            return
        empty = not "".join(run.text for run in self._runs).strip()
        if re.fullmatch(r"h[1-6]", tag) and empty and self._template.kind == "heading":
            # A heading whose text was lost still parts two answers.
            self.blocks.append(self._template)
        self._flush()
        if tag in ("ol", "ul") and self._lists:
            self._lists.pop()
        self._header -= tag == "header"
        if tag == "button":
            self._button = False
        if self._template.kind != "item" or tag == "li":
            self._template = Block("text", "", level=len(self._lists))

    def _flush(self) -> None:
        found = paragraph(_with_ordinal(self._runs), self._template)
        self._runs = []
        if not found:
            return
        whole = found[0].text
        heading = found[0].kind == "heading"
        kept = (heading or not self._header) and (heading or not self._button or ends_asking(whole))
        if kept:
            self.blocks += [block for block in found if block.text]
        self._template = Block("text", "", level=len(self._lists))

    def _take_code(self, node: LexborNode) -> None:
        self._flush()
        for line_break in node.css("br"):
            line_break.replace_with("\n")
        text = (node.text() or "").strip("\n")
        # A gutter of line numbers stands beside the code, not in it.
        if text.strip() and not re.fullmatch(r"[\d\s]+", text):
            self.blocks.append(Block("code", text.rstrip(), level=len(self._lists)))

    def _take_table(self, table: LexborNode) -> bool:
        """Takes a table of data; a table that only lays out the page is walked like any element."""
        if table.css_first("table table, pre, h1, h2, h3, h4, h5, h6") is not None:
            return False
        rows = []
        for row in table.css("tr"):
            cells = tuple(" ".join(cell.text(separator=" ").split()) for cell in row.css("th, td"))
            if any(cells):
                rows.append(cells)
        if not rows or max(len(row) for row in rows) < 2:
            return False
        self._flush()
        text = "\n".join(" | ".join(row) for row in rows)
        self.blocks.append(Block("table", text, level=len(self._lists), rows=tuple(rows)))
        return True

"""A reply as HTML, with the words marked that earned or cost credit. All text is escaped."""

import html
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from interviewer.grading.grade import PointGrade, Verdict
from ui.markup import line
from ui.texts import say

_FENCED = re.compile(r"^ {0,3}```[^\n]*\n(?P<code>.*?)(?:^ {0,3}```[^\n]*$\n?|\Z)", re.DOTALL | re.MULTILINE)


def marked(text: str, points: Sequence[PointGrade]) -> str:
    """The text with the words that earned or cost credit in `<mark>`, code in a block of its own and formulas drawn."""
    spans, out, at = _spans(points), [], 0
    for fenced in _FENCED.finditer(text):
        out.append(_with_marks(text, at, fenced.start(), spans, _plain))
        out.append(f"<pre><code>{_with_marks(text, *fenced.span('code'), spans, html.escape)}</code></pre>")
        at = fenced.end()
    return "".join([*out, _with_marks(text, at, len(text), spans, _plain)])


class _Span(NamedTuple):
    start: int
    end: int
    point: PointGrade


def _spans(points: Sequence[PointGrade]) -> list[_Span]:
    """Where the quotes stand, in order; where two overlap the first one."""
    found = [
        _Span(point.start, point.start + len(point.evidence), point)
        for point in points
        if point.evidence and point.start is not None and point.verdict is not Verdict.MISSING
    ]
    apart: list[_Span] = []
    for span in sorted(found, key=lambda span: span[:2]):
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
    return apart


def _with_marks(text: str, start: int, end: int, spans: Sequence[_Span], shown: Callable[[str], str]) -> str:
    """A part of the text as HTML; `shown` makes it of what stands between and within the marks."""
    out, at = [], start
    for span in spans:
        low, high, point = max(span.start, start), min(span.end, end), span.point
        if low < high:
            title = html.escape(say("report.mark", verdict=say(f"verdicts.{point.verdict.value}"), point=point.point))
            mark = f'<mark class="{point.verdict}" title="{title}">{shown(text[low:high])}</mark>'
            out += [shown(text[at:low]), mark]
            at = high
    return "".join([*out, shown(text[at:end])])


def _plain(text: str) -> str:
    return line(text).replace("\n", "<br>")

"""The report's charts in Plotly: values are written on the bars, so colour carries nothing alone."""

from typing import TYPE_CHECKING

from interviewer.render import DIMENSIONS
from interviewer.report import Report, level_of
from ui.view import TOPIC_NAMES

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

BAR = "#4c78a8"


def topic_chart(report: Report) -> "Figure":
    """Mean score by topic, a horizontal bar each."""
    items = sorted(report.by_topic.items(), key=lambda item: item[1])
    return _bars([TOPIC_NAMES[topic] for topic, _ in items], [value for _, value in items], "Score by topic")


def rubric_chart(report: Report) -> "Figure":
    """The four rubric dimensions, a horizontal bar each; one of which nothing can be said has no bar."""
    names = list(reversed(DIMENSIONS))
    values: list[float | None] = [getattr(report.rubric, name) for name in names]
    return _bars([name.capitalize() for name in names], values, "Rubric")


def _bars(names: list[str], values: list[float | None], title: str) -> "Figure":
    from plotly.graph_objects import Bar, Figure

    texts = ["n/a" if value is None else f"{value:.0%} · {level_of(value)}" for value in values]
    figure = Figure(
        Bar(
            x=[value or 0 for value in values],
            y=names,
            orientation="h",
            text=texts,
            textposition="auto",
            marker={"color": BAR},
        )
    )
    figure.update_layout(
        title=title,
        height=110 + 44 * max(1, len(names)),
        margin={"l": 8, "r": 16, "t": 48, "b": 32},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": "#6b7280", "size": 14},
        xaxis={"range": [0, 1], "tickformat": ".0%", "gridcolor": "rgba(128,128,128,.3)", "fixedrange": True},
        yaxis={"automargin": True, "fixedrange": True},
    )
    return figure

"""The report's charts in Plotly: values are written beside the shapes, so colour carries nothing alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from interviewer.estimate import Estimate
from interviewer.render import DIMENSIONS
from interviewer.report import Report
from ui.names import grade_name, percent, topic_name
from ui.texts import say

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

BAR = "#6366f1"
TEXT = "#7b8494"
"""A grey for what is drawn; the page's style sheet gives text the theme's own colour."""
GRID = "rgba(128,128,128,.25)"
FEWEST_FOR_A_RADAR = 3
THICKEST, FEWEST_TO_FILL = 0.7, 4
"""A bar's share of its row where there are that many rows; with fewer a bar stays as thin."""


def topic_chart(report: Report) -> "Figure":
    """Mean score by topic, a horizontal bar each, with its 95 % interval."""
    items = sorted(report.topics.items(), key=lambda item: item[1].mean)
    return _bars([topic_name(topic) for topic, _ in items], [found for _, found in items], say("charts.by_topic"))


def rubric_chart(report: Report) -> "Figure":
    """The rubric as a radar with each value in words; one of which nothing can be said is named and has no corner."""
    from plotly.graph_objects import Figure, Scatterpolar

    values: dict[str, float | None] = {name: getattr(report.rubric, name) for name in DIMENSIONS}
    known = {name: value for name, value in values.items() if value is not None}
    names = [f"{say(f'dimensions.{name}')}<br>{percent(value)} · {grade_name(value)}" for name, value in known.items()]
    figure = Figure()
    if len(known) >= FEWEST_FOR_A_RADAR:
        figure.add_trace(
            Scatterpolar(
                r=[*known.values(), next(iter(known.values()))],
                theta=[*names, names[0]],
                fill="toself",
                fillcolor="rgba(99,102,241,.22)",
                line={"color": BAR, "width": 2.5},
                marker={"size": 7},
                mode="lines+markers",
                hovertemplate="%{theta}<extra></extra>",
            )
        )
    unsaid = ", ".join(say(f"dimensions.{name}") for name, value in values.items() if value is None)
    title = say("charts.rubric_without", names=unsaid) if unsaid else say("charts.rubric")
    figure.update_layout(**plain_layout(title, 340), showlegend=False)
    figure.update_layout(
        margin={"l": 100, "r": 100, "t": 70, "b": 50},
        polar={
            "bgcolor": "rgba(0,0,0,0)",
            "radialaxis": {"range": [0, 1.08], "tickvals": [0.25, 0.5, 0.75, 1], "showticklabels": False, "gridcolor": GRID, "linecolor": "rgba(0,0,0,0)"},
            "angularaxis": {"gridcolor": GRID, "linecolor": GRID, "rotation": 45, "direction": "clockwise"},
        },
    )  # fmt: skip
    return figure


def intervals(found: Sequence[Estimate], color: str) -> dict[str, Any]:
    """The estimates' 95 % intervals as error bars."""
    return {
        "type": "data",
        "array": [one.high - one.mean for one in found],
        "arrayminus": [one.mean - one.low for one in found],
        "color": color,
        "thickness": 1.5,
        "width": 6,
    }


def plain_layout(title: str, height: int) -> dict[str, Any]:
    """A layout that reads in both themes: no ground of its own, grey text, faint grid, nothing to zoom by accident."""
    axis = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "automargin": True}
    return {
        "title": {
            "text": title,
            "font": {"size": 16},
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "top",
            "yref": "container",
            "pad": {"l": 8, "t": 14},
        },
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 52, "b": 32},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": TEXT, "size": 13, "family": "system-ui, sans-serif"},
        "dragmode": False,
        "xaxis": axis,
        "yaxis": axis,
    }


def _bars(names: Sequence[str], found: Sequence[Estimate], title: str) -> "Figure":
    from plotly.graph_objects import Bar, Figure

    figure = Figure(
        Bar(
            x=[one.mean for one in found],
            # The value stands under the name, where neither a short bar nor its interval can hide it.
            y=[
                f"{name}<br><b>{percent(one.mean)} · {grade_name(one.mean)}</b>"
                for name, one in zip(names, found, strict=True)
            ],
            orientation="h",
            width=[THICKEST * min(1, len(names) / FEWEST_TO_FILL)] * len(names),
            text=[say("charts.over_answered", score=percent(one.mean), n=one.n) for one in found],
            textposition="none",
            marker={"color": "rgba(99,102,241,.55)", "cornerradius": 5},
            error_x=intervals(found, TEXT),
            hovertemplate="%{text}<extra></extra>",
        )
    )
    figure.update_layout(**plain_layout(title, max(340, 110 + 44 * len(names))))
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%")
    # Ticks that are not seen keep the names off the bars.
    figure.update_yaxes(ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)")
    return figure

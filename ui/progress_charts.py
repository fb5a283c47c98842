"""Charts of progress in Plotly; they read in both themes and without colour."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from interviewer.progress import Calibration, DayEstimate
from ui.charts import BAR, intervals, plain_layout
from ui.names import SURENESS, sureness_name
from ui.practice_view import LoadDay
from ui.texts import say

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def over_time_chart(days: Sequence[DayEstimate], title: str) -> "Figure":
    """An estimate by day as a line with its 95 % interval as a band."""
    from plotly.graph_objects import Figure, Scatter

    x = [day.day for day in days]
    low, high = [day.estimate.low for day in days], [day.estimate.high for day in days]
    band = Scatter(
        x=[*x, *reversed(x)], y=[*high, *reversed(low)], fill="toself", fillcolor="rgba(99,102,241,.16)",
        line={"width": 0}, hoverinfo="skip", name=say("charts.interval"),
    )  # fmt: skip
    line = Scatter(
        x=x, y=[day.estimate.mean for day in days], mode="lines+markers", line={"color": BAR, "width": 3},
        marker={"size": 8}, name=say("charts.mean"), error_y=intervals([day.estimate for day in days], BAR) if len(days) == 1 else None,
        hovertemplate="%{x|%d %b %Y}: %{y:.0%}<extra></extra>",
    )  # fmt: skip
    figure = Figure([band, line] if len(days) > 1 else [line])
    figure.update_layout(**plain_layout(title, 300), showlegend=False)
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%")
    figure.update_xaxes(type="date", tickformat="%d %b", range=_around(x) if len(x) < 3 else None, nticks=6)
    return figure


def load_chart(load: Sequence[LoadDay]) -> "Figure":
    """How many questions come due on each of the coming days."""
    from plotly.graph_objects import Bar, Figure

    counts = [day.due for day in load]
    names = [say("charts.today") if i == 0 else day.day.strftime("%a %d") for i, day in enumerate(load)]
    figure = Figure(
        Bar(
            x=names,
            y=counts,
            text=[str(count) if count else "" for count in counts],
            textposition="outside",
            marker={"color": BAR},
            hovertext=[say("charts.due", n=count) for count in counts],
            hovertemplate="%{x}: %{hovertext}<extra></extra>",
            cliponaxis=False,
        )
    )
    figure.update_layout(**plain_layout(say("charts.coming_back"), 402))
    figure.update_yaxes(
        rangemode="tozero", dtick=max(1, -(-max(counts, default=1) // 5)), range=[0, max(4, *counts) * 1.2]
    )
    figure.update_xaxes(nticks=8, tickangle=-45)
    return figure


def calibration_chart(found: Calibration) -> "Figure":
    """Scores by stated sureness with their intervals, beside the line of perfect calibration."""
    from plotly.graph_objects import Figure, Scatter

    ideal = Scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"dash": "dot", "color": "#8b93a1"},
        hoverinfo="skip",
        name=say("charts.well_judged"),
    )
    points = Scatter(
        x=[level.sure for level in found.levels],
        y=[level.scores.mean for level in found.levels],
        error_y=intervals([level.scores for level in found.levels], BAR),
        mode="markers+text", marker={"size": 12, "color": BAR}, textposition="middle right",
        text=[f"n = {level.scores.n}" for level in found.levels],
        hovertemplate="%{x:.0%} → %{y:.0%}<extra></extra>", name=say("charts.your_answers"),
    )  # fmt: skip
    figure = Figure([ideal, points])
    figure.update_layout(**plain_layout(say("charts.sureness"), 300), showlegend=False)
    figure.update_xaxes(range=[0, 1.15], tickvals=list(SURENESS), ticktext=[sureness_name(sure) for sure in SURENESS])
    figure.update_yaxes(range=[0, 1.05], tickformat=".0%")
    return figure


def _around(days: Sequence[date]) -> list[date] | None:
    from datetime import timedelta

    return [min(days) - timedelta(days=3), max(days) + timedelta(days=3)] if days else None

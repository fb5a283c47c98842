"""The page's theme."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradio.themes.base import Base


def theme() -> "Base":
    """Gradio's soft theme with the system's fonts, so that nothing is fetched."""
    from gradio.themes import Soft

    return Soft(primary_hue="indigo", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])

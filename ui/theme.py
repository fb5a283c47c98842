"""The page's theme, and its styles and scripts as one text each."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ui.texts import LANGUAGE, read_texts

if TYPE_CHECKING:
    from gradio.themes.base import Base

FOLDER = Path(__file__).parent
_ASKED = re.compile(r"""\bsay\("([a-z_.]+)\"""")
_SAY = r"const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);"
QUIET = "#4b5563"
QUIET_DARK = "#b6bdc9"
"""Greys that can be read on every ground of their theme (WCAG 1.4.3, at least 4.5 to 1)."""


def theme() -> "Base":
    """Gradio's soft theme with the system's fonts, so that nothing is fetched, and with contrasts that reach WCAG's AA."""
    from gradio.themes import Soft

    return Soft(primary_hue="indigo", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        background_fill_primary="white",
        background_fill_primary_dark="*neutral_900",
        background_fill_secondary="*neutral_100",
        background_fill_secondary_dark="*neutral_800",
        block_background_fill_dark="*background_fill_primary",
        input_background_fill_dark="*neutral_800",
        checkbox_label_background_fill_dark="*neutral_800",
        button_secondary_background_fill_dark="*neutral_800",
        body_text_color_subdued=QUIET,
        body_text_color_subdued_dark=QUIET_DARK,
        block_info_text_color=QUIET,
        block_info_text_color_dark=QUIET_DARK,
        block_title_background_fill="none",
        block_title_background_fill_dark="none",
        block_title_text_color="*body_text_color",
        block_title_text_color_dark="*body_text_color",
        block_title_padding="0",
        block_label_background_fill="*background_fill_secondary",
        block_label_background_fill_dark="*background_fill_secondary",
        block_label_text_color="*body_text_color",
        block_label_text_color_dark="*body_text_color",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_hover_dark="*primary_700",
        button_secondary_background_fill_hover_dark="*neutral_700",
        button_primary_shadow="none",
        button_secondary_shadow="none",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_600",
        button_border_width="1px",
        checkbox_label_background_fill_selected="*primary_600",
        checkbox_label_border_color="*neutral_300",
        checkbox_label_border_color_dark="*neutral_600",
        checkbox_label_border_color_selected="*primary_600",
        checkbox_label_border_color_selected_dark="*primary_600",
        checkbox_label_border_width="1px",
        checkbox_label_shadow="none",
        checkbox_border_color="*neutral_500",
        checkbox_border_color_dark="*neutral_400",
        color_accent="*primary_600",
        input_placeholder_color="#6b7280",
        input_placeholder_color_dark="#9ca3af",
        input_shadow="none",
        input_shadow_focus="none",
        link_text_color="*primary_700",
        link_text_color_hover="*primary_800",
        link_text_color_visited="*primary_700",
        link_text_color_active="*primary_800",
        link_text_color_dark="*primary_300",
        link_text_color_hover_dark="*primary_200",
        link_text_color_visited_dark="*primary_300",
        link_text_color_active_dark="*primary_200",
        slider_color="*primary_600",
    )


def styles() -> str:
    """All style sheets of the page."""
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.css")))


def script() -> str:
    """All scripts of the page as the one function that Gradio runs when it has loaded, with the words that they ask for."""
    sources = [file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.js"))]
    texts = read_texts(LANGUAGE)
    words = {key: texts[key] for source in sources for key in _ASKED.findall(source)}
    calls = "\n".join(f"({source})();" for source in sources)
    return f"() => {{\nconst words = {json.dumps(words)};\n{_SAY}\n{calls}\n}}"

"""A report as HTML or PDF, from its Markdown. Raw HTML in any text is shown, never run."""

import importlib.util
from pathlib import Path

from interviewer.render import render_report
from interviewer.report import Report

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Interview report</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.55 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }}
h1, h2, h3 {{ line-height: 1.25; }} h3 {{ margin-top: 2.5rem; }}
blockquote {{ margin: 0; padding: .25rem 1rem; border-left: 4px solid #6b7f99; }}
table {{ border-collapse: collapse; }} td, th {{ padding: .35rem .75rem; border-bottom: 1px solid #8884; text-align: left; }}
pre {{ overflow-x: auto; padding: .75rem; background: #8882; }}
</style></head><body>
{body}
</body></html>
"""


def report_html(report: Report) -> str:
    """One HTML page that opens offline."""
    return _PAGE.format(body=_html(report))


def report_pdf(report: Report) -> bytes:
    """A PDF document with embedded fonts."""
    from fpdf import FPDF, FontFace, TextStyle

    pdf = FPDF(format="A4")
    fonts = _font_folder()
    for style, file in (
        ("", "DejaVuSans.ttf"),
        ("B", "DejaVuSans-Bold.ttf"),
        ("I", "DejaVuSans-Oblique.ttf"),
        ("BI", "DejaVuSans-BoldOblique.ttf"),
    ):
        pdf.add_font("DejaVu", style, str(fonts / file))
    pdf.add_font("DejaVuMono", "", str(fonts / "DejaVuSansMono.ttf"))
    pdf.set_font("DejaVu", size=10)
    pdf.add_page()
    styles: dict[str, TextStyle | FontFace] = {
        f"h{i}": TextStyle(font_family="DejaVu", font_style="B", font_size_pt=20 - 3 * i, t_margin=6, b_margin=2)
        for i in (1, 2, 3)
    }
    styles |= {tag: TextStyle(font_family="DejaVuMono", font_size_pt=8, t_margin=2, b_margin=2) for tag in ("pre",)}
    styles["code"] = FontFace(family="DejaVuMono", size_pt=9)
    styles["blockquote"] = TextStyle(font_family="DejaVu", font_size_pt=10, color=(60, 70, 90), l_margin=8, t_margin=2)
    pdf.write_html(_html(report), font_family="DejaVu", tag_styles=styles)
    return bytes(pdf.output())


def _html(report: Report) -> str:
    from markdown_it import MarkdownIt

    # html=False: a tag in a reply comes out as text.
    return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(render_report(report)))


def _font_folder() -> Path:
    # matplotlib carries DejaVu, whose glyphs cover the symbols of formulas.
    spec = importlib.util.find_spec("matplotlib")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"

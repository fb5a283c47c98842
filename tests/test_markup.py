"""Formulas, prices and code in texts."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.markup import Formula, coloured, formula_html, formulas, line, prose, typed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It is $x^2$.", "It is \\(x^2\\)."),
        ("From $a$ to $b$, ($c$)", "From \\(a\\) to \\(b\\), (\\(c\\))"),
        ("$$x$$ and \\(y\\) and \\[z\\]", "$$x$$ and \\(y\\) and \\[z\\]"),
        ("It costs $5 and $10.", "It costs $5 and $10."),
        ("$5-$10, US$5, $5 or 10$ and $5/month or $50/year", "$5-$10, US$5, $5 or 10$ and $5/month or $50/year"),
        ("`$x$` and\n```\n$y$\n```", "`$x$` and\n```\n$y$\n```"),
        ("\\$x$ and $ x $", "\\$x$ and $ x $"),
    ],
)
def test_dollars_are_formulas_or_prices(text: str, shown: str) -> None:
    assert formulas(text) == shown


def test_what_a_person_typed_shows_as_typed() -> None:
    assert typed("a < b & <b> $a<b$") == "a &lt; b &amp; &lt;b&gt; \\(a&lt;b\\)"
    assert typed("`a < b` <b>\n```\na < b\n```\n<i>") == "`a < b` &lt;b&gt;\n```\na < b\n```\n&lt;i&gt;"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2)*sum(x) and lr*(g+b)*c", r"2)\*sum(x) and lr\*(g+b)\*c"),
        ("x**2 + y ** 2, *a*b", r"x\*\*2 + y \*\* 2, \*a\*b"),
        ("def __init__(self, n_in): ~5", r"def \_\_init\_\_(self, n\_in): \~5"),
        ("# of params\n--\n===", "\\# of params\n\\--\n\\==="),
        (r"\* or \d+ and C:\_x <\<", r"\\\* or \d+ and C:\\\_x &lt;\\&lt;"),
    ],
)
def test_signs_that_markdown_would_take_for_its_own_show_as_typed(text: str, shown: str) -> None:
    assert typed(text) == shown


@pytest.mark.parametrize(
    "text", ["use *this* and (**that**)", "* a\n* b\n  - c\n- d", "`a*b*c_d_e` and\n```py\na*b*c # d\n```"]
)
def test_emphasis_lists_and_code_are_drawn(text: str) -> None:
    assert typed(text) == text


def test_signs_in_a_formula_are_its_own() -> None:
    assert typed("$a*b*c_d$ x*y*z") == r"\(a*b*c_d\) x\*y\*z"


def test_prose_has_formulas_as_mathml_and_coloured_code() -> None:
    shown = prose("So $\\frac{a}{b}$ for $5.\n\n$$x_i < y$$\n\n```python\nreturn 1\n```\n\n<b>x</b>")
    assert '<math display="inline"><mrow><mfrac>' in shown
    assert '<math display="block">' in shown
    assert "<mo>&lt;</mo>" in shown
    assert "for $5." in shown
    assert '<span class="hl-k">return</span>' in shown
    assert "&lt;b&gt;x&lt;/b&gt;" in shown
    assert coloured("x", "no-such-language") == ""
    assert line("a < b, $c$") == f"a &lt; b, {formula_html(Formula('c', False))}"


@pytest.mark.parametrize(
    "latex", ["\\href{javascript:a}{x}", "\\style{position:fixed}{x}", "\\class{a}{x}", "\\text{<img src=x onerror=a>}"]
)
def test_a_formula_can_do_nothing_but_be_read(latex: str) -> None:
    assert not re.search(r"<[^>]*(href|style|class|onerror)=", formula_html(Formula(latex, False)))


@given(
    st.lists(
        st.sampled_from("\\frac { } ^ _ \\left( \\right) \\begin{matrix} & \\\\ \\text \\sqrt a 1 < \\genfrac".split())
    )
)
def test_a_broken_formula_is_shown_as_it_is_written(pieces: list[str]) -> None:
    latex = " ".join(pieces)
    shown = formula_html(Formula(latex, False))
    assert shown.startswith("<math") or shown == f"<code>{html.escape(latex)}</code>"


@given(st.text(st.sampled_from("$\\()[] a5`\n<"), max_size=60))
def test_no_text_is_lost_and_no_tag_comes_through(text: str) -> None:
    # Only the signs around a formula change.
    assert re.sub(r"\\[()]|\$", "", formulas(text)) == re.sub(r"\\[()]|\$", "", text)
    assert not re.search(r"<(?!/?(math|m[a-z]+)\b)", line("<b>" + text))

"""A hundred texts that run a script where a page forgets to escape them; each would call `alert` with its own number."""

_SHAPES = (
    "<script>alert({n})</script>",
    "</script><script>alert({n})</script>",
    "<img src=x onerror=alert({n})>",
    '"><img src=x onerror=alert({n})>',
    "'><svg onload=alert({n})>",
    "<svg><animate onbegin=alert({n}) attributeName=x dur=1s>",
    "<details open ontoggle=alert({n})>",
    '<iframe srcdoc="<script>parent.alert({n})</script>"></iframe>',
    '<iframe src="javascript:alert({n})"></iframe>',
    '<a href="javascript:alert({n})" autofocus onfocus=alert({n})>x</a>',
    "[x](javascript:alert({n}))",
    '![x](x" onerror="alert({n}))',
    "<input autofocus onfocus=alert({n})>",
    "<video><source onerror=alert({n})></video>",
    "<body onload=alert({n})>",
    '<math><mtext><table><mglyph><style><img src=x onerror="alert({n})">',
    "<noscript><p title='</noscript><img src=x onerror=alert({n})>'>",
    "$$\\href{{javascript:alert({n})}}{{x}}$$",
    "```html\n<img src=x onerror=alert({n})>\n```",
    "&lt;img src=x onerror=alert({n})&gt;<img src=x onerror=&#97;lert({n})>",
    "<style>@import 'javascript:alert({n})';</style><link rel=stylesheet href=javascript:alert({n})>",
    "<form action=javascript:alert({n})><button autofocus>x</button></form>",
    "<object data=javascript:alert({n})></object><embed src=javascript:alert({n})>",
    "<meta http-equiv=refresh content='0;url=javascript:alert({n})'>",
    "{{{{constructor.constructor('alert({n})')()}}}}${{alert({n})}}",
)
_DRESSES = ("{0}", "Dropout {0} is noise", "`{0}`", "| a | {0} |\n|---|---|\n| b | {0} |")
PAYLOADS = tuple(
    dress.format(shape.format(n=25 * i + j)) for i, dress in enumerate(_DRESSES) for j, shape in enumerate(_SHAPES)
)
"""Each shape bare, within a sentence, as code and in a table."""

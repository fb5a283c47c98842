"""Which lines of a plain text are code or a program's output: the format itself does not say."""

import re

_STRONG = re.compile(
    r"""^\s*(?:
    from\s+[\w.]+\s+import\b | import\s+[\w.]+(?:\s+as\s+\w+|\s*,\s*\w+)*\s*;?$ | (?:async\s+)?def\s+\w+\s*\( | class\s+\w+\s*(?:\(.*\))?\s*[:{] |
    (?:for|while|if|elif|with)\s.+:\s*(?:\#.*)?$ | (?:else|try|finally|except\b.*):\s*$ | return\s+[\w(\[{\-'"].*[)\]}\w'";]$ | @\w+(?:\(.*\))?$ |
    \#include\s*[<"] | (?:public|private|protected|static)\s+\w+ .*[({;]\s*$ | (?:const|let|var)\s+\w+\s*= | function\s+\w*\s*\( |
    >>>\s | \$\s+\w | [\w.()\-]+(?:\([\w-]+\))?[#>]\s+\w | (?:SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|(?:CREATE|ALTER|DROP)\s+(?:OR\s+REPLACE\s+|UNIQUE\s+)?(?:TABLE|VIEW|INDEX|DATABASE|FUNCTION|PROCEDURE|TRIGGER)|FROM|WHERE|GROUP\s+BY|HAVING|ORDER\s+BY|LEFT\s+JOIN|INNER\s+JOIN|JOIN|VALUES)\s+\S |
    (?:sudo|curl|pip|npm|docker|kubectl|git|apt|ssh|ping|chmod|mkdir)\s+(?=\S*[-./:=_]|\S+$)\S | </?\w+(?:\s+[\w-]+=.*)?/?>.*$ | [{}]\s*[;,)]*\s*$
    )""",
    re.VERBOSE,
)
_TARGET = r"[A-Za-z_][\w.]*(?:\[[^\]]*\])?"
_ASSIGNMENT = re.compile(rf"^\s*{_TARGET}(?:\s*,\s*{_TARGET})*\s*(?:[+\-*/%|&]|:)?=(?!=)\s*(?P<value>\S.*)$")
_CALL = re.compile(r"^\s*[A-Za-z_][\w.]*\(.*[)\]};,:]+\s*(?:#.*)?$")
_COMMAND = re.compile(r"^\s*[a-z][\w-]*(?:\s+\S+)*\s--?[a-z]\S*(?:[\s=]\S+)*$")
_OUTPUT = re.compile(r"^[\s=\-_*+|\[\](){}.,:;\d]+$")
_PUNCTUATION = re.compile(r"[=(){}\[\]<>_;]")


def is_code(line: str) -> bool:
    """Whether a line is code taken alone."""
    if _STRONG.match(line) or _COMMAND.match(line):
        return True
    assignment = _ASSIGNMENT.match(line)
    if assignment:
        # `Epoch = one pass over the data.` is prose: its right side is a phrase of plain words.
        plain = re.fullmatch(r"[A-Za-z'’,\- ]+[.]?.*", assignment.group("value")) and not _PUNCTUATION.search(
            assignment.group("value")
        )
        return not (plain and len(assignment.group("value").split()) >= 3)
    return bool(_CALL.match(line)) and not line.rstrip().endswith((".", "?"))


def may_be_code(line: str) -> bool:
    """Whether a line next to code belongs to it: a comment, an open bracket, a table of numbers."""
    text = line.strip()
    if not text or text.startswith(("- ", "* ", "• ")):
        return False
    if text.startswith(("#", "//")) or _OUTPUT.fullmatch(text) or line.startswith(("    ", "\t")):
        return True
    if re.match(r"^[)\]}]", text) or (re.search(r"[,({\[]$", text) and _PUNCTUATION.search(text)):
        return True
    if re.search(r"[.?!:]$", text) and not re.search(r"\w\(.*\)|=", text):
        return False
    return bool(_PUNCTUATION.search(text)) and not re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", text)

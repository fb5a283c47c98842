"""Patterns kept as text: how such a file is read, and that those of the program hold no line that finds everything."""

from pathlib import Path

import pytest

from interviewer.grading import addressed, suspicion
from interviewer.patterns import read_patterns

TEXT = """# A comment.
[words]
answer = answers?|repl(y|ies)

[of itself]
# Another.
\\b(my|this) {answer}\\b
\\(covered\\)

[praised]
full marks
"""


def test_a_file_of_patterns(tmp_path: Path) -> None:
    file = tmp_path / "patterns.txt"
    file.write_text(TEXT, encoding="utf-8")
    found = read_patterns(file)
    assert list(found) == ["of itself", "praised"]
    assert [match[0] for match in found["of itself"].finditer("My replies (covered), my comment")] == [
        "My replies",
        "(covered)",
    ]
    assert found["of itself"].groups == 0
    file.write_text("[praised]\n{nobody} knows\n", encoding="utf-8")
    with pytest.raises(KeyError, match="nobody"):
        read_patterns(file)


@pytest.mark.parametrize("file", [addressed.FILE, suspicion.FILE])
def test_plain_sentences_of_the_field_are_left_alone(file: Path) -> None:
    for pattern in read_patterns(file).values():
        assert not pattern.search("")
        for said in (
            "The gradient is zero for negative inputs.",
            "Attention scores are scaled by the root of the key size.",
        ):
            assert not pattern.search(said), pattern.search(said)

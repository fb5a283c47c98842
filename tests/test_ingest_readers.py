"""Reading files: what is refused, in one clear line, and what each format's reader makes of its text."""

from pathlib import Path

import pytest
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import SourceUnreadable
from knowledge.ingest.blocks import Block
from knowledge.ingest.extract import extract
from knowledge.ingest.html import read_html
from knowledge.ingest.markdown import read_markdown
from knowledge.ingest.plain import read_plain, unwrapped
from knowledge.ingest.source import Source, read_pasted, read_source


def shown(blocks: list[Block]) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in blocks]


def write(folder: Path, name: str, data: bytes | str) -> Path:
    file = folder / name
    file.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return file


def refused(file: Path) -> str:
    with pytest.raises(SourceUnreadable) as caught:
        read_source(file)
    assert "\n" not in str(caught.value)
    assert str(file) in str(caught.value)
    return str(caught.value)


def test_broken_encodings_name_the_byte(tmp_path: Path) -> None:
    assert "is not UTF-8 text (byte 3); save it as UTF-8" in refused(write(tmp_path, "a.txt", b"caf\xc3 \xe9 au lait"))
    assert "zero bytes" in refused(write(tmp_path, "b.md", b"What is x?\x00\x00"))
    page = b"<html><head><meta charset='klingon'></head><body><p>Text</p></body></html>"
    assert "unknown encoding 'klingon'" in refused(write(tmp_path, "c.html", page))
    assert "is not UTF-16 text" in refused(write(tmp_path, "d.txt", b"\xff\xfea\x00b"))


def test_declared_encodings_are_followed(tmp_path: Path) -> None:
    latin = "<html><head><meta charset='iso-8859-1'></head><body><p>Café au lait</p></body></html>".encode("latin-1")
    assert shown(read_source(write(tmp_path, "a.html", latin)).blocks) == [("text", "Café au lait")]
    assert shown(read_source(write(tmp_path, "b.txt", "Über uns".encode("utf-16"))).blocks) == [("text", "Über uns")]
    assert shown(read_source(write(tmp_path, "c.txt", b"\xef\xbb\xbfFirst")).blocks) == [("text", "First")]


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-16", "gb2312", "klingon"])
def test_a_pasted_page_is_not_decoded_again(charset: str) -> None:
    page = f"<html><head><meta charset='{charset}'></head><body><p>Café au lait, 5 €</p></body></html>"
    assert shown(read_pasted(page).blocks) == [("text", "Café au lait, 5 €")]


@pytest.mark.parametrize(
    ("declared", "written", "text"),
    [
        ("iso-8859-1", "utf-8", "Café au lait, 5 €"), ("utf-16", "utf-8", "Café"), ("gb2312", "utf-8", "Café"),
        ("iso-8859-1", "cp1252", "Café au lait, 5 €"), ("us-ascii", "cp1252", "Café"), ("latin1", "latin-1", "Café"),
        ("shift_jis", "shift_jis", "学習"), ("iso-2022-jp", "iso-2022-jp", "学習"),
    ],
)  # fmt: skip
def test_a_page_is_utf8_or_what_browsers_read_its_declaration_as(
    tmp_path: Path, declared: str, written: str, text: str
) -> None:
    page = f"<html><head><meta charset='{declared}'></head><body><p>{text}</p></body></html>".encode(written)
    assert shown(read_source(write(tmp_path, "a.html", page)).blocks) == [("text", text)]


def test_a_declared_encoding_that_decodes_nothing_is_named(tmp_path: Path) -> None:
    page = b"<html><head><meta charset=undefined></head><body><p>Caf\xe9</p></body></html>"
    assert "unknown encoding 'undefined'" in refused(write(tmp_path, "a.html", page))
    assert "save it as UTF-8" in refused(write(tmp_path, "b.html", page.replace(b"undefined", b"punycode")))
    assert "is not UTF-8 text (byte 52)" in refused(write(tmp_path, "c.html", page.replace(b"undefined", b"utf-16")))


def test_a_file_of_50_mb_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "huge.txt"
    with file.open("wb") as out:
        out.truncate(50 * 1024**2)
    assert "has 50 MB; the limit is 20 MB" in refused(file)


def test_a_text_of_many_characters_is_refused(tmp_path: Path) -> None:
    assert "has 5,000,010 characters; the limit is 5,000,000" in refused(write(tmp_path, "long.txt", "x" * 5_000_010))


def test_what_is_no_article_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "missing.txt")
    assert "is not a file" in refused(tmp_path)
    assert "is empty" in refused(write(tmp_path, "empty.md", " \n"))
    assert "the ending '.docx'; the endings known are: .txt" in refused(write(tmp_path, "a.docx", "PK"))
    assert "holds no text" in refused(write(tmp_path, "bare.html", "<html><script>alert(1)</script></html>"))


def pdf() -> FPDF:
    document = FPDF()
    document.add_page()
    return document


def test_a_scanned_pdf_is_refused(tmp_path: Path) -> None:
    document = pdf()
    document.rect(10, 10, 100, 100, style="F")
    assert "holds no text, it is probably a scan" in refused(write(tmp_path, "scan.pdf", bytes(document.output())))


def test_damaged_and_locked_pdfs_are_refused(tmp_path: Path) -> None:
    document = pdf()
    document.set_font("Helvetica", size=12)
    document.cell(text="What is x? It is y.")
    whole = bytes(document.output())
    assert "is not a readable PDF" in refused(write(tmp_path, "cut.pdf", whole[: len(whole) // 3]))
    assert "is not a readable PDF" in refused(write(tmp_path, "fake.pdf", b"%PDF-1.7 nothing"))
    locked = pdf()
    locked.set_encryption(owner_password="o", user_password="u")
    assert "is encrypted" in refused(write(tmp_path, "locked.pdf", bytes(locked.output())))


QUESTIONS = {
    "What is the difference between a stock and a broth when both are made from the same bones at home?": (
        "A stock is made from bones and simmers for hours, so that gelatine gives it body, while a broth is made from"
        " meat and is ready sooner.\nBroth is seasoned; stock is not."
    ),
    "How is a roux made?": "Equal parts of butter and flour are cooked.",
    "Explain blanching.": "Vegetables are dipped into boiling water and then into ice water.",
    "Why is meat rested?": "The juices spread again and stay in the meat when it is cut.",
}


class Booklet(FPDF):
    """A PDF with a running title and page numbers."""

    def header(self) -> None:
        self.set_font("Helvetica", size=8)
        self.cell(text="Kitchen booklet, second edition", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("Helvetica", size=8)
        self.cell(text=f"Page {self.page_no()} of 2")

    def paragraph(self, text: str, style: str = "", size: int = 11, font: str = "Helvetica") -> None:
        self.set_font(font, style, size)
        self.multi_cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")


@pytest.mark.parametrize(("mark", "style", "size"), [("{n}. ", "B", 14), ("Q{n}. ", "B", 11), ("{n}. ", "", 11)])
def test_pdf_questions_of_two_lines_and_answers_over_two_pages(
    tmp_path: Path, mark: str, style: str, size: int
) -> None:
    document = Booklet()
    document.add_page()
    document.paragraph("Kitchen questions and answers", "B", 20)
    for n, (question, answer) in enumerate(QUESTIONS.items(), start=1):
        document.paragraph(mark.format(n=n) + question, style, size)
        document.paragraph(answer)
        if n == 2:
            document.paragraph("melt(butter)\nstir(flour)", font="Courier")
            document.add_page()
    document.paragraph("References", "B", 20)
    document.paragraph("A book about soup.")
    entries = extract(read_source(write(tmp_path, "kitchen.pdf", bytes(document.output())))).entries
    assert [entry.question for entry in entries] == list(QUESTIONS)
    assert "gives it body, while a broth is made from meat" in entries[0].answer
    assert entries[1].answer.endswith("```\nmelt(butter)\nstir(flour)\n```")
    assert entries[3].answer == QUESTIONS["Why is meat rested?"]
    assert not any(text in entry.answer for entry in entries for text in ("booklet", "Page", "soup"))


def test_a_pdf_of_two_columns_is_read_column_by_column(tmp_path: Path) -> None:
    document = pdf()
    document.set_font("Helvetica", "B", 18)
    document.cell(text="Kitchen questions", new_x="LMARGIN", new_y="NEXT")
    with document.text_columns(ncols=2, gutter=8) as columns:
        for n, (question, answer) in enumerate(QUESTIONS.items(), start=1):
            for style, text in (("B", f"{n}. {question}"), ("", answer)):
                document.set_font("Times", style, 11)
                columns.write(text)
                columns.ln()
            columns.ln()
            if n == 2:
                columns.new_column()
    entries = extract(read_source(write(tmp_path, "columns.pdf", bytes(document.output())))).entries
    assert [entry.question for entry in entries] == list(QUESTIONS)
    assert [entry.answer.split()[-2:] for entry in entries] == [a.split()[-2:] for a in QUESTIONS.values()]


def test_scripts_and_navigation_never_reach_the_blocks() -> None:
    page = """<body><nav><p>Home</p></nav><p>Kept <b>bold</b></p><script>var a = "<p>What is evil?</p>";</script>
    <p onclick="x()">Second</p><style>p{}</style><template><p>hidden</p></template><iframe>frame</iframe>
    <div class="ad-banner"><p>Buy</p></div><noscript>turn it on</noscript></body>"""
    assert shown(read_html(page)) == [("text", "Kept bold"), ("text", "Second")]


def test_an_element_named_like_an_advertisement_stays_where_it_is_the_page() -> None:
    page = "<body class='has-sidebar'><div class='post related'><h2>What is x?</h2><p>It is y.</p></div></body>"
    assert shown(read_html(page)) == [("heading", "What is x?"), ("text", "It is y.")]


def test_deeply_nested_html_is_read() -> None:
    page = "<div>" * 5000 + "<h3>What is x?</h3><p>It is y.</p>" + "</div>" * 5000
    assert shown(read_html(page)) == [("heading", "What is x?"), ("text", "It is y.")]


def test_html_lists_tables_and_code_keep_their_form() -> None:
    page = """<ol start="4"><li>four</li><li>five<ul><li>inner</li></ul></li></ol><pre>a\n  b</pre>
    <table><tr><th>k</th><th>v</th></tr><tr><td>1</td><td>two<br>lines</td></tr></table>"""
    blocks = read_html(page)
    assert [(block.text, block.number, block.level) for block in blocks[:3]] == [
        ("four", 4, 1),
        ("five", 5, 1),
        ("inner", None, 2),
    ]
    assert (blocks[3].kind, blocks[3].text) == ("code", "a\n  b")
    assert blocks[4].rows == (("k", "v"), ("1", "two lines"))


def test_an_ordinal_of_thousands_of_digits_is_none() -> None:
    digits = "9" * 5000
    page = f"<ol start='{digits}'><li>one</li><li value='{digits}'>two</li><li value='7'>seven</li></ol>"
    assert [(block.text, block.number) for block in read_html(page)] == [("one", 1), ("two", 2), ("seven", 7)]


def test_markdown_parts_a_bold_question_from_its_answer() -> None:
    blocks = read_markdown(
        "**1. What is x?** It is y.\n\n**2. What is z?**\nIt is w, **not** v.\n\n**Note** that x stays."
    )
    assert [(block.text, block.bold) for block in blocks] == [
        ("1. What is x?", True),
        ("It is y.", False),
        ("2. What is z?", True),
        ("It is w, not v.", False),
        ("Note that x stays.", False),
    ]


def test_markdown_with_html_inside_is_read_as_one_page() -> None:
    blocks = read_markdown("# Title\n\n<details>\n<summary>What is x?</summary>\n\nIt is **y**.\n\n</details>\n")
    assert shown(blocks) == [("heading", "Title"), ("heading", "What is x?"), ("text", "It is y.")]


def test_plain_text_tells_code_tables_lists_and_headings_apart() -> None:
    text = """Heading
=======

Some prose about a function (of x) and its = sign.
- an item
from math import pi
for i in range(3):
    print(i)
Feature |
A |
B |
speed | fast | slow |
One epoch = one pass over the data set.
Output:
[1 2]
It prints the first two numbers of the row.
"""
    assert [block.kind for block in read_plain(text)] == [
        "heading",
        "text",
        "item",
        "code",
        "table",
        "text",
        "text",
        "code",
        "text",
    ]
    assert read_plain(text)[4].rows == (("Feature", "A", "B"), ("speed", "fast", "slow"))
    assert read_plain(text)[3].text == "from math import pi\nfor i in range(3):\n    print(i)"


PROSE = st.lists(st.text(alphabet="abcdefghij", min_size=2, max_size=9), min_size=6, max_size=60).map(" ".join)


@given(st.lists(PROSE, min_size=6, max_size=12), st.integers(60, 90))
@settings(max_examples=40, deadline=None)
def test_paragraphs_wrapped_at_any_width_come_back_whole(paragraphs: list[str], width: int) -> None:
    import textwrap

    sentences = [f"{text.capitalize()}." for text in paragraphs]
    wrapped = "\n\n".join(textwrap.fill(text, width) for text in sentences)
    lines = [line for line in unwrapped(wrapped.splitlines()) if line.strip()]
    # Short texts are left alone; the others come back, each paragraph a line.
    assert lines == sentences or lines == [line for line in wrapped.splitlines() if line.strip()]


@given(st.text(max_size=600), st.sampled_from(["txt", "md", "html"]))
@settings(max_examples=150, deadline=None)
def test_no_text_at_all_breaks_a_reader_or_the_extraction(text: str, kind: str) -> None:
    blocks = {"txt": read_plain, "md": read_markdown, "html": read_html}[kind](text)
    for entry in extract(Source("any", "0" * 64, blocks)).entries:
        assert entry.question
        assert entry.answer

"""The command `ingest`: what it prints, what it writes, and what it leaves alone."""

import json
from pathlib import Path

import pytest

from interviewer.cli import main
from interviewer.material import key_points
from knowledge.errors import MaterialInvalid
from knowledge.ingest.claims import claims
from knowledge.ingest.entry import Entry
from knowledge.ingest.material import Material, material_file, read_material, read_materials, save_material

ARTICLE = """Questions about tea

1. What is green tea?
Tea whose leaves are heated soon after the harvest, so that they do not oxidise. It is brewed below boiling.
2. Which teas are oxidised?
They are compared here:
Kind | Oxidation |
oolong | part |
black | whole |
"""


@pytest.fixture
def article(tmp_path: Path) -> Path:
    file = tmp_path / "tea.txt"
    file.write_text(ARTICLE, encoding="utf-8")
    return file


def written(home: Path) -> list[Path]:
    return sorted(path for path in home.rglob("*") if path.is_file())


def test_json_is_one_object_a_line_in_the_contracts_shape(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", str(article), "--dry-run", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [set(line) for line in lines] == [{"file", "n", "question", "recovered", "answer", "warnings"}] * 2
    assert lines[0] == {
        "file": str(article),
        "n": 1,
        "question": "What is green tea?",
        "recovered": False,
        "answer": "Tea whose leaves are heated soon after the harvest, so that they do not oxidise. It is brewed below boiling.",
        "warnings": [],
    }


def test_a_dry_run_writes_nothing(article: Path, own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", str(article), "--dry-run"]) == 0
    assert not own_home.exists()
    out = capsys.readouterr().out
    assert f"{article}: 2 questions" in out
    assert "  2. Which teas are oxidised?" in out


def test_material_is_written_with_unreviewed_points(article: Path, own_home: Path) -> None:
    assert main(["ingest", str(article)]) == 0
    (file,) = written(own_home)
    material = read_material(file)
    assert file == material_file(own_home, material.sha256)
    assert file.parent.name == "ingested"
    assert material.file == "tea.txt"
    assert not any(entry.reviewed for entry in material.entries)
    assert [point.text for point in material.entries[0].key_points] == [
        "Tea whose leaves are heated soon after the harvest, so that they do not oxidise.",
        "It is brewed below boiling.",
    ]
    assert [point.text for point in material.entries[1].key_points] == [
        "oolong: Oxidation part",
        "black: Oxidation whole",
    ]


def test_ingesting_again_changes_nothing_even_after_an_edit(
    article: Path, own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ingest", str(article)]) == 0
    (file,) = written(own_home)
    material = read_material(file)
    entries = tuple(entry.model_copy(update={"reviewed": True}) for entry in material.entries)
    save_material(own_home, material.model_copy(update={"entries": entries}))
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    copy = tmp_path / "renamed.txt"
    copy.write_bytes(article.read_bytes())
    capsys.readouterr()
    assert main(["ingest", str(article), str(copy)]) == 0
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert written(own_home) == [file]
    assert capsys.readouterr().err.count("already ingested, nothing changed") == 2


def test_one_bad_file_does_not_keep_the_others_out(
    article: Path, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ingest", "missing.txt", str(article), "--json"]) == 2
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 2
    assert captured.err.splitlines()[0] == "interviewer: missing.txt does not exist"
    assert "Traceback" not in captured.err
    assert len(written(own_home)) == 1


def test_an_article_without_questions_is_a_no(
    tmp_path: Path, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "essay.md"
    file.write_text("# On tea\n\nTea is drunk all over the world.\n", encoding="utf-8")
    assert main(["ingest", str(file)]) == 1
    assert "no question with an answer was found" in capsys.readouterr().out
    assert written(own_home) == []


def test_a_home_that_cannot_be_written_is_named(
    article: Path, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_home.mkdir()
    (own_home / "ingested").write_text("in the way")
    assert main(["ingest", str(article)]) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert [path.name for path in written(own_home)] == ["ingested"]


def test_damaged_material_is_named_and_left(article: Path, own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", str(article)]) == 0
    (file,) = written(own_home)
    file.write_text('{"format": 1, "file": "tea.txt"')
    assert main(["ingest", str(article)]) == 1
    assert "is damaged" in capsys.readouterr().err
    assert file.read_text() == '{"format": 1, "file": "tea.txt"'
    with pytest.raises(MaterialInvalid, match="delete it and ingest the article again"):
        read_materials(own_home)


def test_all_material_is_read_back(article: Path, own_home: Path) -> None:
    assert read_materials(own_home) == []
    main(["ingest", str(article)])
    (material,) = read_materials(own_home)
    assert isinstance(material, Material)
    assert [entry.question for entry in material.entries] == ["What is green tea?", "Which teas are oxidised?"]


def test_claims_leave_out_code_and_lead_ins() -> None:
    answer = "It has parts:\n- the lid\n- the pot\n```\npour()\n```\n| Part | Clay | Iron |\n| lid | light | heavy |\nBoth keep heat."
    assert claims(answer).splitlines() == ["the lid", "the pot", "lid: Clay light, Iron heavy", "Both keep heat."]


def test_an_answer_of_code_alone_has_the_code_as_its_point() -> None:
    entry = Entry(file="f", n=1, question="How?", recovered=False, answer="```\nkettle.boil(water)\n```")
    assert [point.text for point in key_points(entry.answer)] == ["```\nkettle.boil(water)\n```"]

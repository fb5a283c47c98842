"""Which question is found: floors on the development half of the phrasings, and the parts that find it."""

import random
from pathlib import Path

import numpy as np
import pytest

from evals.errors import CasesInvalid
from evals.phrasings import PHRASINGS_FILE, half_of, read_phrasings, read_strangers
from evals.retrieval import by_rank, first_right, judged, mistyped, table
from evals.retrieval_scale import scaled_bank
from interviewer.grading.tasks import NEAR_ENOUGH
from knowledge.bank import Bank
from knowledge.errors import BankInvalid
from knowledge.index import PassageIndex
from knowledge.keywords import Keywords, document, pieces
from knowledge.load import load_bank
from knowledge.passages import Hit, bank_passages
from knowledge.ranking import KEYWORD_SHARE, best_first, closeness, fused
from knowledge.search import JoinedSearch
from knowledge.spelling import Spelling
from knowledge.text import content_stems


@pytest.fixture(scope="module")
def keywords(bank: Bank) -> Keywords:
    """The bank's keyword index."""
    return Keywords.of(bank)


def test_dev_phrasings_find_their_question(index: PassageIndex, bank: Bank) -> None:
    phrasings = [phrasing for phrasing in read_phrasings(bank) if phrasing.split == "dev"]
    hits = index.search([phrasing.text for phrasing in phrasings], 5)
    pairs = list(zip(phrasings, hits, strict=True))
    first = sum(found[0].question_id in phrasing.answers for phrasing, found in pairs) / len(pairs)
    among_five = sum(any(hit.question_id in phrasing.answers for hit in found) for phrasing, found in pairs) / len(
        pairs
    )
    assert first >= 0.87
    assert among_five >= 0.96


def test_mistyped_dev_phrasings_are_still_found(index: PassageIndex, bank: Bank) -> None:
    phrasings = [phrasing for phrasing in read_phrasings(bank) if phrasing.split == "dev"][::6]
    rng = random.Random(1)
    hits = index.search([mistyped(phrasing.text, rng) for phrasing in phrasings], 5)
    right = sum(found[0].question_id in phrasing.answers for phrasing, found in zip(phrasings, hits, strict=True))
    assert right / len(phrasings) >= 0.75


def test_few_strangers_are_near_enough_to_be_graded(index: PassageIndex) -> None:
    strangers = read_strangers()
    hits = index.search([stranger.text for stranger in strangers], 1)
    let_in = dict.fromkeys(("other", "near"), 0)
    for stranger, found in zip(strangers, hits, strict=True):
        let_in[stranger.field] += found[0].similarity >= NEAR_ENOUGH
    assert let_in["other"] <= 2
    assert let_in["near"] <= 7


def test_phrasings_are_many_and_do_not_stand_in_the_bank(bank: Bank) -> None:
    phrasings = read_phrasings(bank)
    assert len(phrasings) >= 320
    assert {phrasing.question_id for phrasing in phrasings} == set(bank.by_id)
    fresh = [phrasing.question_id for phrasing in phrasings if phrasing.split == "fresh"]
    assert len(fresh) == len(set(fresh)) == 100
    held = {frozenset(content_stems(passage.text)) for passage in bank_passages(bank) if passage.kind == "phrasing"}
    assert [p.text for p in phrasings if frozenset(content_stems(p.text)) in held and p.split == "test"] == []


def test_a_broken_phrasing_is_refused_with_its_line(bank: Bank, tmp_path: Path) -> None:
    good = PHRASINGS_FILE.read_text(encoding="utf-8").splitlines()[0]
    file = tmp_path / "phrasings.jsonl"
    id = bank.questions[0].id
    wrong_half = "test" if half_of(id) == "dev" else "dev"
    for line, message in (
        ('{"text": "x"}', "2: question_id"),
        ("{", "2: not valid JSON"),
        ('{"text": "x", "question_id": "no-such", "split": "dev"}', "2: the bank has no question no-such"),
        (f'{{"text": "x", "question_id": "{id}", "split": "{wrong_half}"}}', f"2: {id} belongs in the other half"),
    ):
        file.write_text(f"{good}\n{line}\n")
        with pytest.raises(CasesInvalid, match=message):
            read_phrasings(bank, file)


def test_every_question_has_aliases(bank: Bank) -> None:
    assert [question.id for question in bank.questions if not question.aliases] == []


def test_an_alias_of_an_unknown_question_is_a_fault(tmp_path: Path) -> None:
    import shutil

    from knowledge.load import BANK_FOLDER, STATEMENTS_FOLDER

    (tmp_path / "bank").mkdir()
    (tmp_path / "statements").mkdir()
    shutil.copy(BANK_FOLDER / "cnn.yaml", tmp_path / "bank")
    shutil.copy(STATEMENTS_FOLDER / "cnn.jsonl", tmp_path / "statements")
    aliases = tmp_path / "aliases.yaml"
    aliases.write_text("cnn-pooling: [subsampling]\n")
    bank = load_bank(tmp_path / "bank", tmp_path / "statements")
    assert bank.by_id["cnn-pooling"].aliases == ("subsampling",)
    aliases.write_text("cnn-pooling: [subsampling]\nno-such: [x]\n")
    with pytest.raises(BankInvalid, match=r"aliases\.yaml:2: the bank has no question 'no-such'"):
        load_bank(tmp_path / "bank", tmp_path / "statements")
    aliases.write_text("cnn-pooling: subsampling\n")
    with pytest.raises(BankInvalid, match=r"aliases\.yaml:1: cnn-pooling"):
        load_bank(tmp_path / "bank", tmp_path / "statements")


def test_pieces_of_a_word_and_of_its_typo_overlap() -> None:
    assert pieces("the GRU") == ["<gr", "gru", "ru>", "<gru", "gru>", "<gru>"]
    assert pieces("of the a") == []
    assert len(set(pieces("atention")) & set(pieces("attention"))) > len(set(pieces("atention"))) / 2


def test_keywords_score_the_bank_in_its_order(keywords: Keywords, bank: Bank) -> None:
    best = keywords.scores("checkerboard artefacts of deconvolution").argmax()
    assert bank.questions[best].id == "cnn-transposed-convolution"
    assert keywords.scores("of the").tolist() == [0.0] * len(bank.questions)
    assert keywords.scores("\u4f60\u597d").tolist() == [0.0] * len(bank.questions)


def test_a_bank_in_another_alphabet_has_no_keywords(bank: Bank, tmp_path: Path) -> None:
    text = "\u4ec0\u4e48\u662f\u5377\u79ef"
    points = tuple(point.model_copy(update={"text": text}) for point in bank.questions[0].key_points)
    changes = {"question": text, "variants": (), "aliases": (), "answer": text, "key_points": points}
    foreign = Bank(questions=(bank.questions[0].model_copy(update=changes),))
    Keywords.of(foreign).save(tmp_path / "keywords")
    assert Keywords.load(tmp_path / "keywords", foreign).scores("what is convolution").tolist() == [0.0]


def test_keywords_are_the_same_after_saving(keywords: Keywords, bank: Bank, tmp_path: Path) -> None:
    keywords.save(tmp_path / "keywords")
    again = Keywords.load(tmp_path / "keywords", bank)
    assert np.array_equal(again.scores("leaky relu"), keywords.scores("leaky relu"))
    assert again.spelling.correct("atention") == keywords.spelling.correct("atention") == "attention"


def test_a_document_holds_what_covers_the_question_and_no_wrong_statement(bank: Bank) -> None:
    question = bank.by_id["cnn-pooling"]
    text = document(bank, question)
    for statement in bank.statements_of[question.id]:
        assert (statement.text in text) == (statement.verdict == "covered")


def test_spelling_mends_only_what_is_unknown_and_near() -> None:
    spelling = Spelling.of(["gradient gradient gradients vanishing batch normalisation", "radiant granite"])
    assert spelling.correct("Vanishin gradeint, BATCH!") == "vanishing gradient, BATCH!"
    assert spelling.correct("normalistaion normalization") == "normalisation normalisation"
    assert spelling.correct("bathc lr grad xyzzyplugh") == "batch lr grad xyzzyplugh"
    assert spelling.correct("gradiented") == "gradiented"


def test_closeness_weighs_the_three_nearest_and_floors_what_is_unseen() -> None:
    found = closeness([(1, 0.9), (1, 0.8), (0, 0.7), (1, 0.6), (1, 0.55), (0, 0.5)], 3)
    assert found.tolist() == pytest.approx([0.35 + 0.125 + 0.125, 0.45 + 0.2 + 0.15, 0.5])
    assert closeness([], 2).tolist() == [0, 0]


def test_fusion_adds_a_share_of_the_best_keyword_score() -> None:
    close = np.array([0.5, 0.5, 0.6])
    assert fused(close, np.array([0.0, 8.0, 4.0])).tolist() == pytest.approx(
        [0.5, 0.5 + KEYWORD_SHARE, 0.6 + KEYWORD_SHARE / 2]
    )
    assert fused(close, np.zeros(3)).tolist() == close.tolist()
    assert best_first(np.array([0.1, 0.3, 0.3]), 2) == [1, 2]


def test_joined_search_keeps_the_order_of_each_index() -> None:
    class Fixed:
        def __init__(self, *similarities: float) -> None:
            self.hits = [
                Hit(question_id=f"q{s}", question="q", passage="p", sources=(), similarity=s) for s in similarities
            ]

        def search(self, texts: list[str], k: int) -> list[list[Hit]]:
            return [self.hits[:k] for _ in texts]

    joined = JoinedSearch((Fixed(0.5, 0.9), Fixed(0.7, 0.4)))
    assert [hit.similarity for hit in joined.search(["x"], 4)[0]] == [0.7, 0.5, 0.9, 0.4]
    assert [hit.similarity for hit in joined.search(["x"], 1)[0]] == [0.7]


def test_ranks_and_their_table(bank: Bank) -> None:
    small = Bank(questions=bank.questions[:3])
    phrasings = [p for p in read_phrasings(bank) if p.question_id == bank.questions[1].id and not p.also]
    scores = np.tile([0.9, 0.5, 0.7], (len(phrasings), 1))
    ranks = first_right(scores, phrasings, small)
    assert set(ranks.tolist()) == {3}
    found = judged("a way", ranks, phrasings)
    assert (found.recall_at_1.value, found.recall_at_5.value) == (0.0, 1.0)
    assert found.mrr.value == pytest.approx(1 / 3)
    assert by_rank(np.array([[0.9, 0.5]]), np.array([[1.0, 7.0]])).tolist() == [[1 / 61 + 1 / 62, 1 / 62 + 1 / 61]]
    many = [p for p in read_phrasings(bank) if p.split == "dev"][:60]
    assert "a way" in table([judged("a way", np.ones(60, dtype=np.int64), many)])


def test_a_scaled_bank_has_the_size_asked_for(bank: Bank) -> None:
    small = Bank(questions=bank.questions[:5])
    scaled = scaled_bank(small, 200)
    sizes = len(bank_passages(scaled))
    assert 200 <= sizes <= 200 + max(len(bank_passages(Bank(questions=(q,)))) for q in small.questions)
    assert len({question.id for question in scaled.questions}) == len(scaled.questions)
    assert len({question.question for question in scaled.questions}) == len(scaled.questions)

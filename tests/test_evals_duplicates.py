"""No text that graders are tested on is nearly one that they were trained on, nor one of another of our sets."""

from evals.duplicates import (
    LEAST_WORDS,
    Text,
    near_duplicates,
    same_meaning,
    same_template,
    same_words,
    templates,
    trained_texts,
)
from knowledge.bank import Bank
from knowledge.text import words
from knowledge.vectors import BankVectors

TRAINED = Text("t", "Dropout switches each unit off at random while training, so no unit can rely on another one.")
OTHER = Text("o", "A learning rate that is too high makes the loss jump about or diverge instead of going down.")


def test_our_sets_hold_nothing_that_was_trained_on(bank: Bank, encoder: BankVectors) -> None:
    assert [(p.tested.name, p.other.name, p.how, round(p.value, 2)) for p in near_duplicates(bank, encoder)] == []


def test_everything_trained_on_is_compared(bank: Bank) -> None:
    texts = {text.text for text in trained_texts(bank)}
    assert bank.statements[0].text in texts
    assert bank.questions[0].answer in texts
    assert bank.questions[0].key_points[0].text in texts
    assert set(templates()) <= texts
    assert len(templates()) > 100


def test_a_template_is_found_however_short() -> None:
    template = min(templates(), key=lambda text: len(words(text)))
    assert len(words(template)) < LEAST_WORDS
    tested = [Text("a", template.upper()), Text("b", f"{template} Anyway."), Text("c", "ok")]
    assert [p.tested.name for p in same_template(tested)] == ["a"]


def test_a_copy_with_another_beginning_is_found_by_its_words() -> None:
    copy = Text("c", f"Well, I would say this: {TRAINED.text}")
    assert [(p.tested, p.other) for p in same_words([copy], [OTHER, TRAINED])] == [(copy, TRAINED)]
    assert (
        same_words([Text("n", "Random units are silenced in training; co-adaptation cannot arise.")], [TRAINED]) == []
    )
    assert same_words([Text("s", "no idea")], [Text("s", "no idea")]) == []


def test_a_copy_with_words_changed_throughout_is_found_by_its_meaning(encoder: BankVectors) -> None:
    changed = TRAINED.text.replace("each unit off", "every unit off").replace("while training", "during training")
    changed = changed.replace("can rely on", "may rely on")
    copy = Text("c", changed)
    assert same_words([copy], [TRAINED]) == []
    (found,) = same_meaning([copy], [OTHER, TRAINED], encoder)
    assert (found.tested, found.other) == (copy, TRAINED)
    assert same_meaning([OTHER], [TRAINED], encoder) == []

"""Set-up from a job description or a CV: by embedding and words, and by the language model where one is set."""

import json

import pytest

from interviewer.errors import InputInvalid, ModelFailed
from interviewer.job import LONGEST_TEXT, JobAnswer, level_of, propose
from knowledge.bank import BANK_TOPICS, Bank, Level, Topic
from knowledge.vectors import BankVectors

JOBS = {
    "Senior MLOps Engineer\nYou deploy models with Docker, Kubernetes and ONNX.\nYou keep latency and cost of our inference services low.\nYou set up monitoring for drift in production.": (Topic.DEPLOYMENT, Level.SENIOR),
    "Graduate computer vision engineer. Train CNNs for object detection and image segmentation on medical images. PyTorch.": (Topic.CNN, Level.JUNIOR),
    "We are building assistants on large language models. You fine-tune LLMs with LoRA, build RAG pipelines, and write prompts that hold.": (Topic.LLM, Level.MID),
    "Data-centric role: labelling guidelines, annotation quality, imbalanced datasets, and pipelines in Spark. 7+ years of experience.": (Topic.DATA, Level.SENIOR),
    "Research on diffusion models and GANs for image generation; PhD students welcome.": (Topic.GENERATIVE, Level.MID),
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), JOBS.items(), ids=[str(topic) for topic, _ in JOBS.values()])
def test_what_a_job_speaks_of_is_proposed(
    text: str, wanted: tuple[Topic, Level], bank: Bank, encoder: BankVectors
) -> None:
    proposal = propose(text, bank, encoder)
    assert proposal.topics[0] is wanted[0]
    assert proposal.level is wanted[1]
    assert len(proposal.topics) <= 5


def test_a_text_about_something_else_proposes_all_topics(bank: Bank, encoder: BankVectors) -> None:
    proposal = propose("We look for a friendly baker.\nEarly shifts, weekends off.", bank, encoder)
    assert proposal.topics == ()
    assert proposal.level is Level.MID
    assert "all of them" in proposal.why


def test_an_empty_or_endless_text_is_refused(bank: Bank, encoder: BankVectors) -> None:
    with pytest.raises(InputInvalid, match="empty"):
        propose(" \n", bank, encoder)
    with pytest.raises(InputInvalid, match="at most"):
        propose("word " * LONGEST_TEXT, bank, encoder)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Lead data scientist", Level.SENIOR),
        ("at least 5 years of experience", Level.SENIOR),
        ("0-2 years of experience", Level.JUNIOR),
        ("Junior engineer; you will learn from senior colleagues", Level.JUNIOR),
        ("Machine-learning engineer, 3 years", Level.MID),
    ],
)
def test_title_and_years_tell_the_level(text: str, level: Level) -> None:
    assert level_of(text)[0] is level


def test_the_language_model_may_propose_and_its_failure_is_told(bank: Bank, encoder: BankVectors) -> None:
    asked: list[str] = []

    def answer(prompt: str) -> JobAnswer:
        asked.append(prompt)
        return JobAnswer.model_validate_json(
            json.dumps({"topics": ["rnn", "my-material", "rnn", "llm"], "level": "senior"})
        )

    proposal = propose("Speech recognition with recurrent networks.", bank, encoder, answer)
    assert proposal.topics == (Topic.RNN, Topic.LLM)
    assert proposal.level is Level.SENIOR
    [prompt] = asked
    assert "Speech recognition with recurrent networks." in prompt
    assert all(topic in prompt for topic in BANK_TOPICS)

    def fail(_: str) -> JobAnswer:
        raise ModelFailed("no connection")

    local = propose("You train CNNs for vision.", bank, encoder, fail)
    assert local.topics[0] is Topic.CNN
    assert "no connection" in local.why

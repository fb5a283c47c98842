"""Topics and level for a session, proposed from a pasted job description or CV: locally, or by the language model.

Locally each line of the text is compared with the bank's questions by embedding, and its words with the topics' tools;
titles and years of experience tell the level. A proposal is only that: the person edits it.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

import prompts
from interviewer.errors import InputInvalid, ModelFailed
from knowledge.bank import BANK_TOPICS, Bank, Frozen, Level, Topic
from knowledge.encoder import Encoder
from knowledge.text import words

if TYPE_CHECKING:
    from interviewer.llm.model import LanguageModel

PROMPT = "job"
LONGEST_TEXT = 20_000
"""Longest text that is read, in characters."""
MOST_TOPICS = 5
MOST_LINES = 120
SHORTEST_LINE_WORDS = 2
NEAR = 0.45
"""Cosine at which a line of the text speaks of a question's matter."""
NAMED = 0.6
"""What a topic's word in a line counts for, on the scale of cosines."""
LEAST_SHARE = 0.35
"""A topic is proposed when it reaches this share of the strongest one's evidence."""
_NAMES: Mapping[Topic, str] = {
    Topic.FUNDAMENTALS: r"neural networks?|backpropagation|deep learning (?:basics|fundamentals|theory)",
    Topic.ACTIVATIONS: r"activation functions?|relu|gelu",
    Topic.LOSSES_OPTIMISERS: r"optimi[sz]ers?|adamw?|sgd|loss functions?|gradient descent",
    Topic.REGULARISATION: r"regulari[sz]ation|dropout|overfitting|data augmentation",
    Topic.INITIALISATION_NORMALISATION: r"batch ?norm|layer ?norm|normali[sz]ation layers?|weight initiali[sz]ation",
    Topic.CNN: r"computer vision|cnns?|convolutional|image (?:classification|segmentation|recognition)|object detection|opencv|yolo|resnet|medical imaging|vision",
    Topic.RNN: r"rnns?|lstms?|gru|time series|sequence models?|speech recognition|forecasting",
    Topic.ATTENTION_TRANSFORMERS: r"transformers?|attention|bert|vit|encoder-decoder",
    Topic.GENERATIVE: r"generative|gans?|diffusion|vaes?|image generation|text-to-image|stable diffusion",
    Topic.TRANSFER: r"transfer learning|fine-?tun\w+|pre-?trained|domain adaptation|few-shot|self-supervised",
    Topic.TRAINING_EVALUATION: r"model evaluation|metrics|hyperparameters?|experiment tracking|a/b tests?|mlflow|wandb|weights (?:and|&) biases|cross-validation|distributed training|benchmarking",
    Topic.DEPLOYMENT: r"deploy\w*|mlops|inference|serving|latency|docker|kubernetes|onnx|tensorrt|quanti[sz]ation|edge devices?|production|triton|monitoring|ci/cd",
    Topic.FRAMEWORKS: r"pytorch|tensorflow|keras|jax|cuda|hugging ?face|lightning",
    Topic.LLM: r"llms?|large language models?|gpt(?:-\d)?|rag|retrieval[- ]augmented|prompt\w*|rlhf|lora|langchain|chatbots?|language models?|agents?|nlp|natural language",
    Topic.DATA: r"data (?:pipelines?|quality|labell?ing|annotation|cleaning|engineering|collection)|annotat\w+|etl|spark|datasets?|feature engineering|imbalanced",
}
_SENIOR = re.compile(
    r"\b(?:senior|staff|principal|lead|head of|architect|expert)\b|\b(?:[5-9]|1\d)\s*(?:\+|plus|or more)?\s*(?:-\s*\d+\s*)?years?\b|\bmentor\w*",
    re.IGNORECASE,
)
_JUNIOR = re.compile(
    r"\b(?:junior|graduate|intern(?:ship)?|entry[- ]level|trainee|working student|apprentice|new grad|bachelor student)\b|\b[01]\s*(?:-|to)\s*[12]\s*years?\b|\b1\+?\s*years?\b|\bno experience\b",
    re.IGNORECASE,
)


class Proposal(Frozen):
    """What a text suggests: topics, the strongest first (none means all), a level, and why in one line."""

    topics: tuple[Topic, ...]
    level: Level
    why: str


class JobAnswer(Frozen):
    """What the language model returns."""

    topics: list[str]
    level: Level


Ask = Callable[[str], JobAnswer]
"""Sends a prompt to the language model. Raises: ModelFailed."""


def asking(model: "LanguageModel") -> Ask:
    """Asks a language model for topics and level."""
    schema = JobAnswer.model_json_schema()
    return lambda text: model.ask(text, schema, JobAnswer.model_validate_json).value


def propose(text: str, bank: Bank, encoder: Encoder, ask: Ask | None = None) -> Proposal:
    """Topics and level that a job description or CV suggests.

    Args:
        ask: the language model, where one is set; when it fails, the local proposal is made and says so.

    Raises: InputInvalid where the text is empty or far too long, ModelUnavailable.
    """
    if not words(text):
        raise InputInvalid("the job description is empty; paste its text, or choose topics by hand")
    if len(text) > LONGEST_TEXT:
        raise InputInvalid(
            f"the job description has {len(text):,} characters; paste the part that matters, at most {LONGEST_TEXT:,}"
        )
    if ask is None:
        return propose_locally(text, bank, encoder)
    try:
        answer = ask(prompts.render(PROMPT, topics=", ".join(BANK_TOPICS), most=str(MOST_TOPICS), text=text))
    except ModelFailed as error:
        found = propose_locally(text, bank, encoder)
        return found.model_copy(update={"why": f"{found.why} ({error}; proposed on this machine instead)"})
    topics = tuple(dict.fromkeys(Topic(topic) for topic in answer.topics if topic in BANK_TOPICS))[:MOST_TOPICS]
    return Proposal(topics=topics, level=answer.level, why="Proposed by the language model.")


def propose_locally(text: str, bank: Bank, encoder: Encoder) -> Proposal:
    """The proposal without a language model."""
    lines = [line for line in re.split(r"[\n.;•]+", text) if len(words(line)) >= SHORTEST_LINE_WORDS][:MOST_LINES]
    evidence = _evidence(lines or [text], bank, encoder)
    most = max(evidence.values())
    ranked = sorted(evidence, key=lambda topic: -evidence[topic])
    topics = tuple(t for t in ranked if evidence[t] > 0 and evidence[t] >= LEAST_SHARE * most)[:MOST_TOPICS]
    level, why = level_of(text)
    found = f"{len(topics)} topics that the text speaks of" if topics else "no topic stands out, so all of them"
    return Proposal(topics=topics, level=level, why=f"{found[0].upper()}{found[1:]}; {why}.")


def level_of(text: str) -> tuple[Level, str]:
    """The level that titles and years of experience suggest, and why. What comes first in the text counts."""
    senior, junior = _SENIOR.search(text), _JUNIOR.search(text)
    if senior and (not junior or senior.start() < junior.start()):
        return Level.SENIOR, f"senior, because of “{senior[0].strip()}”"
    if junior:
        return Level.JUNIOR, f"junior, because of “{junior[0].strip()}”"
    return Level.MID, "mid, because it names no seniority"


def _evidence(lines: list[str], bank: Bank, encoder: Encoder) -> dict[Topic, float]:
    """For each topic how strongly the lines speak of it, from 0."""
    questions = [question for question in bank.questions if question.topic in BANK_TOPICS]
    likeness = encoder.encode(lines) @ encoder.encode([question.question for question in questions]).T
    found: dict[Topic, float] = {}
    for topic in BANK_TOPICS:
        mine = [i for i, question in enumerate(questions) if question.topic is topic]
        near = np.clip(likeness[:, mine].max(axis=1) - NEAR, 0, None) if mine else np.zeros(len(lines))
        named = sum(len(set(re.findall(rf"\b(?:{_NAMES[topic]})\b", line.lower()))) for line in lines)
        found[topic] = float(near.sum()) + NAMED * named
    return found

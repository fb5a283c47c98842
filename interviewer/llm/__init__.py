"""The language model: one way to ask any OpenAI-compatible server, with every limit and every fault in one place."""

"""The question bank, its statements, and the index that retrieves from it."""

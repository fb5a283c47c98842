"""Gradio imported for use alone: without writing the type stubs that it would write anew beside its code at every start."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

WRITER = "gradio.component_meta"
"""Its `create_or_modify_pyi` reads, parses and renders the source of each component again: half of Gradio's import."""


@contextmanager
def without_stubs() -> Iterator[None]:
    """While this lasts, Gradio's import writes no stubs. Those of its package serve editors and type checkers as they are.

    Where Gradio was imported before, or has no such step any more, nothing changes.
    """
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name == WRITER else None
        if spec and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        vars(module)["create_or_modify_pyi"] = lambda component, name, events: None

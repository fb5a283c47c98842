"""What is loaded behind the page: when, for which questions, and that nobody waits for it meanwhile."""

import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from knowledge.encoder import SentenceEncoder
from ui.activity import Activity
from ui.warm_up import LATEST_S, QUIET_S, wait_for_quiet

ROOT = Path(__file__).parents[1]


def test_it_is_quiet_when_no_answer_is_waited_for() -> None:
    now = 100.0
    seen: list[float] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal now
        now += 5
        seen.append(activity.quiet_s)

    activity = Activity(app, lambda: now)
    now += 2
    assert activity.quiet_s == 2
    asyncio.run(activity({"type": "http", "path": "/gradio_api/queue/data"}, None, None))  # type: ignore[arg-type]
    assert (seen, activity.quiet_s) == ([0.0], 0.0)
    now += 3
    asyncio.run(activity({"type": "http", "path": "/gradio_api/heartbeat/x"}, None, None))  # type: ignore[arg-type]
    assert (seen[1], activity.quiet_s) == (8.0, 8.0), "a stream that never ends is nobody's wait"


def test_the_models_wait_for_quiet_but_not_for_ever() -> None:
    def waited(quiet_from: float) -> float:
        now = 0.0

        def sleep(seconds: float) -> None:
            nonlocal now
            now += seconds

        wait_for_quiet(lambda: max(0.0, now - quiet_from), clock=lambda: now, sleep=sleep)
        return now

    assert abs(waited(2.0) - (2.0 + QUIET_S)) < 0.1
    assert abs(waited(1e9) - LATEST_S) < 0.1


class SlowModel:
    """Takes a hundredth of a second for whatever it is given."""

    def encode(self, texts: list[str], **_: Any) -> list[list[float]]:
        time.sleep(0.01)
        return [[1.0]] * len(texts)


def test_a_reply_is_embedded_between_two_pieces_of_a_long_work() -> None:
    encoder = SentenceEncoder(Path(), "hash")
    encoder._model = SlowModel()  # type: ignore[assignment]
    done: list[str] = []

    def index() -> None:
        for _ in range(40):
            encoder.encode(["passage"])
            done.append("piece")

    thread = threading.Thread(target=index)
    thread.start()
    while len(done) < 3:
        time.sleep(0.001)
    before = len(done)
    encoder.encode(["reply"])
    assert len(done) - before <= 3
    thread.join()


def test_gradio_is_imported_whole_and_writes_no_stubs() -> None:
    code = (
        "from ui.gradio_import import without_stubs\n"
        "with without_stubs():\n    import gradio as gr, gradio.component_meta as meta\n"
        "import sys\nassert not any('ui.' in type(finder).__module__ for finder in sys.meta_path)\n"
        "with gr.Blocks() as app:\n    gr.Button().click(print)\n"
        "print(meta.create_or_modify_pyi.__module__, len(app.fns))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert ran.stdout.split() == ["ui.gradio_import", "1"], ran.stderr

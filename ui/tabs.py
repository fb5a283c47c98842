"""Whose a tab of the page, or a program's call, is: Gradio keeps queue, state and answers by names that browsers choose."""

import re
from collections import OrderedDict
from urllib.parse import parse_qs

from starlette.types import Message, Scope, Send

MOST_TABS = 20_000
TAB = re.compile(r"[0-9A-Za-z_-]{1,64}")
"""What a browser or a client calls its tab."""
_IN_PATH = re.compile(r"/gradio_api/(?:heartbeat|call/[\w-]+)/([^/]+)")
_EVENT = re.compile(rb'"event_id"\s*:\s*"([0-9A-Za-z_-]{1,64})"')


class Tabs:
    """A name belongs to who used it first; the 20,000 latest are remembered."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, str] = OrderedDict()

    def claim(self, tab: str, user_id: str) -> bool:
        """Whether the tab is theirs; one that nobody used is theirs from now on."""
        mine = self._owners.setdefault(tab, user_id) == user_id
        if mine:
            self._owners.move_to_end(tab)
        while len(self._owners) > MOST_TABS:
            self._owners.popitem(last=False)
        return mine

    def noting(self, send: Send, user_id: str) -> Send:
        """Claims the id of a call in the answer that tells it: where a program names no tab, Gradio takes that for one."""

        async def sending(message: Message) -> None:
            if found := _EVENT.search(message.get("body", b"")):
                self.claim(found[1].decode(), user_id)
            await send(message)

        return sending


def tabs_of(scope: Scope) -> list[str]:
    """All tabs and calls that path and query name: of a name given twice the gate could read one, and Gradio the other."""
    in_path = _IN_PATH.fullmatch(scope["path"])
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return ([in_path[1]] if in_path else []) + query.get("session_hash", [])

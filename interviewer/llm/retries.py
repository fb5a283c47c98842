"""Whether and when a call asks once more: the one place where that is decided. Pure."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from interviewer.llm.faults import ASKED_AGAIN, Fault, FaultKind

PAUSE_S = 0.5
"""Wait before the second request where the server names none."""


def wait_before_retry(fault: Fault, sent: int, most: int, left_s: float) -> float | None:
    """Seconds to wait before the next request, or None where there is to be none.

    Args:
        fault: of the last request.
        sent: requests sent so far.
        most: requests that the call may send.
        left_s: seconds to the call's deadline; a wait that reaches it is not begun.
    """
    if sent >= most or fault.kind not in ASKED_AGAIN:
        return None
    at_once = fault.kind in (FaultKind.INVALID, FaultKind.LENGTH)
    wait = fault.retry_after_s if fault.retry_after_s is not None else 0.0 if at_once else PAUSE_S
    return wait if wait < left_s else None


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """What a Retry-After header asks for, in seconds of at least 0; None where it is missing or makes no sense.

    Args:
        now: aware, for a header that is a date.

    Source: RFC 9110, section 10.2.3.
    """
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        return _until(header, now)
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _until(header: str, now: datetime) -> float | None:
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())

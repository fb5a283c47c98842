"""What programs send to a named endpoint, checked against its signature before it is used."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from pydantic import TypeAdapter, ValidationError

from interviewer.errors import InputInvalid


def checked(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The endpoint, which refuses values of another type than it names. Raises: InputInvalid naming the value."""
    adapters = {name: TypeAdapter(one.annotation) for name, one in inspect.signature(endpoint).parameters.items()}

    @wraps(endpoint)
    def taking(*values: Any) -> Any:
        if len(values) != len(adapters):
            raise InputInvalid(f"{len(values)} values were sent; send these: {', '.join(adapters)}")
        return endpoint(*(_valid(name, adapters[name], value) for name, value in zip(adapters, values, strict=True)))

    return taking


def _valid(name: str, adapter: TypeAdapter[Any], value: Any) -> Any:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        raise InputInvalid(f"{name}: {problem['msg']}; change it and send it again") from error

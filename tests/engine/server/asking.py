"""What tests ask of a server's model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from afterword.engine.protocol import Message, Question
from afterword.engine.sampling import Sampling
from afterword.engine.server.model import ServerModel
from tests.engine.server.conftest import request

Open = Callable[..., ServerModel]


def texts(model: ServerModel, before: str, **more: Any) -> str:
    return "".join(piece.text for piece in model.complete(request(before, **more)))


def question(text: str, shared: bool = True, **sampling: float) -> Question:
    return Question((Message("system", "Be brief."), Message("user", text)), Sampling(**sampling), shared)  # type: ignore[arg-type]

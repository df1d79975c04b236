"""Models that are worth a try, by size, for those who do not know what there is on the hub.

Only ids that the documentation or the code of an installed library names: transformers, huggingface_hub, accelerate (a test holds
this). None of them could be fetched where Afterword is developed: the window says of each that it is untested. The numbers of
parameters are those of their authors.
"""

from __future__ import annotations

from dataclasses import dataclass

from afterword.engine.weights import memory


@dataclass(frozen=True)
class Recommended:
    """A model on the hub.

    Attributes:
        name: its id.
        parameters: how many weights it has.
        licence: as an SPDX identifier, or as its author calls it.
        masked: whether it fills gaps, for other words in place of one, and does not continue text.
        gated: whether the hub asks for an account and for consent to its licence.
    """

    name: str
    parameters: int
    licence: str
    masked: bool = False
    gated: bool = False

    @property
    def memory(self) -> int:
        """Bytes to run it, by the number of weights alone."""
        return memory(self.parameters)


RECOMMENDED = (
    Recommended("distilbert/distilgpt2", 82_000_000, "Apache-2.0"),
    Recommended("openai-community/gpt2", 124_000_000, "MIT"),
    Recommended("HuggingFaceTB/SmolLM-360M", 362_000_000, "Apache-2.0"),
    Recommended("Qwen/Qwen2-0.5B", 494_000_000, "Apache-2.0"),
    Recommended("LiquidAI/LFM2-1.2B", 1_170_000_000, "LFM1.0"),
    Recommended("EleutherAI/gpt-neo-1.3B", 1_316_000_000, "MIT"),
    Recommended("google/gemma-2-2b", 2_614_000_000, "Gemma", gated=True),
    Recommended("HuggingFaceTB/SmolLM3-3B", 3_075_000_000, "Apache-2.0"),
    Recommended("mistralai/Mistral-7B-v0.1", 7_242_000_000, "Apache-2.0"),
    Recommended("allenai/OLMo-2-1124-7B", 7_299_000_000, "Apache-2.0"),
    Recommended("Qwen/Qwen2-7B", 7_616_000_000, "Apache-2.0"),
    Recommended("distilbert/distilroberta-base", 82_000_000, "Apache-2.0", masked=True),
    Recommended("google-bert/bert-base-cased", 108_000_000, "Apache-2.0", masked=True),
    Recommended("FacebookAI/roberta-base", 125_000_000, "MIT", masked=True),
    Recommended("answerdotai/ModernBERT-base", 149_000_000, "Apache-2.0", masked=True),
)

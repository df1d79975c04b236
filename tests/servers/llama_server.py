"""llama-cpp-python's server, without the kernels that crash: run by the Python of `.venv-peers`, not by that of the tests.

llama.cpp of llama-cpp-python 0.3.36 keeps a second copy of the weights for AMX where the processor has it, and its AMX kernels
end the process on the starter model (Intel Xeon with amx_int8). `use_extra_bufts` is llama.cpp's own switch for them.
"""

import importlib
from typing import Any

llama: Any = importlib.import_module("llama_cpp.llama")

_params_of = llama.llama_cpp.llama_model_default_params


def _plain_params() -> Any:
    params = _params_of()
    params.use_extra_bufts = False
    return params


llama.llama_cpp.llama_model_default_params = _plain_params

if __name__ == "__main__":
    importlib.import_module("llama_cpp.server.__main__").main()

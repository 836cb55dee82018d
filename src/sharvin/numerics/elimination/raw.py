"""Parts of kernels that are linked as they are: only the kernel around them is optimized.

Numba optimizes every function when it is linked into its caller and translates it to machine code
besides, though a part is never called but from a kernel, which is then optimized as a whole once
more. Leaving that out saves a third of the time in LLVM. This reaches below Numba's public
interface, so it is done with the versions it was tested with; with any other, parts compile the
usual, slower way to the same arithmetic.
"""

import importlib
from typing import Any

numba: Any = importlib.import_module("numba")
codegen: Any = importlib.import_module("numba.core.codegen")
compiler: Any = importlib.import_module("numba.core.compiler")

TESTED = ("0.68",)
_EXPECTED = ("_optimize_final_module", "_finalize_final_module", "_finalize_dynamic_globals")


class _Environments:
    """A code generator for which a part needs no environment: it never runs by itself."""

    def __init__(self, generator: Any) -> None:
        self._generator = generator

    def __getattr__(self, name: str) -> Any:
        return getattr(self._generator, name)

    def set_env(self, name: str, environment: Any) -> None:
        """Nothing: there is no machine code that would look for it."""


class _Library(codegen.JITCodeLibrary):  # type: ignore[misc]
    """Code of one part."""

    @property
    def codegen(self) -> Any:
        """The code generator that owns this library."""
        return _Environments(self._codegen)

    def _optimize_final_module(self) -> None:
        """Left to the kernel."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """No address: the part exists in kernels only."""
        self._ensure_finalized()
        return 0


class _Compiler(compiler.Compiler):  # type: ignore[misc]
    """Numba's usual stages, into a library of the kind above."""

    def __init__(self, typing: Any, target: Any, library: Any, *rest: Any) -> None:
        super().__init__(typing, target, library, *rest)
        if self.state.library is None:
            self.state.library = _Library(target.codegen(), "part")
            self.state.library.enable_object_caching()


def options() -> dict[str, Any]:
    """Options of `numba.njit` for a part."""
    is_tested = numba.__version__.rpartition(".")[0] in TESTED
    known = all(hasattr(codegen.JITCodeLibrary, name) for name in _EXPECTED)
    return {"pipeline_class": _Compiler} if is_tested and known else {}

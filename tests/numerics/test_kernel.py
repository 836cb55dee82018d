"""The compile cache: hit in a second process, left alone by an edit."""

import os
import shutil
import subprocess
import sys

import numba
import pytest

from sharvin.numerics.elimination import kernel, raw

SCRIPT = """
import numpy as np
from sharvin.numerics.elimination import vertices
from sharvin.numerics.elimination.single import unpack

vertices.neighbor_keys(np.zeros(2, np.int32), np.zeros(0, np.int32))
unpack(np.zeros(3), 1, np.zeros((1, 1)), np.zeros((1, 2)))
hits = [sum(f.stats.cache_hits.values()) for f in (vertices.neighbor_keys, unpack)]
misses = [sum(f.stats.cache_misses.values()) for f in (vertices.neighbor_keys, unpack)]
print(hits, misses)
"""


def run(cache):
    env = {**os.environ, "NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_second_process_finds_the_compiled_kernels(tmp_path):
    assert run(tmp_path) == "[0, 0] [1, 1]"
    assert run(tmp_path) == "[1, 1] [0, 0]"


def test_editing_any_source_changes_the_cache_folder(tmp_path):
    for path in kernel.FOLDER.glob("*.py"):
        shutil.copy(path, tmp_path)
    before = kernel.source_hash(tmp_path)
    assert before == kernel.source_hash()
    with (tmp_path / "fronts.py").open("a") as source:
        source.write("# edited\n")
    assert kernel.source_hash(tmp_path) != before
    assert before not in str(kernel.cache_folder(tmp_path))


def test_a_read_only_package_caches_in_the_home(tmp_path, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    package = tmp_path / "package"
    package.mkdir()
    (package / "__pycache__").write_text("a file, so no folder can be made here")
    folder = kernel.cache_folder(package)
    assert folder is not None
    assert folder.is_relative_to(tmp_path / "home")


def test_the_users_cache_setting_is_left_as_it_was(monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", "elsewhere")
    kernel.kernel(lambda x: x)
    assert numba.config.CACHE_DIR == "elsewhere"


def test_blas_is_called_by_name():
    from sharvin.numerics.elimination import blas

    assert pytest.importorskip("llvmlite.binding").address_of_symbol("sharvin_dgemm")
    assert ord("N") == blas.N


def test_kernels_keep_to_strict_arithmetic():
    """Fastmath lets copies of one function round differently: see `kernel`."""

    @kernel.kernel
    def outer(x):
        return inner(x) + x * x

    @kernel.part
    def inner(x):
        return 3.0 * x + 1.0

    outer(2.0)
    (code,) = outer.inspect_llvm().values()
    assert "fmul" in code
    for flag in ("contract", "reassoc", "fast "):
        assert not [line for line in code.splitlines() if "fmul" in line and flag in line]


def test_parts_are_linked_raw_with_tested_versions_of_numba_only(monkeypatch):
    monkeypatch.setattr(raw.numba, "__version__", "0.68.7")
    assert set(raw.options()) == {"pipeline_class"}
    monkeypatch.setattr(raw.numba, "__version__", "0.69.0")
    assert raw.options() == {}

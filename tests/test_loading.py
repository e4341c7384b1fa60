"""What a command loads, and what it leaves alone."""

import subprocess
import sys

import pytest

SAID = "import sys; from pipeline.__main__ import start; sys.argv[1:] = ['--version']\n"
LOADED = "import atexit; atexit.register(lambda: print('dask' in sys.modules, gc.isenabled()))\n"


def said_by(code: str) -> list[str]:
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return told.stdout.split()


def test_a_command_loads_no_dask_and_leaves_the_collector_as_it_was() -> None:
    pytest.importorskip("dask", reason="Dask is not installed: nothing can load it")
    assert said_by("import gc\n" + SAID + LOADED + "start()")[-2:] == ["False", "True"]


def test_dask_can_be_loaded_afterwards() -> None:
    pytest.importorskip("dask", reason="Dask is not installed: nothing can load it")
    code = "from pipeline.loading import quickly\nwith quickly():\n    import pipeline.cli\n"
    assert said_by(code + "import dask.dataframe; print(dask.dataframe.DataFrame.__name__)") == [
        "DataFrame"
    ]

"""Makes the environments of the peers, pinned, in .peers at the root of the repository.

    python benches/accuracy/make_peers.py [DIR]

One environment is not enough: NeuroKit2 wants NumPy 2, and pyPPG stops at NumPy 1. An environment
that already holds its list is left as it is.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
REQUIREMENTS = {
    "main": HERE / "peers-requirements.txt",
    "pyppg": HERE / "peers-pyppg-requirements.txt",
}


def main() -> None:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / ".peers"
    for name, requirements in REQUIREMENTS.items():
        make(root / name, requirements)


def make(environment: Path, requirements: Path) -> None:
    """One environment with exactly what the list names."""
    stamp = environment / "installed.sha256"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        print(f"{environment} is up to date")
        return
    print(f"making {environment} from {requirements.name}", flush=True)
    venv.create(environment, clear=True, with_pip=True)
    python = environment / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*install, "--requirement", requirements], check=True)
    stamp.write_text(wanted)


if __name__ == "__main__":
    main()

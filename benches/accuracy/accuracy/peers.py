"""The peers as detectors: each runs in a process of its own environment, with a limit per recording.

Results are cached by peer, version, adapter and input, so that a second run costs nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import selectors
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from .detectors import Answer, failed, for_peers
from .recordings import Recording

WORKER = Path(__file__).with_name("peer_worker.py")
ENVIRONMENTS = {
    "main": ("NeuroKit2 Elgendi", "NeuroKit2 MSPTDfast", "BioSPPy", "systole", "HeartPy"),
    "pyppg": ("pyPPG",),
}
TIME_LIMIT_S = 120.0


def installed_peers(directory: Path) -> list[Peer]:
    """The peers found in the environments that `make_peers.py` made under `directory`."""
    peers = []
    for environment, names in ENVIRONMENTS.items():
        python = directory / environment / "bin" / "python"
        if not python.exists():
            continue
        reply = subprocess.run(
            [python, WORKER, "versions", *names], capture_output=True, text=True, check=True
        )
        versions = json.loads(reply.stdout)
        peers += [Peer(name, versions[name], python) for name in names if versions[name]]
    return peers


def cache_directory() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "plethys" / "peers"


class Peer:
    """One peer in its own interpreter, started when the cache does not know the answer."""

    def __init__(self, name: str, version: str, python: Path, cache: Path | None = None) -> None:
        self.name = name
        self.version = version
        self._python = python
        self._cache = cache or cache_directory()
        self._adapter = hashlib.sha256(WORKER.read_bytes()).hexdigest()
        self._process: subprocess.Popen | None = None

    def analyze(self, recording: Recording, motion: bool = False, companion: bool = False) -> Answer:
        samples, sample_rate = for_peers(recording)
        return self.find(samples, sample_rate)

    def find(self, samples: np.ndarray, sample_rate: float) -> Answer:
        """Beats in evenly spaced samples."""
        stored = self._cache / f"{self._key(samples, sample_rate)}.json"
        if stored.exists():
            reply = json.loads(stored.read_text())
        else:
            reply = self._ask(samples, sample_rate)
            if not reply.pop("transient", False):
                stored.parent.mkdir(parents=True, exist_ok=True)
                partial = stored.with_suffix(f".{os.getpid()}.partial")
                partial.write_text(json.dumps(reply))
                partial.replace(stored)
        if "error" in reply:
            return failed(reply["error"])
        return Answer(np.array(reply["beats"], dtype=float), reply["seconds"])

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _key(self, samples: np.ndarray, sample_rate: float) -> str:
        head = json.dumps([self.name, self.version, self._adapter, sample_rate, TIME_LIMIT_S])
        return hashlib.sha256(head.encode() + np.ascontiguousarray(samples).tobytes()).hexdigest()

    def _ask(self, samples: np.ndarray, sample_rate: float) -> dict:
        with tempfile.TemporaryDirectory(prefix="plethys-peer-") as folder:
            job = Path(folder) / "job.npz"
            np.savez(job, samples=samples, sample_rate=sample_rate)
            process = self._started()
            try:
                process.stdin.write(f"{job}\n")
                process.stdin.flush()
            except BrokenPipeError:
                self.close()
                return {"error": "its process ended", "transient": True}
            line = self._reply_within(TIME_LIMIT_S)
            if line is None:
                self.close()
                return {"error": f"no answer within {TIME_LIMIT_S:g} s", "transient": True}
            if not line:
                self.close()
                return {"error": "its process ended"}
            reply = json.loads(line)
            if "error" not in reply:
                reply["beats"] = np.load(f"{job}.beats.npy").round(6).tolist()
            return reply

    def _started(self) -> subprocess.Popen:
        if self._process is None:
            environment = {**os.environ, "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
            self._process = subprocess.Popen(
                [self._python, WORKER, "run", self.name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=environment,
            )
        return self._process

    def _reply_within(self, limit: float) -> str | None:
        """One line of the worker; None at the time limit, empty if it has ended."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            return self._process.stdout.readline() if selector.select(limit) else None

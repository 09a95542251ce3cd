"""Runs one peer inside its own virtual environment. Started by `peers.py`, not by hand.

    python peer_worker.py versions PEER…        one JSON line: peer to version, or null where absent
    python peer_worker.py run PEER              then a path per line on stdin; answers a JSON line each

A job is an .npz with `samples` (float64, no NaN) and `sample_rate`; the answer goes beside it as
`<job>.beats.npy`, in seconds. This file imports nothing of the benchmark: it runs elsewhere.
"""

import importlib.metadata
import json
import os
import sys
import time
import warnings

import numpy as np


def neurokit_elgendi(samples, rate):
    import neurokit2

    clean = neurokit2.ppg_clean(samples, sampling_rate=rate, method="elgendi")
    found = neurokit2.ppg_findpeaks(clean, sampling_rate=rate, method="elgendi")
    return np.asarray(found["PPG_Peaks"]) / rate


def neurokit_msptdfast(samples, rate):
    """MSPTDfast v2. NeuroKit2 names no cleaning for it; on the 0.5–8 Hz band it scores best.

    It takes whole rates only: for 83.33 Hz it is told 83 Hz, which it hardly feels.
    """
    import neurokit2

    clean = neurokit2.ppg_clean(samples, sampling_rate=rate, method="elgendi")
    found = neurokit2.ppg_findpeaks(clean, sampling_rate=round(rate), method="charlton")
    return np.asarray(found["PPG_Peaks"]) / rate


def biosppy(samples, rate):
    from biosppy.signals import ppg

    return np.asarray(ppg.ppg(signal=samples, sampling_rate=rate, show=False)["peaks"]) / rate


def systole(samples, rate):
    from systole.detection import ppg_peaks

    _, peaks = ppg_peaks(signal=samples, sfreq=rate, new_sfreq=1000)
    return np.flatnonzero(peaks) / 1000.0


def heartpy(samples, rate):
    import heartpy

    filtered = heartpy.filter_signal(samples, [0.5, 8.0], rate, order=2, filtertype="bandpass")
    working, _ = heartpy.process(heartpy.scale_data(filtered), rate)
    accepted = np.asarray(working["binary_peaklist"], dtype=bool)
    return np.asarray(working["peaklist"], dtype=float)[accepted] / rate


def pyppg(samples, rate):
    """The steps of pyPPG's own example, with its default settings."""
    import pyPPG
    import pyPPG.fiducials
    import pyPPG.preproc
    from dotmap import DotMap

    settings = {"fL": 0.5000001, "fH": 12, "order": 4}
    smoothing = {"ppg": 50, "vpg": 10, "apg": 10, "jpg": 10}
    signal = DotMap(
        start_sig=0, end_sig=len(samples), v=samples, fs=rate, name="record", filtering=True, **settings
    )
    signal.sm_wins = smoothing
    preprocess = pyPPG.preproc.Preprocess(sm_wins=smoothing, **settings)
    signal.ppg, signal.vpg, signal.apg, signal.jpg = preprocess.get_signals(s=signal)
    points = pyPPG.fiducials.FpCollection(s=pyPPG.PPG(s=signal, check_ppg_len=False))
    peaks, _ = points.get_peak_onset(peak_detector="PPGdet")
    return np.asarray(peaks, dtype=float) / rate


PEERS = {
    "NeuroKit2 Elgendi": ("neurokit2", neurokit_elgendi),
    "NeuroKit2 MSPTDfast": ("neurokit2", neurokit_msptdfast),
    "BioSPPy": ("biosppy", biosppy),
    "systole": ("systole", systole),
    "HeartPy": ("heartpy", heartpy),
    "pyPPG": ("pyPPG", pyppg),
}


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def whole(rate):
    """The rate as an integer where it is one: some peers slice with it."""
    return int(rate) if float(rate).is_integer() else float(rate)


def run(detect, path):
    with np.load(path) as job:
        samples, rate = job["samples"], whole(job["sample_rate"])
    start = time.perf_counter()
    beats = np.asarray(detect(samples, rate), dtype=float)
    seconds = time.perf_counter() - start
    np.save(path + ".beats.npy", np.sort(beats[np.isfinite(beats)]))
    return {"seconds": seconds}


def main(arguments):
    warnings.filterwarnings("ignore")
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a peer prints must not mix with the answers
    if arguments[0] == "versions":
        print(json.dumps({name: version(PEERS[name][0]) for name in arguments[1:]}), file=answers, flush=True)
        return
    _, detect = PEERS[arguments[1]]
    for line in sys.stdin:
        try:
            answer = run(detect, line.strip())
        except Exception as error:  # any failure of a peer is its answer
            answer = {"error": f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

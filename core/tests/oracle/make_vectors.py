"""Writes the reference vectors of core/tests/oracle.rs: filter designs and responses by SciPy.

    python make_vectors.py        # needs numpy, scipy and mpmath; overwrites filters.json beside this file

Everything is deterministic; the SciPy version is kept in the file.
"""

import json
from fractions import Fraction
from pathlib import Path

import mpmath as mp
import numpy as np
import scipy
from scipy import signal

FAMILIES = ["butterworth", "bessel", "bessel_half_power", "chebyshev_ii"]
ATTENUATION_DB = 35.0
# Rate, low corner, high corner, Hz.
RATES = [(8.7, 0.1, 1.0), (25.0, 0.8, 6.0), (125.0, 0.5, 8.0), (1000.0, 5.0, 20.0)]
RESPONSE_POINTS = 9


def sections(family, order, kind, corners, rate):
    """Second-order sections of one design, SciPy's default pairing."""
    if family == "butterworth":
        return signal.butter(order, corners, kind, fs=rate, output="sos")
    if family == "chebyshev_ii":
        return signal.cheby2(order, ATTENUATION_DB, corners, kind, fs=rate, output="sos")
    norm = "phase" if family == "bessel" else "mag"
    return signal.bessel(order, corners, kind, fs=rate, output="sos", norm=norm)


def delays(sos, frequencies, rate):
    """Group delay of a cascade, samples: minus the slope of the phase, section by section, in 40 digits.

    Near zero frequency SciPy's own group_delay keeps no more than 8 digits (its numerator and denominator are of the order of the
    fourth power of the frequency), so it is held to these only in the middle of the band.
    """
    total = []
    for frequency in frequencies:
        z = mp.expjpi(-2 * mp.mpf(frequency) / mp.mpf(rate))
        delay = mp.mpf(0)
        for section in sos:
            # The zeros of all families lie on the unit circle, half a sample each, or (to fill up an odd order) at 0.
            delay += mp.mpf(np.count_nonzero(section[:3]) - 1) / 2 if section[1] else 1
            _, c1, c2 = section[3:]
            delay -= mp.re((c1 * z + 2 * c2 * z * z) / (1 + c1 * z + c2 * z * z))
        total.append(float(delay))
    middle = len(frequencies) // 2
    scipys = sum(signal.group_delay((s[:3], s[3:]), frequencies[middle : middle + 1], fs=rate)[1] for s in sos)
    assert abs(scipys - total[middle]).max() < 1e-6, (scipys, total[middle])
    return total


def recursive():
    """One case per family, order, band and rate."""
    cases = []
    for family in FAMILIES:
        for order in [1, 2, 3, 4, 5, 6, 7, 8, 12]:
            for rate, low, high in RATES:
                if order == 12 and rate != 125.0:
                    continue
                for kind, corners in [
                    ("lowpass", [high]),
                    ("highpass", [low]),
                    ("bandpass", [low, high]),
                    ("bandstop", [low, high]),
                ]:
                    wide = corners if len(corners) == 2 else corners[0]
                    sos = sections(family, order, kind, wide, rate)
                    # Off the zeros of the designs, from a quarter of the lower corner to near half the rate.
                    frequencies = np.geomspace(0.27 * low, 0.47 * rate, RESPONSE_POINTS)
                    response = signal.sosfreqz(sos, frequencies, fs=rate)[1]
                    case = {
                        "family": family,
                        "order": order,
                        "kind": kind,
                        "corners": corners,
                        "rate": rate,
                        "sos": sos.tolist(),
                        "frequencies": frequencies.tolist(),
                        "re": response.real.tolist(),
                        "im": response.imag.tolist(),
                        "delay": delays(sos, frequencies, rate),
                    }
                    if rate == 125.0:
                        impulse = np.zeros(24)
                        impulse[0] = 1.0
                        case["impulse_response"] = signal.sosfilt(sos, impulse).tolist()
                    cases.append(case)
    return cases


def windowed():
    """Kaiser-windowed ideal filters, `firwin` with its default scaling."""
    cases = []
    for length, beta in [(1, 0.0), (3, 2.0), (31, 0.0), (77, 5.65), (101, 8.6)]:
        for rate, low, high in RATES:
            for kind, cutoff in [("lowpass", high), ("highpass", low), ("bandpass", [low, high])]:
                taps = signal.firwin(length, cutoff, window=("kaiser", beta), pass_zero=kind, fs=rate)
                corners = cutoff if isinstance(cutoff, list) else [cutoff]
                cases.append(
                    {"length": length, "beta": beta, "kind": kind, "corners": corners, "rate": rate, "taps": taps.tolist()}
                )
    return cases


def kaiser_lengths():
    """Window for an attenuation and a transition, `kaiserord`; lengths before rounding up to the next odd one."""
    cases = []
    for attenuation in [21.0, 30.0, 50.0, 60.0, 96.0]:
        for transition, rate in [(1.0, 25.0), (3.0, 125.0), (40.0, 1000.0)]:
            length, beta = signal.kaiserord(attenuation, transition / (0.5 * rate))
            cases.append(
                {"attenuation_db": attenuation, "transition": transition, "rate": rate, "length": int(length), "beta": float(beta)}
            )
    return cases


def local_polynomial(length, degree, derivative):
    """Savitzky-Golay taps per sample in the order of convolution: normal equations in rational numbers, no rounding."""
    places = [Fraction(i) for i in range(-(length // 2), length // 2 + 1)]
    size = degree + 1
    rows = [
        [sum(x ** (i + j) for x in places) for j in range(size)] + [Fraction(int(i == derivative))] for i in range(size)
    ]
    for i in range(size):
        pivot = next(r for r in range(i, size) if rows[r][i] != 0)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(size):
            if r != i:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i])]
    weights = [sum(rows[k][-1] * x**k for k in range(size)) for x in places]
    return np.array([float(weight) for weight in reversed(weights)])


def savitzky_golay():
    """Smoothing and slope, taps in the order of convolution.

    The taps are exact; SciPy's least squares on powers of the sample number agrees where it is well conditioned (it is off by
    2.6e-9 at 51 taps of degree 6, and wholly at 201 of degree 8).
    """
    cases = []
    for length, degree in [(3, 1), (3, 2), (5, 2), (7, 3), (9, 4), (21, 2), (21, 4), (51, 6), (101, 4), (201, 8)]:
        for derivative in [0, 1]:
            rate = 125.0
            taps = local_polynomial(length, degree, derivative) * rate**derivative
            if length <= 21 or degree <= 4:
                scipys = signal.savgol_coeffs(length, degree, deriv=derivative, delta=1.0 / rate)
                assert np.abs(taps - scipys).max() < 1e-10, (length, degree, derivative)
            cases.append({"length": length, "degree": degree, "derivative": derivative, "rate": rate, "taps": taps.tolist()})
    return cases


def main():
    """Writes filters.json."""
    vectors = {
        "scipy": scipy.__version__,
        "attenuation_db": ATTENUATION_DB,
        "recursive": recursive(),
        "windowed": windowed(),
        "kaiser": kaiser_lengths(),
        "savitzky_golay": savitzky_golay(),
    }
    path = Path(__file__).with_name("filters.json")
    with path.open("w") as file:
        file.write("{\n")
        file.write(",\n".join(f"{json.dumps(key)}: " + dump(value) for key, value in vectors.items()))
        file.write("\n}\n")


def dump(value):
    """JSON, one case per line."""
    if isinstance(value, list):
        return "[\n" + ",\n".join(json.dumps(case) for case in value) + "\n]"
    return json.dumps(value)


if __name__ == "__main__":
    mp.mp.dps = 40
    main()

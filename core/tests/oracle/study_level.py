"""The interval of a median by NumPy and SciPy, for the unit test of core/src/study/level.rs: python study_level.py"""

import numpy as np
from scipy import stats

n, cosines = 640, 6
i = np.arange(n)
x = np.sin(0.37 * i) + 0.5 * np.sin(0.031 * i) + 0.1 * (i * 7919 % 101) / 101
median = np.median(x)
q1, q3 = np.quantile(x, [0.25, 0.75])
width = 0.9 * min(x.std(ddof=1), (q3 - q1) / 1.349) * n**-0.2
density = stats.norm.pdf((x - median) / width).mean() / width
influence = np.sign(x - median) / (2 * density)
basis = np.sqrt(2 / n) * np.cos(np.pi * np.outer(np.arange(1, cosines + 1), i + 0.5) / n)
error = np.sqrt(np.mean((basis @ influence) ** 2) / n)
half = stats.t.isf(0.025, cosines) * error
print(repr(float(median)), repr(float(error)), repr(float(median - half)), repr(float(median + half)))

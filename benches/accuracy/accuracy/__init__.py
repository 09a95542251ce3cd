"""The accuracy benchmark: plethys and its peers over recorded data, scored in one run.

`python -m accuracy --help` lists the options. `score` and `rate` need NumPy only and can be
imported on their own.
"""

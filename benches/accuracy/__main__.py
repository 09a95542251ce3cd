"""Lets `python benches/accuracy` run the benchmark from anywhere."""

from accuracy.__main__ import main

raise SystemExit(main())

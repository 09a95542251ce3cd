"""`python -m plethys` is the console command."""

from .cli import main

main()

"""Draws docs/study.png, the first page of the source study's report, on `make docs`; needs Chromium."""

import subprocess
import sys
import tempfile
from pathlib import Path

import plethys
from plethys._pdf import find_browser

browser = find_browser()
if browser is None:
    print("docs/study.png is left as it is: no Chromium was found (CHROMIUM names another)")
    sys.exit()
made = Path("demo-output/study/study.toml")
with tempfile.TemporaryDirectory() as folder:
    study = made if made.exists() else plethys.datasets.source_study(1).write(folder)
    page = Path(folder, "report.html")
    plethys.Study.read(study).run().save(page)
    picture = Path(__file__).with_name("study.png")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/profile",
               "--window-size=1060,1480", f"--screenshot={picture}", page.as_uri()]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
print(picture)

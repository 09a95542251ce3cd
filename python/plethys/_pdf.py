"""The page on paper: through a headless Chromium where there is one, else WeasyPrint."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_PATIENCE_S = 120.0


def print_page(html: str, path: Path) -> None:
    """Prints `html` into the PDF `path`. Raises RuntimeError where there is nothing to print with, or where it failed."""
    browser = find_browser()
    if browser is not None:
        _print_with_browser(browser, html, path)
        return
    try:
        import weasyprint
    except ImportError:
        raise RuntimeError(
            "a PDF needs Chromium or Chrome (CHROMIUM names one), or WeasyPrint: pip install weasyprint; or save the .html and "
            "print it from any browser"
        ) from None
    weasyprint.HTML(string=html).write_pdf(str(path))


def find_browser() -> str | None:
    """The browser that the environment's CHROMIUM names, or the first that is installed."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    found = (shutil.which(name) for name in _BROWSERS)
    return next((f for f in found if f), None) or next((a for a in _APPLICATIONS if Path(a).exists()), None)


def _print_with_browser(browser: str, html: str, path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="plethys-") as folder:
        page, made = Path(folder, "report.html"), Path(folder, "report.pdf")
        page.write_text(html, encoding="utf-8")
        command = [
            browser, "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync",
            "--disable-extensions", f"--user-data-dir={folder}/profile", "--no-pdf-header-footer", f"--print-to-pdf={made}",
            page.as_uri(),
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium's sandbox refuses to run as root
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RuntimeError(f"{browser} could not print the report: {error}") from None
        if not made.exists():
            said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise RuntimeError(f"{browser} could not print the report (exit code {done.returncode}): {said}")
        shutil.move(str(made), path)

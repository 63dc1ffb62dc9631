"""The example's docs page in a real Chromium: a person logs in there, and tries what is protected."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import ABSENT, CHROMIUM, DRIVER, answer_of, chromium, click, complaints, wait_for
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

import engines

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason=ABSENT),
]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    with chromium(tmp_path / "profile") as driver:
        yield driver


@pytest.fixture
def origin(service: Path) -> Iterator[str]:
    port = engines.free_port()
    command = [sys.executable, "server.py", "--port", str(port)]
    with engines.running(command, service, {"PYM_BROKER_URL": "in-process"}, service / "log"):
        engines.awaited(lambda: engines.answers(f"http://127.0.0.1:{port}/ping"), "the service")
        yield f"http://127.0.0.1:{port}"


def tried(browser: Chrome, operation: str) -> dict:
    """What an operation answers to what the page proposes to send."""
    block = f"#operations-account-{operation}"
    click(browser, f"{block} .opblock-summary-control")
    for button in browser.find_elements(By.CSS_SELECTOR, f"{block} .btn-clear"):
        button.click()  # else the answer before is still there
    click(browser, f"{block} .execute")
    wait_for(browser, f"{block} .live-responses-table")
    found = answer_of(browser)
    click(browser, f"{block} .opblock-summary-control")
    return found


def test_a_person_logs_in_and_saves_a_profile(browser: Chrome, origin: str) -> None:
    browser.get(f"{origin}/doc/")
    click(browser, ".apis a[href$=account]")
    assert tried(browser, "getProfile")["error"] == "AUTHORIZATION_HEADER_MISSING"
    token = tried(browser, "logIn")["token"]
    click(browser, ".auth-wrapper .authorize")
    wait_for(browser, ".auth-container input").send_keys(token)
    click(browser, ".auth-btn-wrapper .authorize")
    click(browser, ".auth-btn-wrapper .btn-done")
    saved = tried(browser, "saveProfile")
    assert (saved["user"], saved["savings"], saved["revision"]) == ("ada", "1234567890123456789.05", 1)
    assert tried(browser, "getProfile") == saved
    assert "call" in tried(browser, "failLater")
    assert [line for line in complaints(browser) if "401" not in line] == []
    assert browser.find_elements(By.CSS_SELECTOR, ".errors-wrapper") == []

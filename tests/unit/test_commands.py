"""Commands that take no argument refuse one: it would be a wish that nobody hears."""

import importlib
import sys

import pytest


@pytest.mark.parametrize("name", ["check", "plan", "compare", "figures", "study", "report"])
def test_an_argument_that_nobody_hears_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [name, "celeba"])
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(f"stages.{name}").command()
    assert ended.value.code == 2
    assert "unrecognized arguments: celeba" in capsys.readouterr().err

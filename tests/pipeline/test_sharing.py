"""What several people or processes share: outputs on a remote, one workspace."""

from pathlib import Path

from support.repository import Repository


def test_a_shared_remote_brings_a_clone_all_outputs(copy: Repository, tmp_path: Path) -> None:
    copy.sh(f"dvc remote add -d shared {tmp_path}/shared && dvc push && git commit -qam remote")
    copy.sh(f"git clone -q . {tmp_path}/clone")
    clone = Repository(tmp_path / "clone")
    clone.sh("dvc pull")
    assert "Data and pipelines are up to date" in clone.sh("dvc repro")
    model = "data/models/both/generator.safetensors"
    assert (clone.path / model).read_bytes() == (copy.path / model).read_bytes()


def test_two_stages_at_once_leave_the_lock_as_it_was(copy: Repository) -> None:
    lock = copy.lock()
    copy.sh(
        "dvc --wait-for-lock repro -f -s train@celeba > one.log 2>&1 & one=$!\n"
        "dvc --wait-for-lock repro -f -s train@rafd > two.log 2>&1; two=$?\n"
        "wait $one && [ $two = 0 ] || { cat one.log two.log; exit 1; }"
    )
    assert all("Running stage" in (copy.path / log).read_text() for log in ("one.log", "two.log"))
    assert copy.lock() == lock

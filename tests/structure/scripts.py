"""The scripts/*.sh: scripts.py ROOT help|reports|seed

help      for every script, --help prints a usage and exits 0, and an unknown option exits 2
reports   scripts/test.sh fails where a bench's report isn't complete
seed      scripts/fuzz.sh --fixed gives every fuzzer a fixed seed"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import house

DOES_NOTHING = "#!/bin/sh\n"
PRINTS_ARGUMENTS = '#!/bin/sh\necho "$@"\n'


def run(script, argument):
    with tempfile.TemporaryDirectory() as elsewhere:
        return subprocess.run(
            [str(script), argument],
            cwd=elsewhere, capture_output=True, text=True, timeout=60, check=False,
            stdin=subprocess.DEVNULL,
        )


def checkout_of(root, folder, script, stubs):
    """Makes a checkout of one script, and of stubs for the programs that it calls."""
    for path, text in stubs.items():
        stub = folder / path
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text(text, encoding="utf-8")
        stub.chmod(0o755)
    shutil.copy(root / script, folder / script)


def run_in(folder, *command):
    path = f"{folder}/bin:{os.environ['PATH']}"
    return subprocess.run(
        command, cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=60, check=False,
        stdin=subprocess.DEVNULL,
    )


def reports(root):
    called = [f"scripts/{name}.sh" for name in ("install-deps", "build", "fuzz", "schemathesis", "bench", "lint")]
    stubs = dict.fromkeys([*called, "bin/ctest"], DOES_NOTHING) | {
        "tests/bench/complete.py": "raise SystemExit(1)",
        "scripts/lib/sum_junit.py": "import sys; print(*sys.argv)",
    }
    with tempfile.TemporaryDirectory() as folder:
        checkout_of(root, pathlib.Path(folder), "scripts/test.sh", stubs)
        done = run_in(folder, "scripts/test.sh")
    complaints = [
        f"scripts/test.sh passes {part!r} with an incomplete report:\n{done.stdout}{done.stderr}"
        for part in ("bench", "bench --cluster") if f"--check {part} 1" not in done.stdout
    ]
    return complaints, 2


def seed(root):
    names = [corpus.name for corpus in (root / "fuzz/corpus").iterdir()]
    stubs = dict.fromkeys([f"build/asan/fuzz/{name}_fuzzer" for name in names], PRINTS_ARGUMENTS)
    with tempfile.TemporaryDirectory() as folder:
        checkout_of(root, pathlib.Path(folder), "scripts/fuzz.sh", stubs | {"scripts/build.sh": DOES_NOTHING})
        done = run_in(folder, "scripts/fuzz.sh", "--fixed")
        logs = {name: pathlib.Path(folder, "build/fuzz", name, "log") for name in names}
        arguments = {name: log.read_text(encoding="utf-8") if log.exists() else "" for name, log in logs.items()}
    complaints = [
        f"scripts/fuzz.sh --fixed starts {name} without a fixed seed: {given}{done.stderr}"
        for name, given in arguments.items() if not re.search(r"-seed=[1-9]", given) # 0 is a random one
    ]
    return complaints, len(names)


def help_of_all(root):
    complaints = []
    scripts = sorted((root / "scripts").glob("*.sh"))
    for script in scripts:
        name = script.relative_to(root)
        if not os.access(script, os.X_OK):
            complaints.append(f"{name} isn't executable")
            continue
        for flag in ("--help", "-h"):
            done = run(script, flag)
            if done.returncode != 0:
                complaints.append(f"{name} {flag} exits {done.returncode}: {done.stderr}")
            elif f"Usage: {name}" not in done.stdout:
                complaints.append(f"{name} {flag} does not begin with its usage:\n{done.stdout}")
        done = run(script, "--no-such-option")
        if done.returncode != 2 or not done.stderr:
            complaints.append(f"{name} --no-such-option exits {done.returncode}, not 2 with a reason")
    return complaints, len(scripts)


CHECKS = {"help": help_of_all, "reports": reports, "seed": seed}
house.finish(*CHECKS[sys.argv[2]](house.root_of_arguments()))

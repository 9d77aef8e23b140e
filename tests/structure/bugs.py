"""Every patch that tests/sim/bugs.sh plants applies to this source: bugs.py ROOT"""

import os
import subprocess

import house


def main():
    root = house.root_of_arguments()
    # `git apply` ignores every file outside of the folder in which it runs. So git must find no repository around a
    # source archive, nor one that a hook names.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment["GIT_CEILING_DIRECTORIES"] = str(root.parent)
    complaints = []
    patches = sorted((root / "tests/sim/bugs").glob("*.patch"))
    for patch in patches:
        done = subprocess.run(
            ["git", "apply", "--check", patch],
            cwd=root, env=environment, capture_output=True, text=True, check=False,
        )
        if done.returncode != 0:
            complaints.append(f"{patch.relative_to(root)} doesn't apply:\n{done.stderr}")
    house.finish(complaints, len(patches))


main()

"""The course on a JupyterHub, for The Littlest JupyterHub and others: see docs/jupyterhub.md.

    sudo cp tlcourse.py /opt/tljh/config/jupyterhub_config.d/ && sudo tljh-config reload hub

The hub reads this as root. Nothing here runs in a learner's folder: what learners get comes from /etc/skel.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821  (the hub's, when it reads this file)

SHARED = Path(os.environ.get("TLCOURSE_SHARED", "/srv/tlcourse"))  # belongs to root, everybody reads it

c.Spawner.environment.update(
    {
        "TLCOURSE_ASSETS": str(SHARED / "assets"),  # what others trained and labelled
        "TLCOURSE_CACHE": str(SHARED / "cache"),  # what the lessons make of it: unpacked weights, features
        "TLCOURSE_CHECKPOINTS": str(SHARED / "course" / "data" / "checkpoints"),
        "NLTK_DATA": str(SHARED / "nltk_data"),
        # A core each: with all of them for everybody, thirty learners wait for one another.
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
)

# A lesson needs less than 1.5 GB; JupyterLab itself, and a second notebook left open, come on top.
c.Spawner.mem_limit = "2.5G"
c.Spawner.default_url = "/lab/tree/tlcourse/00_start_here.ipynb"
c.Spawner.start_timeout = 120  # seconds, for the morning when all come at once

# A kernel that nobody looks at gives its memory back; one with an open page keeps its variables.
c.Spawner.args.extend(
    [
        "--MappingKernelManager.cull_idle_timeout=1200",
        "--MappingKernelManager.cull_interval=120",
    ]
)

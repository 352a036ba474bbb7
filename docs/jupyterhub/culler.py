"""For a hub that is not The Littlest (which has its own): servers that nobody uses are stopped after an hour.

Needs `pip install jupyterhub-idle-culler` beside the hub.
"""

import sys

c = get_config()  # noqa: F821  (the hub's, when it reads this file)

c.JupyterHub.services.append(
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600", "--cull-every=300"],
    }
)
c.JupyterHub.load_roles.append(
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
)

"""The lessons as files: found, built into executed notebooks, run, reported on and opened in JupyterLab."""

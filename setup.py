"""What pyproject.toml cannot say: `make wheel` makes a wheel that brings the whole course along.

Lessons, results and trained models go into the package's folder `course/`, where `tlcourse/checkout.py`
looks for them. Colab and Binder install from a clone, which has them already, so a plain `pip install .`
leaves them out.
"""

import os
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

BROUGHT = ("notebooks/*.ipynb", "notebooks/src/*.py", "data/README.md", "data/*.json", "data/*/**/*")


class WithTheCourse(build_py):
    def run(self) -> None:
        super().run()
        if os.environ.get("TLCOURSE_WHEEL") == "whole" and not self.editable_mode:
            for pattern in BROUGHT:
                for file in filter(Path.is_file, Path().glob(pattern)):
                    place = Path(self.build_lib, "tlcourse", "course", file)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, place)


setup(cmdclass={"build_py": WithTheCourse})

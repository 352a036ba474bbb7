"""Exercises of lesson 11, probing for structure."""

from tlcourse.lessons.probing_for_structure.exercises.distances_in_trees import tree_distances
from tlcourse.lessons.probing_for_structure.exercises.distances_of_states import probe_distances
from tlcourse.lessons.probing_for_structure.exercises.distances_off import distance_loss
from tlcourse.lessons.probing_for_structure.exercises.edges_found import uuas
from tlcourse.lessons.probing_for_structure.exercises.layers_weighed import expected_layer

__all__ = ["distance_loss", "expected_layer", "probe_distances", "tree_distances", "uuas"]

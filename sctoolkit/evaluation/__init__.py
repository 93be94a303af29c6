"""The main job: from a study file to results."""

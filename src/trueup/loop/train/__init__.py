"""On which rows, by which recipe, and how is a version put right between trainings?"""

"""Is the world still the one the champion was trained on, and how well does it do?"""

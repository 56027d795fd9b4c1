"""Is anything to be done, and what?"""

"""How does a version reach traffic, and come back?"""

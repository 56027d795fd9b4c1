"""What came back: when is a window's truth in?"""

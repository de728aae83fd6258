"""Value chain for Jira: who is really asking, and was the work thrown over a wall or done together?"""

__version__ = "0.1.0"

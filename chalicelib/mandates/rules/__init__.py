"""What every way to a mandate holds to: who may take part, for how long, and the decision whether somebody may act.

Nothing is written here.
"""

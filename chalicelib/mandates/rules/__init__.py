"""What every way to a mandate holds to: levels, ages, who is on which side, and the decision whether somebody may act.

Nothing is written here.
"""

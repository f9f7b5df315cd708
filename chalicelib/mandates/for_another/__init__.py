"""Somebody asks for another, which is checked out of their sight; the represented approves or refuses.

Who asks never learns more than their own row tells (invariant 7).
"""

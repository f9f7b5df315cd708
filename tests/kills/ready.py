"""What every process of the proof is made from: imported before the first, and all that is ready in it."""

from tests.kills.parts import get_ready

get_ready()

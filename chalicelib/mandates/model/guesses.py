"""How many wrong codes a code survives."""

from dataclasses import dataclass

PER_CODE = 50
"""Wrong codes that one code survives in its life (design.md section 4)."""
WEARING = 5
"""Of each representative only the first five wrong codes wear a code out: nobody alone can make it void."""


@dataclass(frozen=True, slots=True)
class Guesses:
    """Wrong codes that were tried for one person, with the right number and birth date."""

    made: int = 0
    wearing: int = 0

    def since(self, before: "Guesses") -> "Guesses":
        """Return what came after; a count that was forgotten in between began anew."""
        if self.made < before.made:
            return self
        return Guesses(self.made - before.made, self.wearing - before.wearing)

    @property
    def void(self) -> bool:
        """Whether a code does not survive them."""
        return self.wearing >= PER_CODE

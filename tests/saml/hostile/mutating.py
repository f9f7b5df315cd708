"""Trees that are changed at random."""

import copy
import random

from lxml import etree

Element = etree._Element
WORDS = [
    "",
    " ",
    "0",
    "-1",
    "x" * 500,
    "true",
    "é",
    "\u202e",
    "2031-01-01T00:00:00Z",
    "urn:x",
    "https://x.example/",
    "9" * 400,
]


def mutate(root: Element, chance: random.Random) -> None:
    """Change one thing in a tree: take away, double, move, rename, or fill with something else."""
    elements = list(root.iter(etree.Element))
    element, other = chance.choice(elements), chance.choice(elements)
    parent = element.getparent()
    match chance.randrange(7):
        case 0 if parent is not None:
            parent.remove(element)
        case 1 if parent is not None:
            parent.insert(chance.randrange(len(parent) + 1), copy.deepcopy(element))
        case 2 if parent is not None and element not in other.iterancestors() and element is not other:
            other.append(element)
        case 3:
            element.text = chance.choice(WORDS)
        case 4 if element.attrib:
            name = chance.choice(list(element.attrib))
            element.set(name, chance.choice(WORDS))
        case 5 if element.attrib:
            del element.attrib[chance.choice(list(element.attrib))]
        case _:
            element.tag = chance.choice(elements).tag

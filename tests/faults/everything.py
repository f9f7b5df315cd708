"""All flows of the matrix, in the order of a mandate's life."""

from tests.faults import asking, deciding, mandates, operating, reminding, signing_in

FLOWS = (*mandates.FLOWS, *asking.FLOWS, *reminding.FLOWS, *deciding.FLOWS, *signing_in.FLOWS, *operating.FLOWS)

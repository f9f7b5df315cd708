"""What the citizen's pages say of each thing that can happen in a case, as message ids of the translations."""

from collections.abc import Mapping

from chalicelib.audit.trail import Happening
from chalicelib.mandates.seeing.story import Line
from chalicelib.people.actor import Cause
from chalicelib.web.texts import N_

HAPPENINGS: Mapping[Happening, str] = {
    Happening.REQUESTED: N_("Requested by %(who)s"),
    Happening.CHECKED: N_("Checked by %(who)s"),
    Happening.POSTED: N_("Letter posted by %(who)s"),
    Happening.UNDELIVERABLE: N_("Ended by %(who)s"),
    Happening.WITHDRAWN: N_("Withdrawn by %(who)s"),
    Happening.BLOCKED: N_("Code blocked by %(who)s: too many wrong codes were tried"),
    Happening.ACTIVATED: N_("Activated by %(who)s"),
    Happening.APPROVED: N_("Approved by %(who)s"),
    Happening.REFUSED: N_("Refused by %(who)s"),
    Happening.GRANTED: N_("Given by %(who)s, without a code"),
    Happening.RENEWED: N_("Renewed by %(who)s"),
    Happening.RESTRICTED: N_("Restricted by %(who)s"),
    Happening.RAISED: N_("Confirmed at a higher level by %(who)s"),
    Happening.SUSPENDED: N_("Stopped for now by %(who)s"),
    Happening.RESUMED: N_("Allowed again by %(who)s"),
    Happening.REVOKED: N_("Revoked by %(who)s"),
    Happening.ENDED: N_("Ended by %(who)s"),
    Happening.USED: N_("Used to sign in at %(where)s"),
    Happening.USE_REFUSED: N_("Signing in was refused at %(where)s"),
}

_BY_CAUSE: Mapping[tuple[Happening, Cause], str] = {
    (Happening.REFUSED, Cause.LETTER): N_("Refused with the code in the letter"),
}


def words_of(line: Line) -> str:
    """Return what is said of a line, in which `who` and `where` are to be filled in."""
    caused = _BY_CAUSE.get((line.what, line.cause)) if line.cause else None
    return caused or HAPPENINGS[line.what]

"""What the citizen's pages say of what goes wrong: a field of a form, or what a use case refuses."""

from chalicelib.web.failures import Words
from chalicelib.web.texts import N_

ERRORS = {
    "person_missing": N_("Choose who may act for you."),
    "period_missing": N_("Choose for how long."),
    "period_wrong": N_("Choose one of these periods."),
    "bsn_missing": N_("Fill in the citizen service number (BSN)."),
    "bsn_wrong": N_("This is not a citizen service number (BSN). It has 8 or 9 digits. Check them one by one."),
    "q_wrong": N_("This is not a citizen service number (BSN). It has 8 or 9 digits. Check them one by one."),
    "own_bsn": N_("This is your own number. Fill in the number of the person you want to act for."),
    "born_missing": N_("Fill in the date of birth."),
    "born_wrong": N_(
        "Write the date of birth as day-month-year, for example 31-12-1950. Is the day or month unknown? Write 00."
    ),
    "born_impossible": N_("This day does not exist. Check the day and the month of the date of birth."),
    "code_missing": N_("Fill in the mandate code. You get it from the other person."),
    "code_wrong": N_(
        "There is a typing error in the code. It has 12 characters, without vowels, 0 and 1. Copy it once more."
    ),
    "start_missing": N_("Choose when the mandate starts."),
    "start_date_missing": N_("Fill in the start date, or choose to start today."),
    "start_date_wrong": N_("Write the start date as day-month-year, for example 31-12-2030."),
    "start_date_impossible": N_("This start date does not exist. Check the day and the month."),
    "start_in_past": N_("The start date is in the past. Choose today or a later day."),
    "start_too_far": N_("The start date is too far away. Choose a day within one year."),
    "end_missing": N_("Choose until when the mandate lasts."),
    "end_date_missing": N_("Fill in the end date, or choose how long the mandate lasts."),
    "end_date_wrong": N_("Write the end date as day-month-year, for example 31-12-2030."),
    "end_date_impossible": N_("This end date does not exist. Check the day and the month."),
    "end_before_start": N_("The end date is before the start date. Choose a later end date."),
    "period_too_long": N_("This is longer than this service allows. Choose an earlier end date."),
    "less_missing": N_("Fill in an earlier end date, or tick what has to stop."),
    "less_end_missing": N_("Fill in an earlier end date."),
    "only_less": N_("The mandate ends before this day already. Choose an earlier end date."),
    "end_in_past": N_("The end date is in the past. Choose today or a later day."),
    "stopped_for_now": N_(
        "This mandate is stopped for now, because we are looking into something. Until that is done it keeps its end "
        "date. You can revoke it."
    ),
    "nothing_left": N_("Then nothing is left. To stop everything, revoke the mandate."),
    "print_missing": N_("Choose how large the text of your letters is."),
    "print_wrong": N_("Choose how large the text of your letters is."),
    "letter_language_missing": N_("Choose the language of your letters."),
    "letter_language_wrong": N_("Choose the language of your letters."),
    "services_missing": N_("Choose what you approve, or refuse."),
    "refusal_missing": N_("Fill in the refusal code. It is in the letter."),
    "refusal_wrong": N_(
        "This is not a refusal code. Is there a typing error in it, or is it the mandate code? The refusal code has 8 "
        "characters, without vowels, 0 and 1. Copy it again from the letter."
    ),
}
"""By the name of the error of a field."""

REFUSALS = {
    "looked_into": Words(
        409,
        N_("You cannot mandate this person now"),
        N_(
            "A mandate between you and this person is stopped for now, because we are looking into something. Until "
            "that is done you cannot mandate this person again without a code, and renew no mandate. Nothing was "
            "changed. Do you have questions? Call the helpdesk."
        ),
    ),
    "already_mandated": Words(
        409,
        N_("This person may do that for you already"),
        N_(
            "There is a mandate for this service and this person, for the same days or some of them. Look at it under "
            "My mandates. From two months before its end you can renew it there."
        ),
    ),
    "too_many_grants": Words(
        429,
        N_("You cannot mandate anybody without a code now"),
        N_(
            "You did so %(number)s times in the past 24 hours. That is the most, to protect you. Try again tomorrow, "
            "or ask for a letter with a code."
        ),
    ),
    "not_renewable": Words(
        409,
        N_("This mandate cannot be renewed"),
        N_(
            "That is possible from two months before its end until a year after, if it was not revoked and the service "
            "still takes part. You can always mandate this person anew."
        ),
    ),
    "period_gone": Words(
        409,
        N_("The period is not right any more"),
        N_("It has become another day since you opened this page. Nothing was changed. Go back and choose again."),
    ),
    "no_letter": Words(
        422,
        N_("We cannot send you a letter"),
        N_(
            "We can only send the mandate code when the population register has your name and a current home address "
            "in the Netherlands. It does not have both for you. Is something wrong there? Contact your municipality. "
            "Call the helpdesk if you have questions."
        ),
    ),
    "handing_gone": Words(
        409,
        N_("The code cannot reach you in this way now"),
        N_(
            "This changed since you opened the page, or you signed in at another level. Nothing was sent. Go back, "
            "load the page again, and choose how you want to get the code."
        ),
    ),
    "opted_out": Words(
        403,
        N_("You are on the list of people who want no mandates"),
        N_(
            "Nobody can ask for a mandate for people on this list, they themselves neither. Do you want a mandate "
            "after all? Call the helpdesk: they take you off the list. Nothing was sent."
        ),
    ),
    "request_ended": Words(
        409,
        N_("This request has ended"),
        N_("It ended in another way before. Under My mandates you see how things are now."),
    ),
    "mandate_ended": Words(
        409,
        N_("This mandate has ended"),
        N_("So there is nothing left to change. Under My mandates you see how things are now."),
    ),
    "code_gone": Words(
        410,
        N_("This code cannot be used any more"),
        N_(
            "It was used in the meantime, the request has ended, or we cannot make this mandate any more. Do you have "
            "questions? Call the helpdesk."
        ),
    ),
    "may_not_act": Words(
        403,
        N_("You cannot act for somebody"),
        N_(
            "What the population register tells us about you is not enough to let you act for somebody. Contact your "
            "municipality. Call the helpdesk if you have questions."
        ),
    ),
    "too_young_to_give": Words(
        403,
        N_("You are too young to give this mandate"),
        N_(
            "For this service you have to be %(years)s years or older to let someone act for you. Ask the organisation "
            "that offers the service who can arrange this for you."
        ),
    ),
    "too_young_to_hold": Words(
        403,
        N_("You are too young to act for someone here"),
        N_(
            "For this service you have to be %(years)s years or older to act for someone. Only somebody who is old "
            "enough can do this."
        ),
    ),
    "age_uncertain": Words(
        403,
        N_("We cannot tell how old you are"),
        N_(
            "For this service you have to be %(years)s years or older. The population register does not have your "
            "whole date of birth, so we are not certain that you are. Call the helpdesk."
        ),
    ),
    "decided_already": Words(
        409,
        N_("This was decided already"),
        N_("Under My mandates you see how things are now."),
    ),
    "may_not_give": Words(
        403,
        N_("You cannot give a mandate now"),
        N_(
            "What the population register tells us about you is not enough to let somebody act for you. Contact your "
            "municipality. Call the helpdesk if you have questions."
        ),
    ),
    "not_with_them": Words(
        409,
        N_("We cannot make this mandate"),
        N_("This person cannot act for you in this. You do not have to do anything. Call the helpdesk for questions."),
    ),
    "letter_gone": Words(
        410,
        N_("Fill in the code of your letter again"),
        N_("We keep for one hour which letter you have. Go back to the page where you fill in the refusal code."),
    ),
    "draft_gone": Words(
        410,
        N_("Your request is no longer here"),
        N_("We keep what you fill in for one hour. Nothing was sent. Start again."),
    ),
}
"""By the reason of `errors.Refused`."""

"""What is wrong with a field of the citizen's forms, by the name of the error."""

from chalicelib.web.texts import N_

ERRORS = {
    "bsn_missing": N_("Fill in the citizen service number (BSN)."),
    "bsn_wrong": N_("This is not a citizen service number (BSN). It has 8 or 9 digits. Check them one by one."),
    "own_bsn": N_("This is your own number. Fill in the number of the person you want to act for."),
    "born_missing": N_("Fill in the date of birth."),
    "born_wrong": N_(
        "Write the date of birth as day-month-year, for example 31-12-1950. Is the day or month unknown? Write 00."
    ),
    "born_impossible": N_("This day does not exist. Check the day and the month of the date of birth."),
    "code_missing": N_("Fill in the mandate code. It is in the letter."),
    "code_wrong": N_(
        "There is a typing error in the code. It has 12 characters, without vowels, 0 and 1. Copy it again "
        "from the letter."
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
}

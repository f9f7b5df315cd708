"""The represented mandates at once somebody who represented them before, or lets a mandate go on: no code is made."""

"""DigiD Machtigen: who may act for whom, at which digital service."""

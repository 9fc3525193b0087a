-- Reconciliation asks which of the city's announced money has not arrived: few entries among all.
CREATE INDEX entries_of_funds ON entries (municipality) WHERE kind = 'fund';

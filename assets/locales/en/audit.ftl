staff-menu-history = History
staff-menu-integrity = Integrity
staff-menu-reports = Reports
staff-menu-review = Samples
staff-menu-exports = Exports

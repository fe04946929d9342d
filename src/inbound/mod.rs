//! Mail that comes in: read within limits, judged, and fetched. Nothing in here writes or decides.

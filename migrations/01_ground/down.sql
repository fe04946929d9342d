drop function pulih.now();
drop schema pulih;
-- The roles stay: other databases of the cluster may use them.

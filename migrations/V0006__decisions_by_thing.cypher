// Who decides about two things looks only at what was decided about them and those they are joined to.
CREATE INDEX knowloom_decision_left IF NOT EXISTS
FOR (n:_Decision) ON (n.left);

CREATE INDEX knowloom_decision_right IF NOT EXISTS
FOR (n:_Decision) ON (n.right);

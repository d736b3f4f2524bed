// Tell whether there is any instance.
// parameters: none
// columns: some
RETURN EXISTS { MATCH (n:_Instance) } AS some

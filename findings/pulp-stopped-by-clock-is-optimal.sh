#!/usr/bin/env bash
# Guess: LpStatus "Optimal" means that the solver proved the answer optimal; a solve that ran into
#   its time limit says something else ("Not Solved", "Feasible").
# Seen: PuLP reports status "Optimal" for a CBC solve that the time limit cut. Only a second field
#   (sol_status 2, "Solution Found") tells. Two limits give two different "Optimal" objectives.
# Why it matters: a rebalancer that reads `LpStatus[problem.status]` to decide whether orders are
#   optimal sends, on a busy machine, other orders than on an idle one, with the same status. The
#   proof has to be its own field, and a stop by the clock has to be marked.
# Versions: PuLP 3.3.0 (CBC as bundled).
# Output seen (objectives depend on the machine's speed):
#   limit 2 s: status Optimal, sol_status 2 (Solution Found), objective 872.0
#   limit 8 s: status Optimal, sol_status 2 (Solution Found), objective 561.0
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" -q --disable-pip-version-check install pulp==3.3.0
cat > "$tmp/run.py" <<'PY'
import random, sys
import pulp

# 100 securities in whole shares, 10 exposures to bring as near to their targets as possible.
rng = random.Random(7)
rows = [[rng.randint(1, 1000) for _ in range(100)] for _ in range(10)]
problem = pulp.LpProblem("exposures", pulp.LpMinimize)
x = [pulp.LpVariable(f"x{i}", 0, 5, cat="Integer") for i in range(100)]
d = [pulp.LpVariable(f"d{k}", 0) for k in range(10)]
problem += pulp.lpSum(d)
for k, row in enumerate(rows):
    gap = pulp.lpSum(a * b for a, b in zip(row, x)) - (sum(row) * 2 + 0.5)
    problem += gap <= d[k]
    problem += -gap <= d[k]
seen = []
for limit in (2, 8):
    problem.solve(pulp.PULP_CBC_CMD(msg=0, timeLimit=limit))
    status, kind = pulp.LpStatus[problem.status], pulp.LpSolution[problem.sol_status]
    print(f"limit {limit} s: status {status}, sol_status {problem.sol_status} ({kind}), objective {pulp.value(problem.objective)}")
    seen.append((status, kind))
if seen[0] != ("Optimal", "Solution Found"):
    print("CHANGED: a solve cut by the clock is no longer reported as status Optimal")
    sys.exit(1)
print("still there: a solve cut by the clock has status Optimal")
PY
"$tmp/venv/bin/python" "$tmp/run.py"

#!/usr/bin/env bash
# Guess: an integer program of one line ("how many whole shares does this cash buy?") has no
#   rounding trouble: with 0.70 too little cash for the third share, the answer is 2.
# Seen: PuLP's bundled CBC answers 3 with status Optimal: it accepts 2.99999905 as an integer
#   (tolerance 1e-6) and then reports the rounded 3.0. One share too many, 0.01 to 0.70 overspent;
#   with 0.80 too little it answers 2. HiGHS answers 2 for every one of these amounts.
# Why it matters: a tolerance on the COUNT is multiplied by the price. For a share that costs
#   740,123.45 an overdraft of up to 0.74 is "feasible"; a cash row has to be re-checked in exact
#   arithmetic, whatever status a solver reports.
# Versions: PuLP 3.3.0 (CBC as bundled), highspy 1.16.0, numpy 2.4.6.
# Output seen:
#   short 0.01: cbc Optimal 3 shares, cash after -0.01; highs Optimal 2 shares
#   short 0.70: cbc Optimal 3 shares, cash after -0.70; highs Optimal 2 shares
#   short 0.80: cbc Optimal 2 shares, cash after 740122.65; highs Optimal 2 shares
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" -q --disable-pip-version-check install pulp==3.3.0 highspy==1.16.0 numpy==2.4.6
cat > "$tmp/run.py" <<'PY'
import sys
from decimal import Decimal
import highspy, pulp

price, seen = Decimal("740123.45"), []
for short in ("0.01", "0.70", "0.80"):
    cash = price * 3 - Decimal(short)
    problem = pulp.LpProblem("shares", pulp.LpMaximize)
    x = pulp.LpVariable("x", 0, 100000, cat="Integer")
    problem += x
    problem += float(price) * x <= float(cash)
    problem.solve(pulp.PULP_CBC_CMD(msg=0))
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    y = highs.addIntegral(lb=0, ub=100000)
    highs.addConstr(float(price) * y <= float(cash))
    highs.maximize(y)
    cbc, other = round(x.value()), round(highs.val(y))
    print(f"short {short}: cbc {pulp.LpStatus[problem.status]} {cbc} shares, cash after {cash - price * cbc};"
          f" highs {highs.modelStatusToString(highs.getModelStatus())} {other} shares")
    seen.append((pulp.LpStatus[problem.status], cbc, other))
if seen != [("Optimal", 3, 2), ("Optimal", 3, 2), ("Optimal", 2, 2)]:
    print("CHANGED: CBC or HiGHS answers otherwise now")
    sys.exit(1)
print("still there: CBC buys a share that the cash does not cover and calls it Optimal")
PY
"$tmp/venv/bin/python" "$tmp/run.py"

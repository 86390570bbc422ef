#!/usr/bin/env bash
# report.sh BENCH SOURCE - bench report: one page from whatever is there, and never a wrong number.
#
# The page is looked at by headless Chromium where that is installed: it must load without an error
# of its script, and sort.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/expect.sh"
page=$results/report.html

report() { # runs bench report on $results as it is now
    "$bench" report "$results" >"$out" 2>"$err" </dev/null && status=0 || status=$?
}

# --- a run as it comes ---------------------------------------------------------------------------

run -b serial,pipes,pthreads -w sum,primes -n 2 --rounds 2 --repetitions 3 -o "$results"
python - "$samples" <<'PY' # of a busy machine nothing would be said: let this one have been quiet
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
with open(sys.argv[1], "w") as file:
    out = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
    out.writeheader()
    out.writerows(row | {"disturbed": 0} for row in rows if row["status"] == "ok")
PY
report
expect_status 'report' 0
expect 'it says where the page is' grep -qF "$page" "$out"
expect 'each workload is a finding' test "$(grep -cE '^- (sum|primes), ' "$out")" -eq 2
expect 'findings stand in the page' grep -q '<li>sum, ' "$page"
expect 'a table for each workload' test "$(grep -c '<table class="sortable">' "$page")" -eq 2
expect 'what is missing is named with its command' grep -q '<code>bench ipc -o' "$page"
expect 'nothing from the network' test -z "$(grep -oE '(src|href)="[^"#d][^"]*"' "$page")"
expect 'no draft is left' test "$(find "$results" -name 'report.html*' | wc -l)" -eq 1
expect 'the page is well-formed' python - "$page" <<'PY'
import html.parser, sys
void = {"meta", "img", "br", "link"}
class Check(html.parser.HTMLParser):
    open = []
    def handle_starttag(self, tag, attributes):
        if tag not in void:
            self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
check = Check()
check.feed(open(sys.argv[1], encoding="utf-8").read())
assert not check.open, check.open
PY

# --- hostile, failed, few ------------------------------------------------------------------------

cp "$samples" "$scratch/good.csv"
evil='<img src=x onerror=alert(1)>'
sed "s/,pthreads,/,$evil,/" "$scratch/good.csv" >"$samples"
report
expect_status 'a hostile name' 0
expect 'a hostile name is shown' grep -qF '&lt;img src=x onerror=alert(1)&gt;' "$page"
expect 'a hostile name is no element' test -z "$(grep -F '<img' "$page")"

sed -E '/,pipes,/s/,ok,1,/,failed: worker 0 <b>died<\/b>,0,/' "$scratch/good.csv" >"$samples"
report
expect_status 'failed rows' 0
expect 'failed rows are told' grep -q 'failed: worker 0 &lt;b&gt;died' "$page"
expect 'failed rows win nothing' test -z "$(grep -E 'Best is pipes' "$page")"
expect 'failures are a finding' grep -q '<li>2 of 6 cells had failures' "$page"

{ head -n 1 "$scratch/good.csv" && grep -m 1 ',serial,' "$scratch/good.csv"; } >"$samples"
report
expect_status 'one sample' 0
expect 'one round is called one' grep -q '<td>1 round</td>' "$page"

head -c -20 "$scratch/good.csv" >"$samples" # cut off in its last row
report
expect_status 'a row that was cut off' 0
echo 'a,b,c' >"$samples"
report
expect_status 'a foreign CSV' 1
expect 'a foreign CSV: one line' test "$(wc -l <"$err")" -eq 1
expect 'a foreign CSV: which column is missing' grep -q 'no column' "$err"

# Best is who surely wins, not who has the higher median with an interval that reaches below 1.
rows() { # BACKEND WORKERS WALL_NS...: a round of three samples for each time
    python - "$scratch/good.csv" "$@" <<'PY'
import csv, sys
path, backend, workers, *walls = sys.argv[1:]
rows = list(csv.DictReader(open(path)))
row = next(row for row in rows if row["backend"] == "serial" and row["workload"] == "sum")
out = csv.DictWriter(sys.stdout, row.keys(), lineterminator="\n")
for number, wall in enumerate(walls):
    for repetition in range(3):
        out.writerow(row | {"backend": backend, "workers": workers, "round": number,
                            "repetition": repetition, "wall_ns": wall})
PY
}
{
    head -n 1 "$scratch/good.csv"
    rows serial 1 1000000 1000001 1000002 1000003 1000004 1000005
    rows pipes 2 700000 700001 700002 700003 700004 700005
    rows shm 2 500000 500000 500000 500000 1500000 1500000
} >"$samples"
report
expect_status 'one wins, one is faster at times' 0
expect 'who surely wins is the best' \
    grep -q '1 of 2 backends surely beats the loop. Best is pipes with 2 workers: 1.43 ' "$out"

# --- plots ---------------------------------------------------------------------------------------

# The finished page has those of bench plot in its order, what else is there behind them, and nothing
# of their text becomes an element.
mkdir "$results/plots"
for name in metg speedup 'own"><script>alert(1)<'; do
    printf '<svg xmlns="http://www.w3.org/2000/svg"/>' >"$results/plots/$name.svg"
done
: >"$results/plots/timeline.svg"
report
expect_status 'plots' 0
expect 'plots in order, but for an empty one' python - "$page" <<'PY'
import html.parser, sys
class Images(html.parser.HTMLParser):
    alts, scripts = [], 0
    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.alts.append(dict(attributes)["alt"])
        self.scripts += tag == "script"
images = Images()
images.feed(open(sys.argv[1], encoding="utf-8").read())
assert [alt.split()[0] for alt in images.alts[:2]] == ["of", "efficiency"], images.alts
assert images.alts[2:] == ['own"><script>alert(1)<.svg'] and images.scripts == 1, images.alts
PY
rm -r "$results/plots"

# --- the price list, and nothing else ------------------------------------------------------------

rm "$samples"
cat >"$results/metg.csv" <<'CSV'
backend,schedule,chunk,workers,efficiency,metg_ns,metg_low_ns,metg_high_ns,status
pthreads,dynamic,1,2,0.5,80,70,90,ok
pipes,dynamic,1,2,0.5,6000,5000,7000,ok
mpi,dynamic,1,2,0.5,,,,"never reached: at most 40 % at 10 ms, ""<b>"""
CSV
report
expect_status 'only metg.csv' 0
expect 'metg is a finding' grep -q 'half of the time is work: 80 ns on pthreads, 6.00 us on pipes' "$out"
echo 'pthreads,static,1,2,0.5,,,,below the shortest task measured (15 ns)' >>"$results/metg.csv"
report
expect 'less than what was measured is the best' grep -q 'split beforehand) it is: below 15 ns on pthreads, ' "$out"
expect 'pipes against threads' grep -q 'Through pipes that is 75 times as long' "$out"
expect 'intervals stand behind their figures' grep -qF '>6.00 us (5.00 us to 7.00 us)<' "$page"
expect 'no figure, but the reason' grep -qF 'never reached: at most 40 % at 10 ms, &quot;&lt;b&gt;&quot;' "$page"
printf 'backend,metg_ns\npipes\n' >"$results/metg.csv"
report
expect_status 'a CSV with a short row' 1
expect 'a CSV with a short row is named' grep -q 'metg.csv, line 2: 1 fields, but its header has 2' "$err"

# --- usage ---------------------------------------------------------------------------------------

rm -r "$results"
report
expect_status 'no such directory' 2
mkdir "$results"
report
expect_status 'an empty directory' 1
expect 'an empty directory: what to do' grep -q 'run bench with -o' "$err"

# --- in a browser ---------------------------------------------------------------------------------

if browser=$(command -v chromium || command -v chromium-browser); then
    mkdir -p "$results"
    cp "$scratch/good.csv" "$samples"
    report
    # Its own end: sort by the column "median", twice, and say what stands on top.
    sed 's|</body>|<script>window.onerror = (m) => { document.title = "error " + m };\
        const t = document.querySelector("table.sortable"), h = [...t.tHead.rows[0].cells];\
        const m = h.findIndex((c) => c.textContent === "median");\
        const order = () => [...t.tBodies[0].rows].map((r) => parseFloat(r.cells[m].textContent));\
        h[m].firstChild.click(); const up = order(); h[m].firstChild.click(); const down = order();\
        document.title = JSON.stringify([up, down]);</script></body>|' "$page" >"$scratch/test.html"
    "$browser" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --user-data-dir="$scratch/chromium" \
        --dump-dom "file://$scratch/test.html" >"$out" 2>"$err" </dev/null || true
    expect 'it sorts, both ways' python - "$out" <<'PY'
import json, re, sys
up, down = json.loads(re.search(r"<title>(.*?)</title>", open(sys.argv[1]).read()).group(1))
assert up == sorted(up) and down == sorted(up, reverse=True) and len(up) == 3, (up, down)
PY
fi

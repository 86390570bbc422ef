#!/usr/bin/env python3
"""Makes summary.csv again from samples.csv, by docs/measuring.md and bench/data/summary.h alone.

recompute.py SAMPLES SUMMARY CORES

A second implementation that shares nothing with the first: whatever the first prints must be what
the page promises. Every figure must be equal in the 12 digits that are printed. Only the bounds that
a bootstrap draws cannot be, as its random numbers are its own: here rounds and samples are drawn
plainly, by another generator, and a bound must lie among the replicates where one of 2.5 % may.
"""
import csv
import math
import random
import sys
from statistics import median

TEXT_KEYS = ["suite", "workload", "parameters", "backend", "schedule", "pin"]
KEYS = TEXT_KEYS + ["chunk", "asked_chunk", "workers", "tasks", "task_bytes", "result_bytes"]
SAME_WORK = ["suite", "workload", "parameters"]
REPLACED = "disturbed: measured again"
NOISY = 0.10
DISTURBED = 0.25
REPLICATES = 4000
NONE = math.nan
UNKNOWN = (NONE, NONE, NONE)


def read(name):
    with open(name, newline="") as file:
        return list(csv.DictReader(file))


# --- statistics -----------------------------------------------------------------------------------


def quantile(values, q):  # Hyndman and Fan, type 7
    if not values:
        return NONE
    values = sorted(values)
    position = q * (len(values) - 1)
    below = math.floor(position)
    above = min(below + 1, len(values) - 1)
    return values[below] + (position - below) * (values[above] - values[below])


def rank_coverage(n, k):  # of [x[k], x[n + 1 - k]]
    return 1 - 2 * sum(math.comb(n, i) for i in range(k)) / 2**n


def coverage(n):
    return min(0.95, rank_coverage(n, 1)) if n > 0 else NONE


def median_interval(values):
    """The median of independent values, with the interpolated interval of ranks."""
    x, n = sorted(values), len(values)
    if n == 0:
        return UNKNOWN
    k, share = 1, 0
    while k < n // 2 and rank_coverage(n, k + 1) >= 0.95:
        k += 1
    outer = rank_coverage(n, k)
    if 2 * k < n and outer > 0.95:
        i = (outer - 0.95) / (outer - rank_coverage(n, k + 1))
        share = (n - k) * i / (k + (n - 2 * k) * i)
    low, high = x[k - 1], x[n - k]
    if share > 0:
        low, high = low + share * (x[k] - low), high - share * (high - x[n - k - 1])
    return median(x), low, high


def by_round(rows, value):
    """{round: its rows' values}, without those that are not known."""
    rounds = {}
    for row in rows:
        if value(row) > 0:
            rounds.setdefault(row["round"], []).append(value(row))
    return rounds


def over_rounds(rows, value):
    """The median over rounds of each round's median, and its interval."""
    rounds = {}
    for row in rows:
        rounds.setdefault(row["round"], []).append(value(row))
    if len(rounds) == 1:
        return median_interval(next(iter(rounds.values())))
    return median_interval([median(values) for values in rounds.values()])


# --- figures of several medians, and their bootstrap ------------------------------------------------


class Drawn(list):
    """Replicates; a bound is one of their values, by another generator."""


def common_rounds(terms):
    return sorted(set.intersection(*(set(side) for term in terms for side in term)))


def term_value(term, number, draw):
    above, *below = (median(draw(side[number])) for side in term)
    return above / below[0] if below else above


def figure(terms, formula, numbers, draw):
    return formula(*(median([term_value(term, number, draw) for number in numbers])
                     for term in terms))


def draw_samples(values):
    return random.choices(values, k=len(values)) if len(values) > 1 else values


def joint(terms, formula):
    """Of terms that are (above, below) or (above,), each as by_round makes it: the figure, and what
    the bootstrap makes of it: all terms see the same n - 1 of n rounds."""
    numbers = common_rounds(terms)
    if not numbers:
        return NONE, Drawn()
    draws = max(1, len(numbers) - 1)
    random.seed(1)
    return figure(terms, formula, numbers, list), Drawn(
        sorted(figure(terms, formula, random.choices(numbers, k=draws), draw_samples)
               for _ in range(REPLICATES)))


def ratio(above, below):
    """Within rounds: value, low, high, rounds."""
    numbers = common_rounds([(above, below)])
    found = median_interval([median(above[r]) / median(below[r]) for r in numbers])
    if len(numbers) == 1:
        _, drawn = joint([(above, below)], lambda value: value)
        return found[0], drawn, drawn, 1
    return (*found, len(numbers))


# --- cells ------------------------------------------------------------------------------------------


def numbers_of(row):
    """Whole numbers as such; status, verified and the names stay what they are."""
    made = dict(row)
    for name, text in row.items():
        if name not in TEXT_KEYS and name not in ("status", "settings"):
            made[name] = int(text) if text.isdigit() else float(text or "nan")
    return made


def has_run(row):
    return row["status"] == "ok" or row["status"].startswith("retried")


def counts(row):
    return has_run(row) and row["verified"] == 1


def is_replaced(row):
    return row["status"] == REPLACED and row["verified"] == 1


def is_skipped(row):
    return row["status"].startswith("skip")


def is_failed(row):
    return not (counts(row) or is_skipped(row) or is_replaced(row))


def status_of(rows):
    for row in filter(is_failed, rows):
        return "wrong: a result was not verified" if has_run(row) else row["status"]
    for row in filter(is_skipped, rows):
        return row["status"]
    for row in rows:
        if row["status"].startswith("retried"):
            return row["status"]
    return "ok"


def is_wrong(row):
    return has_run(row) and row["verified"] != 1 or row["status"].startswith("wrong")


def too_disturbed(rows):
    return sum(row.get("disturbed", 0) != 0 for row in rows) > DISTURBED * len(rows)


def count(rows):
    own = [row for row in rows if counts(row)]
    return {
        "samples": len(own),
        "retried": sum(row["status"].startswith("retried") for row in own),
        "failed": sum(map(is_failed, rows)),
        "skipped": sum(map(is_skipped, rows)),
        "remeasured": sum(map(is_replaced, rows)),
        "disturbed": sum(row.get("disturbed", 0) != 0 for row in own),
        "verified": int(bool(own) and not any(map(is_wrong, rows))),
        "warmups": max(row["warmups"] for row in rows),
        "chunk": max(row["chunk"] for row in rows),
        "status": status_of(rows),
        "settings": next((row["settings"] for row in rows if row.get("settings")), ""),
    }


MEDIANS = ["start_ns", "send_ns", "compute_ns", "collect_ns", "stop_ns", "cpu_user_ns", "cpu_sys_ns",
           "voluntary_switches", "involuntary_switches", "minor_faults", "bytes_sent",
           "bytes_received", "messages"]


def describe(own, columns):
    walls = [row["wall_ns"] for row in own]
    value, low, high = over_rounds(own, lambda row: row["wall_ns"])
    made = {
        "median_ns": value, "ci_low_ns": low, "ci_high_ns": high,
        "noisy": int(high - low > NOISY * value),
        "min_ns": min(walls, default=NONE), "max_ns": max(walls, default=NONE),
        "p90_ns": quantile(walls, 0.9),
        "least_tasks": min((row["least_tasks"] for row in own), default=NONE),
        "most_tasks": max((row["most_tasks"] for row in own), default=NONE),
        "peak_rss_kib": max((row["peak_rss_kib"] for row in own), default=NONE),
        "cpu_ns": over_rounds(own, lambda row: row["cpu_user_ns"] + row["cpu_sys_ns"])[0],
    }
    for name in MEDIANS:
        if name in columns:
            made[name] = over_rounds(own, lambda row: row[name])[0]
    return made


def put(made, name, value, low, high):
    made.update({name: value, name + "_low": low, name + "_high": high})


def wall(row):
    return row["wall_ns"]


def start_figure(rows, name):
    """What is one figure for each start, over rounds."""
    return median_interval([median(values) for values in
                            by_round(rows, lambda row: row.get(name, NONE)).values()])


def set_capacity(made, own, serial):
    """used is speedup x capacity of serial / of this cell."""
    capacity = lambda row: row.get("capacity", NONE)
    put(made, "capacity", *start_figure(own, "capacity"))
    terms = [(by_round(serial, wall), by_round(own, wall)), (by_round(serial, capacity),),
             (by_round(own, capacity),)]
    value, drawn = joint(terms, lambda speedup, one, all_: speedup * one / all_)
    put(made, "capacity_efficiency", value, drawn, drawn)
    made["capacity_cpu"] = start_figure(own, "capacity_cpu")[0]
    made["floor_ns_per_task"] = start_figure(own, "floor_ns")[0]
    known = [row["cores"] for row in own if row.get("cores", NONE) == row.get("cores", NONE)]
    made["cores"] = min(known, default=NONE)


def each(bound, formula):
    """Of a bound that may be one of many."""
    return Drawn(sorted(map(formula, bound))) if isinstance(bound, Drawn) else formula(bound)


def set_dispatch(made, key, cores):
    names = [prefix + end for prefix in ["capacity_efficiency"] for end in ["", "_low", "_high"]]
    used, low, high = (made[name] for name in names)
    if math.isnan(used):
        most = min(key["workers"], cores) or NONE
        used, low, high = (each(made["speedup" + end], lambda speedup: speedup / most)
                           for end in ["", "_low", "_high"])
    lost = lambda used: made["median_ns"] * (1 - used) / key["tasks"] if key["tasks"] else NONE
    made["dispatch_ns_per_task"] = lost(used)
    made["dispatch_low"], made["dispatch_high"] = each(high, lost), each(low, lost)


def compare(made, own, serial, key, cores):
    *speedup, rounds = ratio(by_round(serial, wall), by_round(own, wall))
    put(made, "speedup", *speedup)
    set_capacity(made, own, serial)
    if key["backend"] == "serial" and own:
        for name in ["speedup", "capacity_efficiency"]:
            put(made, name, 1, 1, 1)
    most = min(key["workers"], made["cores"] if made["cores"] > 0 else cores)
    made["impossible"] = int(made["capacity_low"] > (most if rounds > 1 else most * 1.05))
    set_dispatch(made, key, cores)
    made["efficiency"] = made["speedup"] / key["workers"] if key["workers"] else NONE
    made["rounds"] = rounds
    starts = len({row["round"] for row in own})
    made["ci_coverage"] = min([coverage(n) for n in (starts, rounds) if n > 0], default=NONE)


def summarize(samples, cores):
    """Each cell's keys and figures."""
    for row in samples:
        if "asked_chunk" not in row:  # a file from before that column
            row["asked_chunk"] = 0 if row["backend"] == "serial" else row["chunk"]
    keys = [key for key in KEYS if key in samples[0] and key != "chunk"]
    cells = {}
    for row in samples:
        cells.setdefault(tuple(row[key] for key in keys), []).append(row)
    for cell, rows in cells.items():
        key = dict(zip(keys, cell))
        own = [row for row in rows if counts(row)]
        serial = [row for row in samples if row["backend"] == "serial" and counts(row) and
                  all(row[name] == key[name] for name in SAME_WORK)]
        made = key | count(rows) | describe(own, samples[0])
        compare(made, own, serial, key, cores)
        made["oversubscribed"] = int(key["workers"] > cores)
        made["serial_disturbed"] = int(too_disturbed(serial))
        yield made


# --- comparing --------------------------------------------------------------------------------------


def last_digit(value):  # of 12
    return 10.0 ** (math.floor(math.log10(abs(value))) - 11) if value else 0


def agree(text, value):
    if isinstance(value, str):
        return text == value
    if isinstance(value, Drawn) and (not value or any(map(math.isnan, value))):
        return text == ""
    if isinstance(value, Drawn):  # 4 standard errors of both
        lowest, highest = (quantile(value, q) for q in value_range)
        slack = last_digit(highest)
        return text != "" and lowest - slack <= float(text) <= highest + slack
    if not math.isfinite(value):
        return text == ""
    return text != "" and abs(float(text) - value) <= 0.51 * last_digit(value)


def differences(printed, made):
    global value_range
    for name, text in printed.items():
        if name not in made:
            yield f"{name}: no formula is known for this column"
            continue
        value_range = (0.008, 0.042) if name.endswith("_low") else (0.958, 0.992)
        if not agree(text, made[name]):
            value = made[name]
            yield f"{name}: printed {text}, should be " + (
                "from {!r} to {!r}".format(*(quantile(value, q) for q in value_range))
                if isinstance(value, Drawn) else repr(value))


def find(printed, made):
    """The row of a cell, of which there is one."""
    row, = (row for row in printed
            if all(row[key] == str(made[key]) for key in KEYS if key in row and key in made))
    return row


def main(samples_name, summary_name, cores):
    samples, printed = [numbers_of(row) for row in read(samples_name)], read(summary_name)
    faults, figures = 0, 0
    cells = list(summarize(samples, int(cores)))
    if len(cells) != len(printed):
        sys.exit(f"{len(printed)} cells are printed, there are {len(cells)}")
    for made in cells:
        row = find(printed, made)
        figures += len(row)
        for what in differences(row, made):
            faults += 1
            print(*(row[name] for name in SAME_WORK), row["backend"], row["workers"], what)
    print(f"{len(cells)} cells, {figures} fields, {faults} differ")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main(*sys.argv[1:])

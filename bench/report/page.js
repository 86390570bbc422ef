// A click on a column's head sorts its table; a second one turns the order round. Without this
// script the page reads the same, in the order in which it was written.
'use strict';

const units = {
  ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1,
  B: 1, KiB: 1024, MiB: 1048576, GiB: 1073741824, 'B/s': 1, 'kB/s': 1e3, 'MB/s': 1e6, 'GB/s': 1e9,
};

// "1.25 us (1.2 to 1.3)" counts as 1.25e-6, "12..20" as 12, "-" as nothing.
function keyOf(cell) {
  const match = /^(-?[0-9.]*[0-9])(?:\.\.[0-9]+)?(?: ([A-Za-z/]+|%))?(?: |$)/.exec(cell.textContent);
  if (match === null) return null;
  return Number.parseFloat(match[1]) * (units[match[2]] ?? 1);
}

function compare(a, b) {
  const left = keyOf(a), right = keyOf(b);
  if (left !== null && right !== null) return left - right;
  if (left === null && right === null) return a.textContent.localeCompare(b.textContent);
  return left === null ? 1 : -1; // what has no figure stands last
}

function sortBy(table, head) {
  const column = head.cellIndex;
  const down = head.getAttribute('aria-sort') === 'ascending';
  for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const body = table.tBodies[0];
  const rows = [...body.rows];
  rows.sort((a, b) => {
    const empty = (row) => row.cells[column].textContent === '-';
    if (empty(a) !== empty(b)) return empty(a) ? 1 : -1;
    return (down ? -1 : 1) * compare(a.cells[column], b.cells[column]);
  });
  body.append(...rows);
}

for (const table of document.querySelectorAll('table.sortable')) {
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    button.addEventListener('click', () => sortBy(table, head));
    head.append(button);
  }
}

// What a relay does, for those who run it. Asks for a token where one is needed, and keeps it in memory alone. Every figure is the
// relay's own (/admin/status); rates are differences of two answers.

const EVERY_MS = 2000;
/** Five minutes. */
const POINTS = 150;
/** How often the documents are listed anew while the page is looked at. */
const LIST_EVERY_MS = 20_000;

const CHARTS = [
  { name: 'Connections', of: (now) => now.connections, shown: count },
  { name: 'Users', of: (now) => now.users, shown: count },
  { name: 'Open documents', of: (now) => now.openDocuments, shown: count },
  { name: 'Updates stored', of: (now, before) => rate(now, before, 'stored'), shown: perSecond },
  { name: 'In', of: (now, before) => rate(now, before, 'bytesIn'), shown: bytesPerSecond },
  { name: 'Out', of: (now, before) => rate(now, before, 'bytesOut'), shown: bytesPerSecond },
  { name: 'Behind', of: (now) => now.loopLagMs, shown: (ms) => `${Math.round(ms)} ms` },
  { name: 'Memory', of: (now) => now.memoryBytes, shown: bytes },
];

const element = (id) => document.getElementById(id);
const charts = CHARTS.map((chart) => ({ ...chart, values: [], ...figureOf(chart.name) }));
let token;
let before;
let listedAt = Number.NEGATIVE_INFINITY;

element('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  token = element('token').value;
  element('token').value = '';
  void look();
});
element('more').addEventListener('click', (event) => void list(event.currentTarget.dataset.after));
setInterval(() => {
  if (!document.hidden && element('sign-in').hidden) void look();
}, EVERY_MS);
void look();

async function look() {
  const now = await ask('status');
  if (now === undefined) return;
  element('sign-in').hidden = true;
  element('refused').textContent = '';
  element('shown').hidden = false;
  const state = element('state');
  state.textContent = now.ready ? 'ready' : `not ready: ${now.reason}`;
  state.className = now.ready ? 'good' : 'bad';
  element('since').textContent = `up for ${duration(now.uptimeSeconds)}`;
  for (const chart of charts) draw(chart, chart.of(now, before));
  before = now;
  if (performance.now() - listedAt > LIST_EVERY_MS) await list();
}

/** A page of documents, behind those that are shown or in their place. */
async function list(after) {
  listedAt = performance.now();
  const query = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
  const page = await ask(`documents?limit=100${query}`);
  if (page === undefined) return;
  const rows = page.documents.map(({ name, kind, updates, bytes: size, damage }) => {
    const row = document.createElement('tr');
    row.append(
      cell(name),
      cell(damage ?? kind, damage === undefined ? '' : 'damaged'),
      cell(count(updates), 'number'),
      cell(bytes(size), 'number'),
    );
    return row;
  });
  if (after === undefined) element('documents').replaceChildren(...rows);
  else element('documents').append(...rows);
  element('no-documents').hidden = element('documents').childElementCount > 0;
  element('more').hidden = rows.length < 100;
  element('more').dataset.after = page.documents.at(-1)?.name ?? '';
}

/** Undefined when the relay does not answer, or wants another token. */
async function ask(what) {
  let response;
  try {
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    response = await fetch(what, { headers, cache: 'no-store' });
  } catch {
    element('state').textContent = 'does not answer';
    element('state').className = 'bad';
    before = undefined;
    return undefined;
  }
  if (response.ok) return response.json();
  element('refused').textContent = token === undefined ? '' : 'This token is not accepted.';
  token = undefined;
  element('shown').hidden = true;
  element('sign-in').hidden = false;
  element('token').focus();
  return undefined;
}

function figureOf(name) {
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  caption.textContent = name;
  const value = document.createElement('strong');
  const picture = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  picture.setAttribute('viewBox', `0 0 ${POINTS - 1} 40`);
  picture.setAttribute('preserveAspectRatio', 'none');
  picture.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
  picture.append(line);
  figure.append(caption, value, picture);
  element('charts').append(figure);
  return { value, line };
}

function draw({ values, value, line, shown }, latest) {
  if (latest === undefined) return;
  values.push(latest);
  if (values.length > POINTS) values.shift();
  value.textContent = shown(latest);
  const most = Math.max(...values, 1);
  const first = POINTS - values.length;
  line.setAttribute('points', values.map((each, i) => `${first + i},${39 - (each / most) * 38}`).join(' '));
}

function cell(text, className = '') {
  const made = document.createElement('td');
  made.textContent = text;
  made.className = className;
  return made;
}

/** For each second between two answers; undefined for the first, and for a relay that began anew. */
function rate(now, earlier, name) {
  if (earlier === undefined || now.uptimeSeconds <= earlier.uptimeSeconds) return undefined;
  return Math.max(0, (now[name] - earlier[name]) / (now.uptimeSeconds - earlier.uptimeSeconds));
}

function count(number) {
  return Math.round(number).toLocaleString('en');
}

function perSecond(number) {
  return `${number < 10 ? number.toFixed(1) : count(number)}/s`;
}

function bytesPerSecond(number) {
  return `${bytes(number)}/s`;
}

function bytes(number) {
  for (const [unit, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['KB', 1e3],
  ]) {
    if (number >= size) return `${(number / size).toFixed(1)} ${unit}`;
  }
  return `${Math.round(number)} B`;
}

function duration(seconds) {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

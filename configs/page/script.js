'use strict';
(() => {

/* --- small things ----------------------------------------------------------------------- */

const $ = id => document.getElementById(id);

// Texts of a run are only ever put in as text: none of them becomes markup.
function make(tag, attributes, ...children) {
	const e = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes || {})) {
		if (value === undefined || value === null || value === false)
			continue;
		if (name.startsWith('on'))
			e.addEventListener(name.slice(2), value);
		else
			e.setAttribute(name, value === true ? '' : value);
	}
	e.append(...children.filter(c => c !== undefined && c !== null && c !== ''));
	return e;
}

function draw(tag, attributes) {
	const e = document.createElementNS('http://www.w3.org/2000/svg', tag);
	for (const [name, value] of Object.entries(attributes))
		e.setAttribute(name, value);
	return e;
}

const grouped = new Intl.NumberFormat('en-US');
const number = n => grouped.format(n);
const count = (n, noun) => number(n) + ' ' + noun + (n === 1 ? '' : 's');

function duration(ns) {
	for (const [unit, size] of [['s', 1e9], ['ms', 1e6], ['µs', 1e3]])
		if (ns >= size) {
			const n = ns / size;
			return (n < 10 ? n.toFixed(2) : n < 100 ? n.toFixed(1) : number(Math.round(n))) + ' ' + unit;
		}
	return ns + ' ns';
}

/* --- what the run file says ---------------------------------------------------------------- */

const data = JSON.parse($('data').textContent);
const text = i => i === undefined ? '' : data.strings[i];
const places = data.places.map(([name, whole, file, line, source, users]) => ({
	name: text(name), whole: text(whole), file: text(file), line, source: text(source), users: users === 1,
}));
const stacks = data.stacks.map(stack => stack.map(i => places[i]));
const classes = data.classes.map(c => ({
	id: text(c.id), cause: text(c.cause), usually: text(c.usually), known: text(c.known),
	docs: text(c.docs), unit: text(c.unit), figure: !!c.figure,
}));
const at = place => place ? place.file + (place.line ? ':' + place.line : '') : '';

const statuses = ['leak', 'hung', 'note', 'allowed', 'gone'];
const certainties = ['proven', 'confirmed', 'observed'];
const standings = ['new', 'flaky', 'unchecked', 'known', 'gone'];

function readFinding(f) {
	return {
		owner: text(f.owner), kind: text(f.kind), test: text(f.test), cls: classes[f.class],
		cause: text(f.cause), status: text(f.status), certainty: text(f.certainty), count: f.count,
		waited: f.waited || 0, born: f.born, seen: f.seen || 0, runs: f.runs || 0, slow: !!f.slow,
		tolerated: !!f.tolerated, created: places[f.created], user: places[f.user],
		blocked: places[f.blocked], chain: stacks[f.chain] || [], stack: stacks[f.stack] || [],
		started: text(f.started), reason: text(f.reason), fact: text(f.fact), why: text(f.why),
		allowance: text(f.allowance), excuse: text(f.excuse), allowed: f.allowed || 0,
		again: text(f.again), while: text(f.while), note: text(f.suspect_note),
		suspects: (f.suspects || []).map(s => ({
			sha: text(s.sha), author: text(s.author), date: text(s.date), summary: text(s.summary),
			reasons: s.reasons.map(r => ({ text: text(r.text), file: text(r.file), line: r.line || 0 })),
		})),
	};
}

const compared = g => ({
	standing: text(g.standing), baseCount: g.base_count || 0, hereSeen: g.here_seen || 0,
	hereRuns: g.here_runs || 0, baseSeen: g.base_seen || 0, baseRuns: g.base_runs || 0,
	chance: (g.chance || 0) / 1e6,
});

// What a reader takes for one: all that one go statement left in a package.
function readGroup(g, id) {
	const items = g.items.map(readFinding);
	const first = items[0];
	const owners = new Set(items.map(f => f.owner));
	return {
		id, items, package: text(g.package), key: text(g.key), ...compared(g),
		status: first.status, cls: first.cls, owner: first.owner, more: owners.size - 1,
		cause: first.cause, count: items.reduce((n, f) => n + f.count, 0),
		certainty: certainties[Math.max(...items.map(f => certainties.indexOf(f.certainty)))],
		waited: Math.max(...items.map(f => f.waited)), place: first.created || first.blocked,
		kinds: new Set(items.map(f => f.kind)), classes: new Set(items.map(f => f.cls.id)),
	};
}

function readGone(g, id) {
	const cls = classes[g.class];
	return {
		id, items: [], package: text(g.package), key: text(g.key), ...compared(g), status: 'gone',
		cls, owner: text(g.test) || 'no test', more: 0, cause: 'only the base has it', count: 0,
		certainty: '', waited: 0, place: undefined, kinds: new Set(), classes: new Set([cls.id]),
	};
}

const groups = data.groups.map(readGroup);
groups.push(...data.gone.map((g, i) => readGone(g, groups.length + i)));

// What the search looks into.
function words(g) {
	const all = new Set([g.package, g.key, g.cls.id, g.cause, g.owner]);
	for (const f of g.items) {
		all.add(f.owner);
		for (const p of [f.created, f.blocked, f.user, ...f.chain, ...f.stack])
			if (p)
				all.add(p.whole).add(at(p));
	}
	return [...all].join('\n').toLowerCase();
}

const packages = data.packages.map((p, index) => ({
	index, name: text(p.name), result: text(p.result), elapsed: p.elapsed || 0,
	checked: text(p.checked), why: text(p.why), goroutines: p.goroutines, gone: p.gone || 0,
	undecided: p.open || 0, curve: p.curve, tests: [], found: [], left: 0, open: false,
}));
const packageOf = new Map(packages.map(p => [p.name, p]));

function packageNamed(name) {
	let p = packageOf.get(name);
	if (!p) {
		p = { index: packages.length, name, result: '', elapsed: 0, checked: '', why: '', goroutines: 0,
			gone: 0, undecided: 0, curve: undefined, tests: [], found: [], left: 0, open: false };
		packages.push(p);
		packageOf.set(name, p);
	}
	return p;
}

function readTests() {
	for (const [pkg, name, result, elapsed, start, end, before, after, started, peak, left] of data.tests) {
		const p = packageNamed(text(pkg));
		p.tests.push({ package: p, name: text(name), result: text(result), elapsed, start, end,
			counted: before !== undefined, before, after, started, peak, left, found: [],
			depth: 0, label: text(name) });
	}
}

// What no test owns has a row of its own.
function rowOf(p, f, rows) {
	const name = f.test || f.owner;
	let row = rows.get(name);
	if (!row) {
		row = { package: p, name, result: '', elapsed: 0, start: -1, end: -1, counted: false,
			found: [], depth: 0, label: name };
		rows.set(name, row);
		p.tests.push(row);
	}
	return row;
}

function hangFindings() {
	const rows = new Map(packages.map(p => [p, new Map(p.tests.map(t => [t.name, t]))]));
	for (const g of groups)
		g.items.forEach((f, i) => {
			const p = packageNamed(g.package);
			if (!rows.has(p))
				rows.set(p, new Map());
			if (f.cls.figure)
				return;
			rowOf(p, f, rows.get(p)).found.push({ group: g, finding: f, item: i });
			p.found.push(g);
			p.left += f.count;
		});
}

// Of those to be taken from the end; without a start they are the last to be taken.
const later = (a, b) => (b.start < 0 ? Infinity : b.start) - (a.start < 0 ? Infinity : a.start) || 0;

// Subtests come behind their test, brothers in the order of their start.
function sortTests(p) {
	const children = new Map();
	const known = new Set(p.tests.map(t => t.name));
	for (const t of p.tests) {
		let parent = t.name;
		do
			parent = parent.slice(0, Math.max(parent.lastIndexOf('/'), 0));
		while (parent && !known.has(parent));
		t.parent = parent;
		if (!children.has(parent))
			children.set(parent, []);
		children.get(parent).push(t);
	}
	const sorted = [];
	const stack = [...(children.get('') || [])].sort(later).map(t => [t, 0]);
	while (stack.length) {
		const [t, depth] = stack.pop();
		t.depth = depth;
		t.label = t.parent ? t.name.slice(t.parent.length + 1) : t.name;
		sorted.push(t);
		for (const child of (children.get(t.name) || []).sort(later))
			if (child !== t)
				stack.push([child, depth + 1]);
	}
	p.tests = sorted;
}

function measure(p) {
	const ends = p.tests.map(t => Math.max(t.start, t.end));
	p.timed = ends.some(ns => ns >= 0);
	p.end = Math.max(p.curve ? p.curve.trace || 0 : 0, ends.reduce((a, b) => Math.max(a, b), 0), 1);
	p.whole = p.end * 1.06; // room for what is left
	p.from = 0;
	p.to = p.whole;
	if (p.curve) {
		p.peak = p.curve.peak.reduce((a, b) => Math.max(a, b), 0);
		p.peakAt = p.curve.peak.indexOf(p.peak);
		p.after = p.curve.last.length ? p.curve.last[p.curve.last.length - 1] : 0;
		const first = p.tests.filter(t => t.counted && t.start >= 0).reduce((a, t) => !a || t.start < a.start ? t : a, null);
		p.before = first ? first.before : 0;
	}
}

readTests();
hangFindings();
packages.forEach(sortTests);
packages.forEach(measure);

/* --- lists that draw what is in sight ----------------------------------------------------- */

const OVERSCAN = 300; // pixels above and below

// Rows lie below each other in body, which scrolls in scroller.
class List {
	constructor(scroller, body, render) {
		Object.assign(this, { scroller, body, render, items: [], tops: [0], nodes: new Map() });
		let asked = false;
		const later = () => {
			if (!asked)
				requestAnimationFrame(() => { asked = false; this.draw(); });
			asked = true;
		};
		scroller.addEventListener('scroll', later, { passive: true });
		new ResizeObserver(later).observe(scroller);
	}

	set(items, height) {
		this.items = items;
		this.tops = [0];
		for (const item of items)
			this.tops.push(this.tops[this.tops.length - 1] + height(item));
		this.body.style.height = this.tops[items.length] + 'px';
		for (const node of this.nodes.values())
			node.remove();
		this.nodes.clear();
		this.draw();
	}

	// The row at a distance from the top.
	find(y) {
		let low = 0, high = this.items.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.tops[middle + 1] <= y)
				low = middle + 1;
			else
				high = middle;
		}
		return low;
	}

	draw() {
		const top = this.scroller.scrollTop - this.body.offsetTop;
		const from = this.find(top - OVERSCAN);
		const to = Math.min(this.find(top + this.scroller.clientHeight + OVERSCAN) + 1, this.items.length);
		for (const [i, node] of this.nodes)
			if ((i < from || i >= to) && !node.contains(document.activeElement)) {
				node.remove();
				this.nodes.delete(i);
			}
		let next = null;
		for (let i = to; i-- > from;)
			next = this.place(i, next);
	}

	place(i, next) {
		let node = this.nodes.get(i);
		if (!node) {
			node = this.render(this.items[i], i);
			node.style.top = this.tops[i] + 'px';
			this.nodes.set(i, node);
			this.body.insertBefore(node, next);
		}
		return node;
	}

	redraw(i) {
		const node = this.nodes.get(i);
		if (!node)
			return;
		const again = this.render(this.items[i], i);
		again.style.top = this.tops[i] + 'px';
		node.replaceWith(again);
		this.nodes.set(i, again);
	}

	// Into sight, and drawn.
	show(i) {
		const head = this.body.offsetTop;
		const { scrollTop, clientHeight } = this.scroller;
		if (this.tops[i] < scrollTop)
			this.scroller.scrollTop = this.tops[i];
		else if (this.tops[i + 1] + head > scrollTop + clientHeight)
			this.scroller.scrollTop = this.tops[i + 1] + head - clientHeight;
		this.draw();
		return this.nodes.get(i);
	}
}

const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
const pixels = name => parseFloat(getComputedStyle(document.documentElement).getPropertyValue(name)) * rem();

/* --- filters --------------------------------------------------------------------------------- */

const filters = { search: '', package: '', class: '', kind: '', statuses: new Set(), standings: new Set() };

function isWanted(g) {
	return (!filters.package || g.package === filters.package) &&
		(!filters.class || g.classes.has(filters.class)) &&
		(!filters.kind || g.kinds.has(filters.kind)) &&
		(!filters.statuses.size || filters.statuses.has(g.status)) &&
		(!filters.standings.size || filters.standings.has(g.standing)) &&
		(!filters.search || (g.words = g.words || words(g)).includes(filters.search));
}

const isFiltered = () => filters.class || filters.kind || filters.statuses.size || filters.standings.size;

function tally(values) {
	const n = new Map();
	for (const v of values)
		n.set(v, (n.get(v) || 0) + 1);
	return n;
}

function fillSelect(id, all, counts) {
	const select = $(id);
	const names = [...counts.keys()].filter(Boolean).sort();
	select.append(make('option', { value: '' }, all));
	for (const name of names)
		select.append(make('option', { value: name }, name + ' (' + number(counts.get(name)) + ')'));
	select.closest('label').hidden = names.length < 2;
	select.addEventListener('change', () => { filters[id] = select.value; update(); });
}

function fillChips(id, order, counts, chosen) {
	for (const name of order)
		if (counts.get(name))
			$(id).append(make('label', { class: 'chip is-' + name },
				make('input', { type: 'checkbox', value: name, onchange(event) {
					chosen[event.target.checked ? 'add' : 'delete'](name);
					update();
				} }), make('span', {}, name + ' ', make('b', {}, number(counts.get(name))))));
	$(id).hidden = $(id).querySelectorAll('input').length < 2;
}

function fillFilters() {
	const counts = tally(groups.map(g => g.package));
	for (const p of packages)
		counts.set(p.name, counts.get(p.name) || 0);
	fillSelect('package', 'all packages', counts);
	fillSelect('class', 'all classes', tally(groups.flatMap(g => [...g.classes])));
	fillSelect('kind', 'all owners', tally(groups.flatMap(g => [...g.kinds])));
	fillChips('statuses', statuses.filter(s => s !== 'gone'), tally(groups.map(g => g.status)), filters.statuses);
	fillChips('standings', standings, tally(groups.map(g => g.standing)), filters.standings);
	$('search').addEventListener('input', () => {
		filters.search = $('search').value.trim().toLowerCase();
		update();
	});
	$('filters').addEventListener('submit', event => event.preventDefault());
	$('unfilter').addEventListener('click', showAll);
}

function showAll() {
	$('filters').reset();
	Object.assign(filters, { search: '', package: '', class: '', kind: '' });
	filters.statuses.clear();
	filters.standings.clear();
	update();
}

/* --- the table of findings ------------------------------------------------------------------- */

const byText = key => (a, b) => key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
const byRank = (order, key) => (a, b) => order.indexOf(key(a)) - order.indexOf(key(b));
const standingLabel = g => g.standing === 'unchecked' ? 'unknown' : g.standing;

const columns = [
	{ id: 'status', label: 'Status', compare: byRank(statuses, g => g.status) },
	...(data.base ? [{ id: 'standing', label: 'Base', compare: byRank(standings, g => g.standing) }] : []),
	{ id: 'what', label: 'Test', compare: byText(g => g.owner) },
	{ id: 'class', label: 'Class', compare: byText(g => g.cls.id) },
	{ id: 'package', label: 'Package', compare: byText(g => g.package) },
	{ id: 'count', label: 'Goroutines', compare: (a, b) => b.count - a.count, number: true },
	{ id: 'certainty', label: 'Certainty', compare: byRank(certainties, g => g.certainty) },
	{ id: 'waited', label: 'Waited', compare: (a, b) => b.waited - a.waited, number: true },
	{ id: 'place', label: 'Started at', compare: byText(g => at(g.place)) },
];

const sorting = { column: null, down: false };
let shown = groups; // what the filters leave, in the order of the table
let table;

// Packages of the module are known by their folder.
function shortPackage(name) {
	const module = text(data.module);
	return module && name.startsWith(module + '/') ? './' + name.slice(module.length + 1) : name;
}

const badge = (word, label) => make('span', { class: 'badge is-' + word }, label || word);

function countCell(g) {
	if (g.status === 'gone')
		return number(g.baseCount) + ' there';
	return number(g.count) + (g.cls.figure && g.cls.unit === 'MiB' ? ' MiB' : '');
}

const contents = {
	status: g => [badge(g.status)],
	standing: g => g.standing ? [badge(g.standing, standingLabel(g))] : [],
	what: g => [
		make('button', { type: 'button', title: g.owner, onclick: event => { event.stopPropagation(); open(g); } },
			g.owner + (g.more ? ' and ' + number(g.more) + ' more' : '')),
		make('small', { title: g.cause }, g.cause),
	],
	class: g => [[...g.classes].join(', ')],
	package: g => [make('span', { title: g.package }, shortPackage(g.package))],
	count: g => [countCell(g), make('span', { class: 'short', 'aria-hidden': 'true' }, g.count === 1 ? ' goroutine' : ' goroutines')],
	certainty: g => [g.certainty],
	waited: g => [g.waited ? duration(g.waited) : ''],
	place: g => g.place ? [make('span', { title: at(g.place) }, at(g.place))] : [],
};

function tableRow(g, i) {
	return make('div', { class: 'row', role: 'row', 'aria-rowindex': i + 2, onclick: () => open(g), 'data-index': i },
		...columns.map(c => make('div', { class: 'cell ' + c.id + (c.number ? ' number' : ''), role: 'cell' },
			...contents[c.id](g))));
}

function sortBy(column) {
	if (sorting.column === column && sorting.down)
		Object.assign(sorting, { column: null, down: false });
	else
		Object.assign(sorting, { down: sorting.column === column, column });
	update();
}

// Numbers begin with the greatest.
function sortState(c) {
	if (sorting.column !== c)
		return null;
	return sorting.down !== !!c.number ? 'descending' : 'ascending';
}

function tableHead() {
	return make('div', { class: 'line', role: 'row', 'aria-rowindex': 1 },
		...columns.map(c => make('div', { class: c.number ? 'number' : '', role: 'columnheader', 'aria-sort': sortState(c) || 'none' },
			make('button', { type: 'button', 'data-column': c.id, onclick: () => sortBy(c) }, c.label))));
}

function moveInTable(event) {
	const row = event.target.closest('.row');
	const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
	if (!row || !(event.key in steps))
		return;
	event.preventDefault();
	const to = Math.min(Math.max(+row.dataset.index + steps[event.key], 0), shown.length - 1);
	table.show(to).querySelector('button').focus({ preventScroll: true });
}

function makeTable() {
	const head = make('div', { class: 'head', role: 'rowgroup' });
	const body = make('div', { class: 'body', role: 'rowgroup' });
	const grid = make('div', { role: 'table', 'aria-label': 'Findings' }, head, body);
	$('table').append(grid);
	$('table').classList.toggle('has-base', !!data.base);
	$('table').addEventListener('keydown', moveInTable);
	table = new List($('table'), body, tableRow);
	table.head = head;
	table.grid = grid;
}

function drawTable() {
	shown = groups.filter(isWanted);
	if (sorting.column) {
		shown.sort(sorting.column.compare);
		if (sorting.down)
			shown.reverse();
	}
	const focused = table.head.contains(document.activeElement) && document.activeElement.dataset.column;
	table.head.replaceChildren(tableHead());
	if (focused)
		table.head.querySelector('[data-column="' + focused + '"]').focus();
	table.grid.setAttribute('aria-rowcount', shown.length + 1);
	const height = pixels('--row');
	table.set(shown, () => height);
	$('table').hidden = !shown.length;
	$('none').hidden = !!shown.length;
	$('none').textContent = groups.length ? 'No finding is like that.' : 'Nothing outlived its test.';
}

/* --- the time line ---------------------------------------------------------------------------- */

let timeline;
let timeRows = [];

const percent = (p, ns) => (ns - p.from) / (p.to - p.from) * 100;
const showsTests = p => p.open;

// Only what the filters leave.
const wantedOf = t => t.found.filter(x => isWanted(x.group));

function isRowWanted(t) {
	const rows = $('rows').value;
	const found = wantedOf(t);
	if (rows === 'left' && !t.found.length && !t.left)
		return false;
	if (rows === 'failed' && t.result !== 'fail')
		return false;
	if (isFiltered())
		return found.length > 0;
	return !filters.search || found.length > 0 || t.name.toLowerCase().includes(filters.search);
}

function packageRank(p) {
	return p.found.some(g => g.status === 'leak') ? 0 : p.found.length ? 1 : 2;
}

function listRows() {
	const rows = [];
	for (const p of [...packages].sort((a, b) => packageRank(a) - packageRank(b) || a.index - b.index)) {
		if (filters.package && p.name !== filters.package)
			continue;
		const tests = p.tests.filter(isRowWanted);
		if (!tests.length && (isFiltered() || (filters.search && !p.name.toLowerCase().includes(filters.search)) || $('rows').value !== 'all'))
			continue;
		rows.push({ package: p, tests });
		if (showsTests(p))
			rows.push(...tests.map(test => ({ test })));
	}
	return rows;
}

const narrow = matchMedia('(max-width: 60rem)');

// In the page's units, as style.css has them.
function rowHeights() {
	const step = pixels('--step');
	const [opened, closed] = (narrow.matches ? [11.5, 5.25] : [7.75, 3.5]).map(n => n * rem());
	return row => row.test ? step : row.package.open ? opened : closed;
}

// A step that makes four to eight ticks: 1, 2 or 5 of a power of ten.
function tickStep(span) {
	const power = 10 ** Math.floor(Math.log10(span / 4));
	return [5, 2, 1].map(n => n * power).find(step => span / step >= 4) || power;
}

const tickLabel = ns => duration(Math.round(ns)).replace(/\.0+ | /, ' ').replace(/(\.\d*?)0+ /, '$1 ');

function putTicks(chart, p) {
	const step = tickStep(p.to - p.from);
	for (let ns = Math.ceil(p.from / step) * step; ns <= Math.min(p.to, p.end); ns += step) {
		const tick = make('span', { class: 'tick', 'aria-hidden': 'true' }, ns ? tickLabel(ns) : '0');
		tick.style.left = percent(p, ns) + '%';
		if (percent(p, ns) > 3 || !ns)
			chart.append(tick);
	}
}

// What is there when all had time to end; nobody knows where nobody looked.
const settled = p => p.checked === 'no' ? p.after : p.left;

// A step is as high as the most that were alive in it.
function curvePath(p) {
	const { begin = 0, step = 1, peak } = p.curve;
	const y = n => (100 - n / Math.max(p.peak, 1) * 92).toFixed(2);
	const x = ns => Math.max(-1, Math.min(percent(p, ns) * 10, 1010)).toFixed(2);
	let path = 'M' + x(0) + ',' + y(0) + 'H' + x(begin);
	peak.forEach((n, i) => { path += 'V' + y(n) + 'H' + x(Math.min(begin + (i + 1) * step, p.end)); });
	return path + 'V' + y(settled(p)) + 'H' + x(p.whole);
}

function putCurve(chart, p) {
	const svg = draw('svg', { viewBox: '0 0 1000 100', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
	const path = curvePath(p);
	svg.append(draw('path', { class: 'area', d: path + 'V100H0Z' }), draw('path', { class: 'high', d: path }));
	chart.append(svg);
	const x = percent(p, (p.curve.begin || 0) + (p.peakAt + 0.5) * (p.curve.step || 1));
	if (!p.open || !p.peak || x < 0 || x > 100)
		return;
	const peak = make('i', { class: 'peak', 'aria-hidden': 'true' });
	peak.style.left = x + '%';
	peak.style.top = '8%';
	chart.append(peak);
}

function putAfter(track, p) {
	if (p.to <= p.end)
		return;
	const after = make('div', { class: 'after', 'aria-hidden': 'true' });
	after.style.left = Math.max(percent(p, p.end), 0) + '%';
	track.append(after);
}

const levels = p => 'before ' + number(p.before) + ' · peak ' + number(p.peak) + ' · after ' + number(p.after) +
	(p.checked === 'no' ? '' : ' · left ' + number(p.left));

function chartOf(p) {
	if (!p.curve)
		return make('div', { class: 'cell track missing', role: 'cell' },
			p.checked === 'no' ? 'not checked: ' + p.why
				: p.tests.length ? 'No curve: the run file does not have it. The package had no whole trace, or an older straggler wrote it.'
					: 'no tests ran');
	const chart = make('div', { class: 'track chart', role: 'img',
		'aria-label': 'Goroutines in ' + duration(p.end) + ': ' + levels(p) });
	putAfter(chart, p);
	putCurve(chart, p);
	if (p.open) {
		putTicks(chart, p);
		chart.addEventListener('pointerdown', event => brush(event, chart, p));
		chart.addEventListener('dblclick', () => zoomTo(p, 0, p.whole));
	}
	return make('div', { class: 'cell time', role: 'cell' }, chart);
}

function zoomTo(p, from, to) {
	const least = p.whole / 1e5;
	if (to - from < least)
		return;
	p.from = Math.max(0, Math.min(from, p.whole - (to - from)));
	p.to = Math.min(p.whole, p.from + (to - from));
	timeRows.forEach((row, i) => {
		if (row.package === p || (row.test && row.test.package === p))
			timeline.redraw(i);
	});
}

// Dragged over: what is marked fills the width.
function brush(event, chart, p) {
	const box = chart.getBoundingClientRect();
	const ns = x => p.from + Math.max(0, Math.min((x - box.left) / box.width, 1)) * (p.to - p.from);
	const begin = event.clientX;
	const mark = make('div', { class: 'brush' });
	const move = e => {
		mark.style.left = Math.min(begin, e.clientX) - box.left + 'px';
		mark.style.width = Math.abs(e.clientX - begin) + 'px';
	};
	const end = e => {
		chart.removeEventListener('pointermove', move);
		mark.remove();
		if (Math.abs(e.clientX - begin) > 5)
			zoomTo(p, ns(Math.min(begin, e.clientX)), ns(Math.max(begin, e.clientX)));
	};
	chart.append(mark);
	chart.setPointerCapture(event.pointerId);
	chart.addEventListener('pointermove', move);
	chart.addEventListener('pointerup', end, { once: true });
	chart.addEventListener('pointercancel', () => mark.remove(), { once: true });
}

function zoomButtons(p) {
	const middle = () => (p.from + p.to) / 2;
	const zoom = factor => zoomTo(p, middle() - (p.to - p.from) * factor / 2, middle() + (p.to - p.from) * factor / 2);
	const button = (sign, label, act) => make('button', { type: 'button', 'aria-label': label + ', ' + p.name, title: label, 'data-zoom': label,
		onclick: () => {
			act();
			const again = [...document.querySelectorAll('[data-zoom="' + label + '"]')].find(b => b.closest('.row').dataset.package === p.name);
			if (again)
				again.focus({ preventScroll: true });
		} }, sign);
	const step = () => (p.to - p.from) / 2;
	return make('div', { class: 'zoom' },
		button('+', 'Zoom in', () => zoom(0.5)), button('−', 'Zoom out', () => zoom(2)),
		button('‹', 'Earlier', () => zoomTo(p, p.from - step(), p.to - step())),
		button('›', 'Later', () => zoomTo(p, p.from + step(), p.to + step())),
		button('all', 'Show all of the time', () => zoomTo(p, 0, p.whole)));
}

function toggle(p) {
	p.open = !p.open;
	drawTimeline();
	const i = timeRows.findIndex(row => row.package === p);
	const node = i >= 0 && timeline.show(i);
	if (node)
		node.querySelector('button').focus({ preventScroll: true });
}

function packageRow({ package: p, tests }, i) {
	return make('div', { class: 'row package ' + (p.open ? 'opened' : 'closed'), role: 'row', 'aria-rowindex': i + 2, 'data-package': p.name },
		make('div', { class: 'cell', role: 'rowheader' },
			make('button', { type: 'button', class: 'open-package', 'aria-expanded': String(p.open), title: p.name, onclick: () => toggle(p) },
				make('bdi', {}, (p.open ? '▾ ' : '▸ ') + shortPackage(p.name))),
			make('div', { class: 'levels' }, p.curve ? levels(p) : count(tests.length, 'test')),
			p.open && p.timed ? zoomButtons(p) : ''),
		chartOf(p),
		make('div', { class: 'cell number', role: 'cell' }, number(p.goroutines)),
		make('div', { class: 'cell number', role: 'cell' }, p.curve ? number(p.peak) : ''),
		make('div', { class: 'cell number', role: 'cell' }, p.left ? number(p.left) : ''));
}

// From its birth to the end of all; where that is not known, from the end of its test.
function leftBar(t, x) {
	const p = t.package;
	const f = x.finding;
	const known = f.born !== undefined;
	const from = known ? f.born : Math.max(t.end, t.start, 0);
	const label = f.status + ' ' + f.cls.id + ': ' + count(f.count, 'goroutine') + ' of ' + f.owner +
		(known ? ', started at ' + duration(f.born) : ', when it was started is not known') + '. Open';
	const bar = make('button', { type: 'button', class: 'left-bar is-' + f.status + (known ? '' : ' is-guess'), 'aria-label': label,
		'data-tip': x.tip || f.owner + '\n' + count(f.count, 'goroutine') + ': ' + f.cause + '\n' + (known ? 'started at ' + duration(f.born) : 'when it was started is not known'),
		onclick: () => open(x.group, x.item) });
	bar.style.left = Math.max(percent(p, from), 0) + '%';
	bar.style.right = '0';
	return percent(p, from) <= 100 ? bar : '';
}

// What is too near to each other to be told apart becomes one: it says how many.
function merged(found) {
	if (found.length === 1)
		return found[0];
	const worst = found.reduce((a, x) => statuses.indexOf(x.finding.status) < statuses.indexOf(a.finding.status) ? x : a);
	const born = found.map(x => x.finding.born).filter(ns => ns !== undefined);
	const all = found.reduce((n, x) => n + x.finding.count, 0);
	return { ...worst, finding: { ...worst.finding, count: all, born: born.length ? Math.min(...born) : undefined },
		tip: worst.finding.owner + '\n' + count(all, 'goroutine') + ' at ' + number(found.length) + ' places' };
}

const NEAR = 2; // percent of the width

function clusters(p, found) {
	const born = x => x.finding.born === undefined ? -1 : percent(p, x.finding.born);
	const out = [];
	for (const x of [...found].sort((a, b) => born(a) - born(b))) {
		const last = out[out.length - 1];
		if (last && born(x) - born(last[0]) < NEAR)
			last.push(x);
		else
			out.push([x]);
	}
	return out.map(merged);
}

function trackOf(t) {
	const p = t.package;
	const track = make('div', { class: 'cell track', role: 'cell' });
	if (t.start >= 0) {
		const span = make('div', { class: 'span', 'aria-hidden': 'true',
			'data-tip': t.name + '\n' + (t.end >= 0 ? duration(t.start) + ' to ' + duration(t.end) : 'from ' + duration(t.start) + ', it did not end') });
		const from = Math.max(percent(p, t.start), -1);
		span.style.left = from + '%';
		span.style.width = Math.max(Math.min(percent(p, t.end >= 0 ? t.end : p.end), 101) - from, 0) + '%';
		if (from <= 100 && percent(p, t.end >= 0 ? t.end : p.end) >= 0)
			track.append(span);
	} else if (t.result) {
		track.append(make('span', { class: 'missing' }, (t.elapsed ? 'took ' + duration(t.elapsed) + '; ' : '') + 'when it ran is not recorded'));
	}
	putAfter(track, p);
	track.append(...clusters(p, wantedOf(t)).map(x => leftBar(t, x)).filter(Boolean));
	return track;
}

function testRow({ test: t }, i) {
	const left = t.counted ? t.left : t.found.reduce((n, x) => n + x.finding.count, 0);
	const label = filters.search || isFiltered() || $('rows').value !== 'all' ? t.name : t.label;
	const name = make('div', { class: 'cell name', role: 'rowheader', title: t.name }, label,
		t.result === 'fail' ? make('em', {}, ' failed') : t.result === 'skip' ? make('em', { class: 'skipped' }, ' skipped') : '');
	name.style.setProperty('--depth', label === t.label ? t.depth + 1 : 1);
	return make('div', { class: 'row test', role: 'row', 'aria-rowindex': i + 2 }, name, trackOf(t),
		make('div', { class: 'cell number', role: 'cell' }, t.counted ? number(t.started) : ''),
		make('div', { class: 'cell number', role: 'cell' }, t.counted ? number(t.peak) : ''),
		make('div', { class: 'cell number', role: 'cell' }, left ? number(left) : ''));
}

function makeTimeline() {
	const head = make('div', { class: 'head', role: 'rowgroup' }, make('div', { class: 'line', role: 'row', 'aria-rowindex': 1 },
		make('div', { role: 'columnheader' }, 'Package, test'), make('div', { class: 'of-time', role: 'columnheader' }, 'Time'),
		...['Started', 'Peak', 'Left'].map(label => make('div', { class: 'number', role: 'columnheader' }, label))));
	const body = make('div', { class: 'body', role: 'rowgroup' });
	const grid = make('div', { role: 'table', 'aria-label': 'Tests and what outlived them' }, head, body);
	$('timeline').append(grid);
	timeline = new List($('timeline'), body, (row, i) => row.package ? packageRow(row, i) : testRow(row, i));
	timeline.grid = grid;
	$('rows').addEventListener('change', drawTimeline);
}

const MANY_ROWS = 400;
const FIRST_OPEN = 3;

// All tests of a few packages; of many those that tell something.
function chooseRows() {
	const tests = packages.reduce((n, p) => n + p.tests.length, 0);
	const leaky = packages.filter(p => packageRank(p) < 2);
	if (tests > MANY_ROWS && leaky.length)
		$('rows').value = 'left';
	const first = tests > MANY_ROWS && leaky.length ? leaky : packages;
	first.forEach((p, i) => { p.open = tests <= MANY_ROWS || i < FIRST_OPEN; });
}

function drawTimeline() {
	timeRows = listRows();
	timeline.grid.setAttribute('aria-rowcount', timeRows.length + 1);
	timeline.set(timeRows, rowHeights());
	$('time').hidden = !packages.length;
}

/* --- one finding ------------------------------------------------------------------------------ */

function copyLine(command) {
	const code = make('code', {}, command);
	const button = make('button', { type: 'button', onclick: async () => {
		try {
			await navigator.clipboard.writeText(command);
			button.textContent = 'Copied';
		} catch {
			getSelection().selectAllChildren(code);
			button.textContent = 'Selected';
		}
	} }, 'Copy');
	return make('div', { class: 'copy' }, code, button);
}

function frame(p, mark, isIt) {
	return make('li', { class: (p.users ? '' : 'foreign') + (isIt ? ' is-it' : '') },
		make('div', { class: 'at' }, make('code', { title: p.whole }, p.name || 'unknown'), make('span', { class: 'file' }, at(p))),
		p.source ? make('pre', {}, p.source) : '', mark ? make('div', { class: 'mark' }, mark) : '');
}

const same = (a, b) => a && b && a.whole === b.whole && a.file === b.file && a.line === b.line;

// Frames of libraries in a row are folded, unless they are all.
function frames(list, marks) {
	const out = [];
	let foreign = [];
	const isMarked = p => marks.some(m => same(m.place, p));
	const flush = () => {
		if (foreign.length > 1)
			out.push(make('li', {}, make('details', {}, make('summary', {}, number(foreign.length) + ' lines of libraries'),
				make('ol', { class: 'frames' }, ...foreign.map(p => frame(p))))));
		else
			out.push(...foreign.map(p => frame(p)));
		foreign = [];
	};
	for (const p of list) {
		if (!p.users && !isMarked(p)) {
			foreign.push(p);
			continue;
		}
		flush();
		const mark = marks.find(m => same(m.place, p));
		out.push(frame(p, mark && mark.text, !!mark));
	}
	flush();
	return make('ol', { class: 'frames' }, ...out);
}

function certaintyWords(f) {
	if (f.cls.figure)
		return '';
	if (f.status === 'hung')
		return f.slow ? 'the test may be slow: a goroutine of it ran, slept or did I/O when time was over'
			: 'when time was over no goroutine of this test could go on by itself';
	return { proven: 'proven: nothing can ever wake it', confirmed: 'confirmed: still there after time to finish',
		observed: 'observed: there when the trace ended, no second witness' }[f.certainty];
}

function comparedWords(g) {
	const share = (seen, runs) => (seen ? number(seen) : 'none') + ' of ' + count(runs, 'run');
	if (!data.base || !g.standing)
		return '';
	return standingLabel(g) + ': in ' + share(g.hereSeen, g.hereRuns) + ' here, in ' + share(g.baseSeen, g.baseRuns) + ' there' +
		(g.chance ? '; that this is chance: ' + (g.chance * 100).toPrecision(2) + ' %' : '') +
		(g.baseCount && g.baseCount !== g.count ? '; ' + count(g.baseCount, 'goroutine') + ' there' : '');
}

function factList(g, f) {
	const list = make('dl', { class: 'facts' });
	const add = (label, value) => value && list.append(make('dt', {}, label), make('dd', {}, value));
	add('How sure', certaintyWords(f));
	add('Known', f.fact);
	add('Waits', [f.reason && 'in Go’s words “' + f.reason + '”', f.waited && 'for over ' + duration(f.waited)].filter(Boolean).join(', '));
	add('Started', f.born === undefined ? '' : duration(f.born) + ' after the trace of the package began');
	add('Seen', f.runs > 1 ? f.seen + ' of ' + f.runs + ' runs' : '');
	add('While', f.while);
	add('Base', comparedWords(g));
	add('Allowed by', f.allowance && f.status === 'allowed' ? f.allowance + (f.excuse ? ': ' + f.excuse : '') : '');
	add('Too many', f.allowance && f.status !== 'allowed' && f.allowed ? f.allowance + ' allows ' + number(f.allowed) : '');
	add('Only shown', f.tolerated ? 'mode: report, it fails nothing' : '');
	add('Evidence', f.why);
	return list;
}

function suspectList(f) {
	if (!f.suspects.length && !f.note)
		return [];
	return [make('h3', {}, 'Whose change it may be'), f.note ? make('p', { class: 'quiet' }, f.note) : '',
		...f.suspects.map(s => make('div', { class: 'suspect' },
			make('div', {}, make('code', {}, s.sha ? s.sha.slice(0, 10) : 'not committed'), ' ' + s.summary),
			make('div', { class: 'quiet' }, [s.author, s.date.slice(0, 10)].filter(Boolean).join(', ')),
			...s.reasons.map(r => make('div', { class: 'quiet' }, r.text + (r.file ? ' (' + r.file + (r.line ? ':' + r.line : '') + ')' : '')))))];
}

function wayOf(f) {
	const out = [];
	const chain = f.chain.length ? f.chain : f.created ? [f.created] : [];
	if (chain.length)
		out.push(make('h3', {}, 'From the test to the go statement'),
			frames(chain, [{ place: f.created || chain[chain.length - 1], text: f.started ? 'starts ' + f.started : 'starts it' }]));
	const stack = f.stack.length ? f.stack : f.blocked ? [f.blocked] : [];
	if (stack.length)
		out.push(make('h3', {}, 'Where it hangs'),
			frames(stack, [{ place: f.blocked || stack[0], text: f.cls.id === 'spin' ? 'runs here' : 'hangs here' }]));
	return out;
}

function commandsOf(g, f) {
	if (!f)
		return [];
	return [make('h3', {}, 'Again'), copyLine(f.again),
		...(g.key && f.status === 'leak' ? [make('h3', {}, 'Excuse'), copyLine('straggler allow ' + g.key)] : []),
		make('h3', {}, 'Read on'), copyLine('straggler explain ' + f.cls.id),
		f.cls.docs ? make('p', {}, make('a', { href: f.cls.docs, rel: 'noreferrer noopener' }, 'Go’s documentation')) : ''];
}

const VARIANTS = 300;

function variants(g, item) {
	if (g.items.length < 2)
		return [];
	return [make('h3', {}, count(g.items.length, 'finding') + ' of this go statement, ' + count(g.count, 'goroutine')),
		make('ul', { class: 'variants' }, ...g.items.slice(0, VARIANTS).map((f, i) => make('li', {},
			make('button', { type: 'button', 'aria-current': String(i === item), onclick: () => open(g, i) },
				make('span', {}, f.owner), make('span', { class: 'number quiet' }, f.cls.id + ' ×' + number(f.count)))))),
		g.items.length > VARIANTS ? make('p', { class: 'quiet' }, number(g.items.length - VARIANTS) + ' more are not listed') : ''];
}

function sentence(f) {
	if (f.cls.figure)
		return number(f.count) + (f.cls.unit === 'MiB' ? ' MiB ' : ' goroutine' + (f.count === 1 ? ' ' : 's ')) + f.cause;
	return count(f.count, 'goroutine') + (f.count === 1 ? ' ' : ': each ') + f.cause;
}

// Names of subtests are long: a line may end behind each of their parts.
const breakable = name => name.split(/(?<=[/_])/).flatMap(part => [part, make('wbr')]);

function story(g, item, headline) {
	const f = g.items[item];
	const title = make(headline, headline === 'h2' ? { id: 'detail-title' } : {}, ...breakable(f ? f.owner : g.owner));
	const where = make('p', { class: 'where' }, g.package + (g.key ? ' · ' + g.key : ''));
	if (!f)
		return [title, where, make('p', { class: 'cause' }, 'Only the base has this: ' + count(g.baseCount, 'goroutine') + ', ' + g.cls.id),
			make('dl', { class: 'facts' }, make('dt', {}, 'Base'), make('dd', {}, comparedWords(g)))];
	return [title, where, make('p', { class: 'cause' }, sentence(f)),
		f.cls.usually ? make('p', { class: 'usually' }, make('b', {}, 'Usually: '), f.cls.usually) : '', factList(g, f), ...variants(g, item), ...wayOf(f),
		...suspectList(f), ...commandsOf(g, f)];
}

function neighbour(g, step) {
	const i = shown.indexOf(g);
	return i < 0 ? undefined : shown[i + step];
}

function dialogHead(g) {
	const to = (sign, label, step) => make('button', { type: 'button', 'aria-label': label, title: label, disabled: !neighbour(g, step), 'data-step': step,
		onclick: () => {
			open(neighbour(g, step));
			const again = $('detail').querySelector('[data-step="' + step + '"]:not(:disabled)');
			(again || $('detail').querySelector('.close')).focus();
		} }, sign);
	return make('div', { class: 'top' }, badge(g.status), g.standing ? badge(g.standing, standingLabel(g)) : '', make('code', {}, g.cls.id),
		make('span', { class: 'spring' }), to('‹', 'The one before', -1), to('›', 'The next', 1),
		make('button', { type: 'button', class: 'close', onclick: () => $('detail').close() }, 'Close'));
}

function remember(hash) {
	try {
		history.replaceState(null, '', hash || location.pathname + location.search);
	} catch {
		// A page without an address of its own has nothing to remember.
	}
}

function open(g, item = 0) {
	const dialog = $('detail');
	dialog.replaceChildren(dialogHead(g), make('div', { class: 'in' }, ...story(g, item, 'h2')));
	if (!dialog.open)
		dialog.showModal();
	dialog.scrollTop = 0;
	remember(g.key && '#' + encodeURIComponent(g.key));
}

function openNamed() {
	const key = decodeURIComponent(location.hash.slice(1));
	const g = key && groups.find(x => x.key === key);
	if (g)
		open(g);
}

/* --- the head of the page --------------------------------------------------------------------- */

const NOTICED = 6;

function notice(title, items) {
	const list = some => make('ul', {}, ...some.map(i => make('li', {}, i)));
	const rest = items.slice(NOTICED);
	$('notices').append(make('div', { class: 'notice' }, make('h2', {}, title), list(items.slice(0, NOTICED)),
		rest.length ? make('details', {}, make('summary', {}, number(rest.length) + ' more'), list(rest)) : ''));
}

function drawNotices() {
	const unchecked = packages.filter(p => p.checked);
	if (!data.ended)
		notice('The run was interrupted', ['What had ended by then is here, no more.']);
	if (unchecked.length)
		notice(count(unchecked.length, 'package') + (unchecked.length === 1 ? ' was' : ' were') + ' not checked, or in part',
			unchecked.map(p => p.name + (p.checked === 'no' ? ', not checked: ' : ', in part: ') + p.why));
	if (data.warnings.length)
		notice('The configuration', data.warnings.map(w => text(w.place) + ': ' + text(w.text)));
	const gone = packages.reduce((n, p) => n + p.gone, 0), undecided = packages.reduce((n, p) => n + p.undecided, 0);
	if (gone || undecided)
		notice('What the first run could not decide', [
			gone ? count(gone, 'goroutine') + ' did not come again in a second look: no leak' : '',
			undecided ? count(undecided, 'goroutine') + ' could not be looked at again: nobody knows' : ''].filter(Boolean));
}

function baseWords() {
	const b = data.base;
	const commit = text(b.commit).slice(0, 7);
	return (text(b.rev) || 'the base') + (commit ? ' (' + commit + ')' : '') + ', ' + count(b.runs, 'run') + ' here, ' + number(b.base_runs) + ' there';
}

function drawHead() {
	const [verdict, ...extent] = text(data.totals).split('; ');
	const leaks = groups.some(g => g.status === 'leak' && (!data.base || g.standing === 'new'));
	const checked = packages.some(p => p.checked !== 'no');
	$('verdict').textContent = verdict.charAt(0).toUpperCase() + verdict.slice(1);
	$('verdict').className = leaks ? 'is-bad' : checked ? 'is-good' : '';
	$('extent').textContent = extent.join('; ').replace(/^checked/, 'Checked');
	document.title = verdict + ' – ' + (text(data.module) || 'straggler');
	const add = (label, value) => value && $('facts').append(make('div', {}, make('dt', {}, label), make('dd', {}, value)));
	add('module', text(data.module));
	add('commit', text(data.head).slice(0, 12));
	add('began', text(data.began).replace('T', ' ').replace('Z', ' UTC'));
	add('Go', text(data.go).replace(/^go/, ''));
	add('compared with', data.base && baseWords());
	add('command', make('code', {}, text(data.command)));
	$('made').textContent = 'Made by straggler ' + text(data.tool) + ' from a run file. Nothing in this page comes from or goes to a network.';
}

function drawTheme() {
	const dark = matchMedia('(prefers-color-scheme: dark)');
	const current = () => document.documentElement.dataset.theme || (dark.matches ? 'dark' : 'light');
	const label = () => { $('theme').textContent = current() === 'dark' ? 'Light' : 'Dark'; };
	$('theme').addEventListener('click', () => {
		document.documentElement.dataset.theme = current() === 'dark' ? 'light' : 'dark';
		label();
	});
	dark.addEventListener('change', label);
	label();
}

// Of what the pointer is over, where it says too little by itself.
function drawTips() {
	const tip = $('tip');
	document.addEventListener('pointerover', event => {
		const words = event.target.closest && event.target.closest('[data-tip]');
		tip.hidden = !words;
		if (!words)
			return;
		tip.textContent = words.dataset.tip;
		const box = tip.getBoundingClientRect();
		tip.style.left = Math.max(8, Math.min(event.clientX + 12, innerWidth - box.width - 8)) + 'px';
		tip.style.top = (event.clientY + 16 + box.height > innerHeight ? event.clientY - box.height - 10 : event.clientY + 16) + 'px';
	});
}

/* --- on paper ------------------------------------------------------------------------------------ */

const PRINTED = 200;

function preparePrint() {
	const on = shown.slice(0, PRINTED);
	$('print').replaceChildren(make('h2', {}, count(shown.length, 'finding')),
		...on.map(g => make('article', {}, make('p', {}, badge(g.status), ' ', make('code', {}, g.cls.id)), ...story(g, 0, 'h3'))),
		shown.length > on.length ? make('p', {}, number(shown.length - on.length) + ' more are not printed: filter them') : '');
	for (const details of $('print').querySelectorAll('details'))
		details.open = true;
}

/* --- all of it ----------------------------------------------------------------------------------- */

function update() {
	drawTable();
	drawTimeline();
	const some = isFiltered() || filters.search || filters.package;
	$('shown').textContent = (some ? number(shown.length) + ' of ' : '') + count(groups.length, 'finding');
	$('unfilter').hidden = !some;
}

drawTheme();
drawHead();
drawNotices();
fillFilters();
makeTable();
makeTimeline();
chooseRows();
update();
drawTips();
$('detail').addEventListener('close', () => remember(''));
$('detail').addEventListener('click', event => event.target === $('detail') && $('detail').close());
narrow.addEventListener('change', update);
addEventListener('hashchange', openNamed);
addEventListener('beforeprint', preparePrint);
$('filters').hidden = groups.length + packages.length === 0;
openNamed();

})();

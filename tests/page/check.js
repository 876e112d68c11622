'use strict';
// check.js MODULES PAGES: opens the pages in Chromium and prints TAP. MODULES is where the packages of
// package.json are, PAGES has an HTML file for each run.
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');
const [modules, pages] = process.argv.slice(2);
const { chromium } = require(path.join(modules, 'playwright-core'));
const axe = fs.readFileSync(path.join(modules, 'axe-core/axe.min.js'), 'utf8');

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];
const wide = { width: 1400, height: 900 }, narrow = { width: 390, height: 800 };

let browser, ran = 0, failed = 0;

function equal(what, got, want) {
	if (JSON.stringify(got) !== JSON.stringify(want))
		throw new Error(`${what}: ${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
}

function isTrue(what, value) {
	if (!value)
		throw new Error(what);
}

// A page and all that it complained about or asked for; it must be nothing.
async function open(name, options = {}) {
	const page = await browser.newPage({ viewport: wide, colorScheme: 'light', ...options });
	const complaints = [];
	const url = pathToFileURL(path.join(pages, name + '.html')).href;
	page.on('console', m => complaints.push(`${m.type()}: ${m.text()}`));
	page.on('pageerror', e => complaints.push(String(e)));
	page.on('dialog', d => { complaints.push(`dialog: ${d.message()}`); d.dismiss(); });
	page.on('request', r => { if (r.url().split('#')[0] !== url && !r.url().startsWith('data:')) complaints.push(`asked for ${r.url()}`); });
	await page.goto(url + (options.hash || ''));
	page.quiet = () => equal('complaints', complaints, []);
	return page;
}

async function test(what, run) {
	let why = '';
	try {
		await run();
	} catch (e) {
		why = String(e.stack).replace(/^/gm, '# ') + '\n';
		failed++;
	}
	process.stdout.write(`${why}${why ? 'not ' : ''}ok ${++ran} - ${what}\n`);
	for (const context of browser.contexts())
		await context.close();
}

const texts = (page, selector) => page.$$eval(selector, all => all.map(e => e.innerText.trim()));
const rows = page => texts(page, '#table .row .what button');

async function everyRun() {
	for (const file of fs.readdirSync(pages)) {
		const page = await open(file.replace(/\.html$/, ''));
		isTrue(`${file}: no verdict`, (await page.innerText('h1')) !== 'straggler');
		page.quiet();
		await page.context().close();
	}
}

async function filters() {
	const page = await open('real');
	const all = Number((await page.innerText('#shown')).split(' ')[0]);
	await page.selectOption('#class', 'mutex');
	isTrue('some are shown', (await rows(page)).length > 0);
	equal('classes', [...new Set(await texts(page, '#table .row .class'))], ['mutex']);
	isTrue('the count', /^\d+ of \d+ findings$/.test(await page.innerText('#shown')));
	equal('bars', await page.$$eval('.left-bar', b => b.every(e => e.ariaLabel.includes(' mutex: '))), true);
	await page.click('#unfilter');
	equal('all again', Number((await page.innerText('#shown')).split(' ')[0]), all);
	await page.fill('#search', 'bank.go');
	isTrue('files are found', (await texts(page, '#table .row .package')).every(p => p === './bank'));
	await page.fill('#search', 'there is no such thing');
	equal('none', await page.innerText('#none'), 'No finding is like that.');
	await page.click('#unfilter');
	await page.locator('.chip', { hasText: 'note' }).click();
	equal('statuses', [...new Set(await texts(page, '#table .row .status'))], ['note']);
	page.quiet();
}

async function sorting() {
	const page = await open('big');
	const values = async () => (await texts(page, '#table .row .waited')).map(parseFloat);
	await page.click('[data-column=waited]');
	equal('the state', await page.getAttribute('[role=columnheader]:has([data-column=waited])', 'aria-sort'), 'descending');
	equal('the focus', await page.evaluate(() => document.activeElement.dataset.column), 'waited');
	await page.click('[data-column=what]');
	const names = await rows(page);
	equal('by name', names, [...names].sort());
	await page.click('[data-column=what]');
	equal('the other way', (await rows(page))[0] > names[0], true);
	isTrue('numbers', (await values()).every(n => n > 0));
	page.quiet();
}

async function finding() {
	const page = await open('real');
	await page.fill('#search', 'TestSnapshotKept');
	await page.click('#table .row button');
	equal('title', await page.innerText('#detail-title'), 'TestSnapshotKept');
	const words = await page.innerText('#detail');
	for (const part of ['waits for a lock', 'Usually:', 'bank/bank.go:', 'hangs here', 'starts ', 'straggler test -run', 'straggler allow '])
		isTrue(`"${part}" is missing`, words.includes(part));
	isTrue('source lines', (await texts(page, '#detail pre')).some(line => line.includes('go ')));
	const hash = await page.evaluate(() => location.hash);
	isTrue('an address', /^#[0-9a-f]{8}$/.test(hash));
	await page.keyboard.press('Escape');
	equal('closed', await page.$eval('#detail', d => d.open), false);
	equal('focus comes back', await page.evaluate(() => document.activeElement.innerText), 'TestSnapshotKept');
	const again = await open('real', { hash });
	equal('opened by its address', await again.innerText('#detail-title'), 'TestSnapshotKept');
	page.quiet();
}

async function timeline() {
	const page = await open('real');
	const bar = page.locator('.left-bar').first();
	isTrue('a label', /^leak [a-z-]+: \d+ goroutines? of Test.*, started at .*Open$/.test(await bar.getAttribute('aria-label')));
	await bar.click({ position: { x: 2, y: 4 } });
	isTrue('it opens', await page.$eval('#detail', d => d.open));
	await page.keyboard.press('Escape');
	isTrue('curves', (await page.$$('.chart .high')).length > 1);
	isTrue('before, peak, after', /before \d+ · peak \d+ · after \d+ · left \d+/.test(await page.locator('.chart').first().getAttribute('aria-label')));
	const ticks = await texts(page, '.opened .tick');
	await page.locator('[data-zoom="Zoom in"]').first().click();
	isTrue('zooming', JSON.stringify(await texts(page, '.opened .tick')) !== JSON.stringify(ticks));
	equal('zooming by keys goes on', await page.evaluate(() => document.activeElement.dataset.zoom), 'Zoom in');
	await page.locator('[data-zoom="Show all of the time"]').first().click();
	equal('and back', await texts(page, '.opened .tick'), ticks);
	const box = await page.locator('.opened .chart').first().boundingBox();
	await page.mouse.move(box.x + box.width * 0.6, box.y + 20);
	await page.mouse.down();
	await page.mouse.move(box.x + box.width * 0.8, box.y + 20);
	await page.mouse.up();
	isTrue('zooming by the pointer', JSON.stringify(await texts(page, '.opened .tick')) !== JSON.stringify(ticks));
	await page.selectOption('#rows', 'failed');
	page.quiet();
}

async function keyboard() {
	const page = await open('big');
	await page.focus('#table');
	for (let i = 0; i < 10; i++)
		await page.keyboard.press('Tab');
	const first = await page.evaluate(() => document.activeElement.innerText);
	for (let i = 0; i < 40; i++)
		await page.keyboard.press('ArrowDown');
	const far = await page.evaluate(() => document.activeElement.innerText);
	isTrue(`arrows move from ${first} to ${far}`, far !== first && far.startsWith('Test'));
	await page.keyboard.press('End');
	isTrue('the last is in sight', await page.evaluate(() => {
		const row = document.activeElement.getBoundingClientRect(), box = document.getElementById('table').getBoundingClientRect();
		return row.top >= box.top && row.bottom <= box.bottom;
	}));
	const last = await page.evaluate(() => document.activeElement.innerText);
	await page.keyboard.press('Enter');
	equal('it opens', await page.innerText('#detail-title'), last);
	await page.keyboard.press('Escape');
	equal('and closes', await page.evaluate(() => document.activeElement.innerText), last);
	page.quiet();
}

async function comparison() {
	const page = await open('compared');
	isTrue('the head says with what', (await page.innerText('#facts')).includes('main (9c1d2e4), 2 runs here, 3 there'));
	equal('chips', await texts(page, '#standings .chip'), ['new 1', 'flaky 1', 'known 1', 'gone 1']);
	await page.locator('#standings .chip', { hasText: 'gone' }).click();
	equal('what only the base has', await rows(page), ['TestGone']);
	await page.click('#table .row button');
	isTrue('its numbers', (await page.innerText('#detail')).includes('gone: in none of 2 runs here, in 3 of 3 runs there'));
	page.quiet();
}

async function accessible(name, prepare) {
	for (const colorScheme of ['light', 'dark'])
		for (const viewport of [wide, narrow]) {
			const page = await open(name, { colorScheme, viewport, bypassCSP: true });
			await prepare(page);
			await page.evaluate(axe);
			const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
			equal(`${name} ${colorScheme} ${viewport.width}`, violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + ' ' + n.failureSummary)]), []);
			isTrue('nothing is wider than the page', await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
			page.quiet();
			await page.context().close();
		}
}

async function hostile() {
	const page = await open('injection');
	await page.click('#table .row button');
	isTrue('names are text', (await page.innerText('#detail-title')).includes('<script>alert(1)</script>'));
	const found = await page.evaluate(() => [document.querySelectorAll('script').length, document.querySelectorAll('img, iframe, failure, b i').length]);
	equal('elements', found, [2, 0]);
	await page.evaluate(() => { dispatchEvent(new Event('beforeprint')); });
	page.quiet();
	for (const put of ['<script>window.owned = 1</script>', '<img src="data:," onerror="window.owned = 1">'])
		await page.evaluate(html => document.body.append(document.createRange().createContextualFragment(html)), put);
	await page.waitForTimeout(100);
	equal('the policy holds', await page.evaluate(() => window.owned), undefined);
}

// What the page's thread computed while something was done, in ms: other programs do not count.
async function cost(session, act) {
	const used = async () => (await session.send('Performance.getMetrics')).metrics.find(m => m.name === 'TaskDuration').value * 1000;
	const before = await used();
	await act();
	return Math.round(await used() - before);
}

const FRAMES = 40;

async function scroll(page, id) {
	for (let i = 1; i <= FRAMES; i++)
		await page.$eval('#' + id, (e, i) => new Promise(drawn => { e.scrollTop = i * 733; requestAnimationFrame(() => requestAnimationFrame(drawn)); }), i);
}

async function quick() {
	const size = fs.statSync(path.join(pages, 'big.html')).size;
	const page = await open('big');
	const session = await page.context().newCDPSession(page);
	await session.send('Performance.enable', { timeDomain: 'threadTicks' });
	const costs = {
		loading: await cost(session, () => page.reload()),
		rows: await cost(session, () => page.selectOption('#rows', 'all')),
		table: await cost(session, () => scroll(page, 'table')) / FRAMES,
		timeline: await cost(session, () => scroll(page, 'timeline')) / FRAMES,
		searching: await cost(session, () => page.fill('#search', 'frame3')),
		clearing: await cost(session, () => page.fill('#search', '')),
		sorting: await cost(session, () => page.click('[data-column=place]')),
	};
	const elements = await page.evaluate(() => document.querySelectorAll('*').length);
	process.stdout.write(`# ${size} bytes, ${elements} elements, ms: ${JSON.stringify(costs)}\n`);
	isTrue('size', size < 2e6);
	isTrue('elements', elements < 5000);
	isTrue('a frame', costs.table < 50 && costs.timeline < 50);
	isTrue('the rest', costs.loading < 3000 && Object.values(costs).every((ms, i) => !i || ms < 500));
	page.quiet();
}

async function older() {
	const page = await open('leaks');
	isTrue('it says so', (await page.innerText('#timeline')).includes('No curve: the run file does not have it.'));
	isTrue('tests are told', (await page.innerText('#timeline')).includes('when it ran is not recorded'));
	isTrue('no bar is made up', (await page.$$('.span')).length === 0);
	page.quiet();
}

async function printed() {
	const page = await open('classes');
	await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
	await page.emulateMedia({ media: 'print' });
	const words = await page.innerText('body');
	isTrue('findings', (await page.$$('#print article')).length > 1 && words.includes('straggler test '));
	isTrue('no controls', !words.includes('all classes'));
	const pdf = await page.pdf();
	isTrue('a document', pdf.subarray(0, 5).toString() === '%PDF-');
	page.quiet();
}

async function unscripted() {
	const page = await open('leaks', { javaScriptEnabled: false });
	isTrue('says what to do', (await page.innerText('main')).includes('straggler report term'));
}

(async () => {
	browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
	await test('every run loads, asks for nothing and complains about nothing', everyRun);
	await test('filters narrow table and time line', filters);
	await test('columns sort both ways', sorting);
	await test('a finding opens, and has an address', finding);
	await test('the time line shows survivors, curves, and a part of the time', timeline);
	await test('the keyboard reaches all rows', keyboard);
	await test('a comparison shows what is new, known, flaky and gone', comparison);
	await test('axe finds nothing, light and dark, narrow and wide', () => accessible('real', async () => {}));
	await test('nor in a finding', () => accessible('groups', page => page.click('#table .row button')));
	await test('nor in a comparison', () => accessible('compared', async () => {}));
	await test('nor where little is known', () => accessible('unchecked', async () => {}));
	await test('a hostile run is text', hostile);
	await test('1,000 findings take less than 2 MB, 5,000 tests with 50,000 goroutines do not stutter', quick);
	await test('what an older run file lacks is said', older);
	await test('it prints', printed);
	await test('without scripts it says what to do', unscripted);
	await browser.close();
	process.stdout.write(`1..${ran}\n`);
	process.exitCode = failed ? 1 : 0;
})();

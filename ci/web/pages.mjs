// Drives the pages in a folder in a real browser, headless, and looks at what a person would see.
// With a second folder, it also takes pictures of them there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const folder = resolve(process.argv[2]);
const pictures = process.argv[3] && resolve(process.argv[3]);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });

const factsOf = name => JSON.parse(readFileSync(join(folder, `${name}.facts`), 'utf-8'));

async function open(name, { scheme = 'light', width = 1440, height = 800 } = {}) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
  page.problems = [];
  page.on('pageerror', error => page.problems.push(error.stack));
  page.on('console', message => page.problems.push(message.text()));
  page.on('request', request => {
    if (!request.url().startsWith('data:') && !request.url().endsWith(`/${name}.html`)) page.problems.push(`asks for ${request.url()}`);
  });
  const start = performance.now();
  await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
  await page.waitForSelector('html[data-ready]', { timeout: 20_000 });
  page.milliseconds = Math.round(performance.now() - start);
  return page;
}
async function close(page) {
  assert.deepEqual(page.problems, []);
  await page.close();
}
const texts = (page, selector) => page.$$eval(selector, found => found.map(each => each.textContent.trim()));
const keys = page => page.$$eval('.box', found => found.map(each => each.dataset.key));
async function searchFor(page, text) {
  await page.fill('#search', text);
  await page.press('#search', 'Enter');
}

const checks = {
  async 'a click on an object shows its path, in words and in the picture'() {
    const page = await open('cache');
    assert.deepEqual((await keys(page)).sort(), ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n8', 'outside']);
    await page.click('[data-key="n5"]');
    assert.equal(await page.textContent('#details h2'), 'Session');
    assert.deepEqual(await texts(page, '#path li'), ['Cache #0 2 external handles', '.entries[3].callback → Closure<Cache> #4', '.captured.1 → Session #5']);
    assert.deepEqual((await page.$$eval('.box.on-path', found => found.map(each => each.dataset.key))).sort(), ['n0', 'n4', 'n5']);
    assert.equal(await page.locator('.link.on-path').count(), 2);
    // An object in the path is a link to it.
    await page.click('#path button >> nth=1');
    assert.equal(await page.textContent('#details h2'), 'Closure<Cache>');
    assert.equal(await page.locator('.box.selected').getAttribute('data-key'), 'n4');
    await close(page);
  },
  async 'garbage says so, with its cycle, and nothing leads to it'() {
    const page = await open('cache');
    await page.click('[data-key="n8"]');
    assert.match(await page.textContent('#verdict'), /a collection would free it/);
    assert.deepEqual(await texts(page, '#cycle li'), ['Ring #6', '.next → Ring #7', '.leaf → Leaf #8']);
    await page.click('[data-key="n7"]');
    assert.deepEqual(await texts(page, '#cycle li'), ['Ring #7', '.next → Ring #6', '.next → Ring #7']);
    assert.equal(await page.locator('#path').count(), 0);
    await close(page);
  },
  async 'a search finds types and objects, and a table sorts'() {
    const page = await open('server');
    const facts = factsOf('server');
    await page.fill('#search', 'session::');
    assert.deepEqual(await texts(page, 'tr.type td:first-child'), ['Session', 'Table']);
    const sessions = facts.nodes.filter(node => node.type === 'server::session::Session');
    assert.equal((await texts(page, 'tr.type:first-child td'))[1], String(sessions.length));
    await page.click('tr.type:first-child');
    await page.click('tr.object >> nth=2');
    assert.equal(await page.textContent('#details h2'), 'Session');
    assert.match(await page.locator('.box.selected').getAttribute('aria-label'), /^Session #/);
    await page.fill('#search', 'no such thing');
    assert.ok(await page.isVisible('#nothing'));
    await searchFor(page, '#2');
    assert.equal(await page.textContent('#details h2'), 'Table');
    await searchFor(page, '0x560000000');
    assert.equal(await page.textContent('#details h2'), 'Server');
    await page.fill('#search', '');
    await page.click('[data-sort="count"]');
    const counts = (await texts(page, 'tr.type td:nth-child(2)')).map(text => Number(text.replaceAll(',', '')));
    assert.deepEqual(counts, counts.toSorted((a, b) => b - a));
    await close(page);
  },
  async 'a name is text, whatever is in it'() {
    const page = await open('server');
    await searchFor(page, '</script>');
    await page.click('tr.object');
    assert.equal(await page.textContent('#details .full'), 'dyn core::ops::Fn(&str) -> </script><b>');
    assert.equal(await page.locator('b').count(), 0);
    await close(page);
  },
  async 'every path is as long as the library says'() {
    const page = await open('server');
    const facts = factsOf('server');
    for (let id = 0; id < facts.nodes.length; id += 37) {
      await searchFor(page, `#${id}`);
      const { distance } = facts.nodes[id];
      const steps = await page.locator('#path li').count();
      assert.equal(steps, distance === null ? 0 : distance > 25 ? 1 + 2 * 12 + 1 : 1 + distance, `#${id}`);
      // Its box is shown, and selected.
      assert.equal(await page.locator('.box.selected').getAttribute('data-key'), `n${id}`);
    }
    await close(page);
  },
  async 'boxes expand and fold, several objects come out of their common box, and the picture moves'() {
    const page = await open('server');
    const before = await keys(page);
    // The log's box stands for its lines, too, and some of them have handles of sessions.
    const others = await page.$$eval('.link.other title', found => found.map(each => each.textContent));
    assert.ok(others.some(title => /^Queue<Line> #3 (\.about|\d+ handles) → .*Session/.test(title)), others.join('\n'));
    const common = before.find(key => key.startsWith('t'));
    await page.click(`[data-key="${common}"] .toggle`);
    const more = await keys(page);
    assert.ok(more.length > before.length);
    await page.locator('[data-key="n0"] .toggle').click();
    assert.ok((await keys(page)).length < more.length);
    await page.locator('[data-key="n0"]').focus();
    await page.keyboard.press(' ');
    assert.deepEqual(await keys(page), more);
    await page.keyboard.press('Enter');
    assert.equal(await page.textContent('#details h2'), 'Server');
    const place = () => page.getAttribute('#world', 'transform');
    const scale = text => Number(text.match(/scale\((.*)\)/)[1]);
    let was = await place();
    const box = await page.locator('#picture').boundingBox();
    await page.mouse.move(box.x + 30, box.y + box.height - 30);
    await page.mouse.wheel(0, -300);
    await page.waitForFunction(was => document.getElementById('world').getAttribute('transform') !== was, was);
    assert.ok(scale(await place()) > scale(was));
    was = await place();
    await page.mouse.down();
    await page.mouse.move(box.x + 130, box.y + box.height - 90, { steps: 4 });
    await page.mouse.up();
    assert.notEqual(await place(), was);
    assert.equal(scale(await place()), scale(was));
    await page.click('#reset');
    assert.deepEqual(await keys(page), before);
    await close(page);
  },
  async '100,000 objects: loads, searches, and shows the path'() {
    const page = await open('large');
    console.log(`  ready after ${page.milliseconds} ms`);
    const start = performance.now();
    await page.fill('#search', 'dom::');
    await page.click('tr.type');
    await page.click('tr.object >> nth=50');
    assert.equal(await page.textContent('#details h2'), 'Element');
    assert.equal((await texts(page, '#path li'))[0], 'Server #0 1 external handle');
    await page.click('#show-path');
    assert.ok(await page.locator('.box.on-path').count() >= 3);
    console.log(`  a type, an object and its path after ${Math.round(performance.now() - start)} ms more`);
    assert.ok(await page.locator('.box').count() < 300);
    await close(page);
  },
  async 'a list of 100,000: shows a piece of it'() {
    const page = await open('chain');
    console.log(`  ready after ${page.milliseconds} ms`);
    await searchFor(page, '#70000');
    assert.match(await page.textContent('#crumbs'), /^Starts at Outside › [\d,]+ more › Link/);
    assert.match((await texts(page, '#path li')).join('\n'), /^Link #0 1 external handle[^]*69,976 more handles[^]*Link #70000$/);
    await page.click('#crumbs button');
    assert.equal((await keys(page))[0], 'outside');
    await close(page);
  },
  async 'no objects: says so'() {
    const page = await open('empty');
    assert.match(await page.textContent('#summary'), /^0 objects/);
    await close(page);
  },
  async 'text can be read in light and in dark, and nothing sticks out of a narrow window'() {
    for (const scheme of ['light', 'dark']) {
      const page = await open('server', { scheme, width: 800 });
      const colors = await page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        const shown = { scheme: getComputedStyle(document.body).backgroundColor };
        for (const name of ['back', 'panel', 'text', 'dim', 'accent', 'held', 'garbage', 'path', 'accent-back', 'held-back', 'garbage-back', 'path-back']) {
          shown[name] = style.getPropertyValue(`--${name}`).trim();
        }
        shown.sticksOut = document.documentElement.scrollWidth - document.documentElement.clientWidth;
        return shown;
      });
      assert.equal(colors.scheme, scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 24, 31)');
      assert.equal(colors.sticksOut, 0);
      const light = color => {
        const [r, g, b] = [1, 3, 5].map(at => parseInt(color.slice(at, at + 2), 16) / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
      };
      for (const [text, back] of ['text/back', 'text/panel', 'text/held-back', 'text/garbage-back', 'text/path-back', 'dim/back', 'dim/panel', 'dim/accent-back',
        'dim/held-back', 'dim/garbage-back', 'dim/path-back', 'accent/panel', 'accent/back', 'held/panel', 'garbage/garbage-back', 'garbage/panel', 'path/panel',
        'path/back'].map(pair => pair.split('/'))) {
        const [a, b] = [light(colors[text]), light(colors[back])];
        const contrast = Math.max(a, b) / Math.min(a, b);
        assert.ok(contrast >= 4.5, `${scheme}: ${text} on ${back} has a contrast of ${contrast.toFixed(2)}`);
      }
      await close(page);
    }
  },
};

let passed = 0, failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    passed++;
    console.log(`ok: ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED: ${name}\n${error.stack}`);
  }
}

if (pictures) {
  for (const scheme of ['light', 'dark']) {
    const page = await open('cache', { scheme, width: 1440, height: 600 });
    await page.click('[data-key="n5"]');
    await page.mouse.move(700, 560);
    await page.screenshot({ path: join(pictures, `heap-${scheme}.png`) });
    await page.close();
  }
  const page = await open('large', { width: 1440, height: 800 });
  await page.fill('#search', 'session');
  await page.click('tr.type');
  await page.click('tr.object >> nth=3');
  await page.click('#show-path');
  await page.mouse.move(700, 700);
  await page.screenshot({ path: join(pictures, 'heap-large.png') });
  await page.close();
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;

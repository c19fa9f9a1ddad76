// Draws the heap that stands in the element `data`; page.rs says what is in there.
//
// The picture is the dominator tree: under an object is what it alone keeps alive. Only a part of it is
// shown at a time. Each object is in exactly one box: its own; or, if that is not shown, the box of the
// nearest dominator that is; or a box of several objects of one type. A handle is drawn between the boxes
// of its two objects. All text is set as text, never as markup.
(() => {
'use strict';

// ---- The heap ----

const data = JSON.parse(document.getElementById('data').textContent);
const count = data.type.length;
const OUTSIDE = count;
const handles = data.edgeTo.length;
const first = new Uint32Array(count + 1); // Of the edges of each object.
for (let id = 0; id < count; id++) first[id + 1] = first[id] + data.edgeCounts[id];
const source = new Uint32Array(handles);
for (let id = 0; id < count; id++) source.fill(id, first[id], first[id + 1]);
const target = Uint32Array.from(data.edgeTo);
const dominator = Uint32Array.from(data.dominator);
const holes = data.shapes.map(shape => shape.filter(part => part === null).length);
const firstIndex = new Uint32Array(handles + 1);
for (let edge = 0; edge < handles; edge++) firstIndex[edge + 1] = firstIndex[edge] + holes[data.edgeShape[edge]];

// Lists of numbers by key, in two arrays, as in rows.rs.
function group(lists, keys) {
  const starts = new Uint32Array(lists + 1);
  for (const key of keys) starts[key + 1]++;
  for (let key = 0; key < lists; key++) starts[key + 1] += starts[key];
  const free = starts.slice();
  const items = new Uint32Array(keys.length);
  keys.forEach((key, item) => { items[free[key]++] = item; });
  return key => items.subarray(starts[key], starts[key + 1]);
}
const children = group(count + 1, dominator);
const incoming = group(count, target);
const ofType = group(data.types.length, data.type);

// Each object after its dominators.
const order = new Uint32Array(count);
{
  let length = 0;
  for (const id of children(OUTSIDE)) order[length++] = id;
  for (let next = 0; next < length; next++) for (const id of children(order[next])) order[length++] = id;
}
const retainedCount = new Uint32Array(count + 1).fill(1);
for (let place = count - 1; place >= 0; place--) retainedCount[dominator[order[place]]] += retainedCount[order[place]];

const HELD = 0, UNREACHED = 1; // Else `via` is 2 more than an edge.
const isHeld = id => data.via[id] === HELD;
const isGarbage = id => data.via[id] === UNREACHED;
const shortName = id => data.shortTypes[data.type[id]];
const size = data.size, retained = data.retained;
const totalSize = size.reduce((sum, bytes) => sum + bytes, 0);

function pathOf(edge) {
  let index = firstIndex[edge];
  const text = data.shapes[data.edgeShape[edge]]
    .map(part => part === null ? `[${data.indices[index++]}]` : `.${part}`).join('');
  return text || '*';
}
function holder(id) {
  const external = data.external[id];
  if (external === 1) return '1 external handle';
  if (external > 1) return `${number(external)} external handles`;
  return data.flags[id] & 8 ? 'immortal' : 'frozen';
}
// The edges of a shortest path from a held object.
function pathTo(id) {
  const edges = [];
  while (data.via[id] > UNREACHED) {
    edges.push(data.via[id] - 2);
    id = source[data.via[id] - 2];
  }
  return edges.reverse();
}
function compareRetained(a, b) { return retained[b] - retained[a] || a - b; }

// ---- Words ----

function number(n) { return n.toLocaleString('en-US'); }
function bytes(n) {
  if (n < 1024) return `${n} B`;
  for (const unit of ['KiB', 'MiB', 'GiB']) {
    n /= 1024;
    if (n < 1024 || unit === 'GiB') return `${n.toFixed(n < 10 ? 2 : n < 100 ? 1 : 0)} ${unit}`;
  }
}
function plural(n, word) { return `${number(n)} ${word}${n === 1 ? '' : 's'}`; }
function cut(text, most) { return text.length > most ? `${text.slice(0, most - 1)}…` : text; }
function cutFront(text, most) { return text.length > most ? `…${text.slice(1 - most)}` : text; }

const SVG = 'http://www.w3.org/2000/svg';
function element(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  return dress(made, attributes, content);
}
function drawn(name, attributes = {}, ...content) {
  return dress(document.createElementNS(SVG, name), attributes, content);
}
function dress(made, attributes, content) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'click') made.addEventListener('click', value);
    else made.setAttribute(key, value);
  }
  made.append(...content);
  return made;
}
const find = id => document.getElementById(id);

// ---- What is shown ----

const AT_FIRST = 5;       // Children of an object that get a box of their own, when it is expanded,
const MORE = 10;          // and how many more of a type when their common box is.
const TYPES = 7;          // Common boxes under one object.
const DEEP = 7;           // Levels above an object that is searched for.
const OTHERS = 500;       // Handles drawn that are not of the tree.

let top = OUTSIDE;        // Where the picture starts.
let expanded = new Set(); // Objects whose children are shown.
let alone = new Set();    // Objects that get a box of their own in any case.
let selected = null;      // A box's key.
let boxes = [];
let boxOf = new Int32Array(count + 1);
let byKey = new Map();

// Boxes for the children of an object: the largest, those asked for, and the rest by type.
function childBoxes(parent, id) {
  const all = Array.from(children(id)).sort(compareRetained);
  const rest = new Map();
  const made = [];
  all.forEach((child, place) => {
    if (place < AT_FIRST || alone.has(child)) made.push({ key: `n${child}`, id: child, members: [child] });
    else {
      const type = data.type[child];
      if (!rest.has(type)) rest.set(type, []);
      rest.get(type).push(child);
    }
  });
  const sum = members => members.reduce((sum, member) => sum + retained[member], 0);
  const groups = Array.from(rest, ([type, members]) => ({ type, members, sum: sum(members) }))
    .sort((a, b) => b.sum - a.sum);
  groups.forEach(({ type, members }, place) => {
    if (members.length === 1 && place < TYPES) made.push({ key: `n${members[0]}`, id: members[0], members });
    else if (place < TYPES) made.push({ key: `t${id}.${type}`, type, members });
  });
  const others = groups.slice(TYPES).flatMap(({ members }) => members);
  if (others.length) made.push({ key: `t${id}.*`, type: null, members: others });
  for (const box of made) {
    box.parent = parent;
    box.retained = sum(box.members);
    box.objects = box.members.reduce((sum, member) => sum + retainedCount[member], 0);
  }
  return made;
}

const WIDTH = 192, HEIGHT = 44, DOWN = 58;

function build() {
  const root = { key: top === OUTSIDE ? 'outside' : `n${top}`, id: top, members: [top], parent: null, depth: 0 };
  if (top !== OUTSIDE) {
    root.retained = retained[top];
    root.objects = retainedCount[top];
  }
  boxes = [];
  byKey = new Map();
  boxOf.fill(-1);
  const todo = [root];
  while (todo.length) {
    const box = todo.pop();
    box.place = boxes.length;
    boxes.push(box);
    byKey.set(box.key, box);
    for (const member of box.members) boxOf[member] = box.place;
    box.isExpanded = box.id !== undefined && expanded.has(box.id);
    box.children = box.isExpanded ? childBoxes(box, box.id) : [];
    for (const child of box.children) child.depth = box.depth + 1;
    todo.push(...box.children.slice().reverse());
  }
  for (const id of order) if (boxOf[id] < 0 && dominator[id] !== OUTSIDE) boxOf[id] = boxOf[dominator[id]];

  // Leaves one under the other, the others beside their first child. Boxes come after their parents.
  let row = 0;
  for (const box of boxes) {
    box.width = box.id === OUTSIDE ? 120 : WIDTH;
    if (!box.children.length) box.y = DOWN * row++;
  }
  for (const box of boxes.slice().reverse()) {
    if (box.children.length) box.y = box.children[0].y;
  }
}

// Columns as far from each other as what is written between them needs.
function spread(all, onPath) {
  const gaps = [];
  for (const box of boxes) {
    if (!box.parent) continue;
    const place = placeOf(box.parent, box);
    const link = all.get(place);
    const isHeldOne = box.parent.id === OUTSIDE && box.id !== undefined && isHeld(box.id);
    if (isHeldOne) box.label = data.external[box.id] ? `${number(data.external[box.id])} external` : holder(box.id);
    if (link) box.label = link.count === 1 || onPath.has(place) ? cutFront(pathOf(onPath.get(place) ?? link.edge), 20) : plural(link.count, 'handle');
    gaps[box.depth] = Math.max(gaps[box.depth] ?? 76, 52 + 6.2 * (box.label?.length ?? 0));
  }
  let x = 0;
  const columns = [0];
  gaps.forEach((gap, depth) => { columns[depth] = x += gap + (depth === 1 ? boxes[0].width : WIDTH); });
  for (const box of boxes) {
    box.x = columns[box.depth];
    box.gap = gaps[box.depth];
  }
}
const placeOf = (from, to) => from.place * boxes.length + to.place;

// Handles between boxes: how many, and one of them.
function links() {
  const found = new Map();
  for (let edge = 0; edge < handles; edge++) {
    const from = boxOf[source[edge]], to = boxOf[target[edge]];
    if (from < 0 || to < 0 || from === to) continue;
    const key = from * boxes.length + to;
    const link = found.get(key);
    if (link) link.count++;
    else found.set(key, { from: boxes[from], to: boxes[to], count: 1, edge });
  }
  return found;
}

function draw() {
  build();
  const onPath = new Map(), pathBoxes = new Set();
  const chosen = byKey.get(selected);
  const id = chosen && chosen.id !== undefined && chosen.id !== OUTSIDE ? chosen.id : null;
  if (id !== null && !isGarbage(id)) {
    const edges = pathTo(id);
    let at = boxOf[edges.length ? source[edges[0]] : id];
    if (at >= 0) pathBoxes.add(at);
    for (const edge of edges) {
      const from = boxOf[source[edge]], to = boxOf[target[edge]];
      if (to >= 0) pathBoxes.add(to);
      if (from >= 0 && to >= 0 && from !== to) {
        onPath.set(from * boxes.length + to, edge);
      }
    }
  }

  const lines = [], lineTexts = [], pathLines = [];
  const all = links();
  spread(all, onPath);
  let others = 0;
  // The tree first.
  for (const box of boxes) {
    if (!box.parent) continue;
    const key = placeOf(box.parent, box);
    const link = all.get(key);
    all.delete(key);
    // Nothing leads to garbage.
    if (box.parent.id === OUTSIDE && isGarbage(box.members[0])) continue;
    const x = box.parent.x + box.parent.width + (box.parent.isExpanded ? 18 : 0), y = box.parent.y + HEIGHT / 2;
    const shape = `M${x} ${y} C${x + box.gap / 3} ${y} ${box.x - box.gap / 2} ${box.y + HEIGHT / 2} ${box.x} ${box.y + HEIGHT / 2}`;
    const marked = onPath.has(key);
    const isDirect = link || (box.parent.id === OUTSIDE && isHeld(box.members[0]));
    const kind = isDirect ? 'handle' : 'kept';
    (marked ? pathLines : lines).push(drawn('path', { d: shape, class: `link ${kind}${marked ? ' on-path' : ''}` }));
    if (box.label) {
      lineTexts.push(drawn('text', { x: box.x - 10, y: box.y + HEIGHT / 2 - 6, class: `label${marked ? ' on-path' : ''}` }, box.label));
    }
  }
  const selectedPlace = chosen ? chosen.place : -1;
  for (const [key, link] of all) {
    const marked = onPath.has(key);
    const isNear = link.from.place === selectedPlace || link.to.place === selectedPlace;
    if (!marked && !isNear && others++ > OTHERS) continue;
    const text = `${boxTitle(link.from)} ${link.count === 1 ? pathOf(link.edge) : plural(link.count, 'handle')} → ${boxTitle(link.to)}`;
    const shape = otherShape(link.from, link.to);
    (marked ? pathLines : lines).push(drawn('path', { d: shape, class: `link other${isNear ? ' near' : ''}${marked ? ' on-path' : ''}` },
      drawn('title', {}, text)));
  }
  find('links').replaceChildren(...lines, ...pathLines);
  find('labels').replaceChildren(...lineTexts);
  find('boxes').replaceChildren(...boxes.map(box => drawBox(box, pathBoxes.has(box.place))));
  drawCrumbs();
}

// A handle that is not of the tree goes round by the side of its boxes.
function otherShape(from, to) {
  const fromY = from.y + HEIGHT / 2, toY = to.y + HEIGHT / 2;
  if (from.x === to.x) {
    const bow = Math.min(120, 30 + Math.abs(fromY - toY) / 6);
    return `M${from.x} ${fromY + 8} C${from.x - bow} ${fromY} ${to.x - bow} ${toY} ${to.x} ${toY + 8}`;
  }
  if (from.x > to.x) {
    return `M${from.x} ${fromY + 8} C${from.x - 60} ${fromY + 10} ${to.x + to.width + 60} ${toY + 10} ${to.x + to.width} ${toY + 10}`;
  }
  return `M${from.x + from.width} ${fromY + 10} C${from.x + from.width + 80} ${fromY + 10} ${to.x - 80} ${toY + 8} ${to.x} ${toY + 8}`;
}

function boxTitle(box) {
  if (box.id === OUTSIDE) return 'Outside';
  if (box.id !== undefined) return `${shortName(box.id)} #${box.id}`;
  return box.type === null ? `${number(box.members.length)} of other types` : `${number(box.members.length)} × ${data.shortTypes[box.type]}`;
}

function drawBox(box, isOnPath) {
  const isOutside = box.id === OUTSIDE, isCluster = box.id === undefined;
  const canExpand = isCluster || children(box.id).length > 0;
  const kinds = ['box'];
  if (isOutside) kinds.push('outside');
  else if (box.members.every(isHeld)) kinds.push('held');
  else if (box.members.every(isGarbage)) kinds.push('garbage');
  if (isCluster) kinds.push('cluster');
  if (isOnPath) kinds.push('on-path');
  if (box.key === selected) kinds.push('selected');
  const title = boxTitle(box);
  const g = drawn('g', {
    class: kinds.join(' '), transform: `translate(${box.x} ${box.y})`, tabindex: 0, role: 'button',
    'aria-label': title, 'data-key': box.key,
  });
  if (isCluster) g.append(drawn('rect', { class: 'back', x: 4, y: 4, width: box.width, height: HEIGHT, rx: 6 }));
  g.append(drawn('rect', { class: 'body', width: box.width, height: HEIGHT, rx: 6 }));
  const name = isOutside ? 'Outside' : isCluster ? title : shortName(box.id);
  const squeeze = (text, most) => text.length > most ? { textLength: box.width - 20, lengthAdjust: 'spacingAndGlyphs' } : {};
  g.append(drawn('text', { x: 10, y: 18, ...squeeze(name, 19) }, cut(name, 25)));
  let second;
  if (isOutside) second = `holds ${plural(data.via.filter(via => via === HELD).length, 'object')}`;
  else {
    second = `${isCluster ? '' : `#${box.id} · `}${bytes(box.retained)}`;
    if (box.objects > box.members.length) second += ` · ${plural(box.objects, 'object')}`;
  }
  g.append(drawn('text', { x: 10, y: 33, class: 'small', ...squeeze(second, 29) }, second));
  if (!isOutside && totalSize) {
    const width = (box.width - 12) * box.retained / totalSize;
    if (width > 2) g.append(drawn('rect', { class: 'bar', x: 6, y: HEIGHT - 5, width, height: 2.5, rx: 1 }));
  }
  g.append(drawn('title', {}, isOutside ? 'Variables, statics, and what the collector cannot see' :
    isCluster ? title : `${data.types[data.type[box.id]]} #${box.id}`));
  if (canExpand) {
    const sign = box.isExpanded ? 'M-4 0 H4' : 'M-4 0 H4 M0 -4 V4';
    const toggle = drawn('g', { class: 'toggle', transform: `translate(${box.width + 9} ${HEIGHT / 2})` },
      drawn('circle', { r: 8.5 }), drawn('path', { d: sign }),
      drawn('title', {}, box.isExpanded ? 'Fold' : isCluster ? 'Show more of them' : 'Show what it keeps'));
    g.append(toggle);
  }
  return g;
}

function drawCrumbs() {
  const link = (text, id) => element('button', { click: () => start(id) }, text);
  const crumbs = find('crumbs');
  crumbs.hidden = top === OUTSIDE;
  if (crumbs.hidden) return;
  const above = [];
  for (let id = dominator[top]; id !== OUTSIDE; id = dominator[id]) above.push(id);
  const parts = ['Starts at ', link('Outside', OUTSIDE)];
  if (above.length > 3) parts.push(` › ${number(above.length - 3)} more`);
  for (const id of above.slice(0, 3).reverse()) parts.push(' › ', link(`${cut(shortName(id), 24)} #${id}`, id));
  parts.push(` › ${cut(shortName(top), 24)} #${top}`);
  crumbs.replaceChildren(...parts);
}

// Lets the picture start at an object.
function start(id) {
  top = id;
  expanded.add(id);
  draw();
  fit();
}

function toggle(key) {
  const box = byKey.get(key);
  if (!box) return;
  // What stays where it is on the screen: what was clicked, or what the box of several hangs off.
  const fixed = box.id === undefined ? box.parent : box;
  const before = { x: fixed.x, y: fixed.y };
  if (box.id === undefined) for (const member of box.members.slice(0, MORE)) alone.add(member);
  else if (box.isExpanded) expanded.delete(box.id);
  else if (children(box.id).length) expanded.add(box.id);
  else return;
  draw();
  const now = byKey.get(fixed.key);
  moveBy((before.x - now.x) * zoom, (before.y - now.y) * zoom);
}

// Shows an object, wherever it is, and selects it.
function reveal(id) {
  const chain = [];
  for (let at = id; at !== OUTSIDE; at = dominator[at]) chain.push(at);
  const below = top === OUTSIDE ? chain.length : chain.indexOf(top);
  if (below < 0 || below > DEEP) top = chain.length > DEEP ? chain[DEEP - 1] : OUTSIDE;
  const end = top === OUTSIDE ? chain.length : chain.indexOf(top);
  expanded.add(top);
  for (const at of chain.slice(1, end)) expanded.add(at);
  for (const at of chain.slice(0, end)) alone.add(at);
  selected = `n${id}`;
  draw();
  center(byKey.get(selected));
  showDetails();
}

function select(key) {
  selected = key;
  draw();
  showDetails();
}

// ---- Moving about ----

const picture = find('picture');
let zoom = 1, left = 0, above = 0;
function move() {
  find('world').setAttribute('transform', `translate(${left} ${above}) scale(${zoom})`);
}
function moveBy(x, y) { left += x; above += y; move(); }
function zoomBy(factor, x = picture.clientWidth / 2, y = picture.clientHeight / 2) {
  const next = Math.min(4, Math.max(0.05, zoom * factor));
  left = x - (x - left) * next / zoom;
  above = y - (y - above) * next / zoom;
  zoom = next;
  move();
}
const ROOM = { top: 52, right: 24, bottom: 16, left: 24 };
function fit(shown = boxes) {
  // Not by the arguments of `Math.max`, of which there could be too many.
  const end = (axis, which) => shown.reduce((most, box) => which(most, box[axis]), shown[0][axis]);
  const x = end('x', Math.min), y = end('y', Math.min);
  const right = end('x', Math.max) + WIDTH + 24 - x, bottom = end('y', Math.max) + HEIGHT + 8 - y;
  const width = picture.clientWidth - ROOM.left - ROOM.right, height = picture.clientHeight - ROOM.top - ROOM.bottom;
  // Not so far away that nothing can be read; then it starts at the top.
  zoom = Math.max(0.6, Math.min(1.15, width / right, height / bottom));
  left = right * zoom < width ? ROOM.left + (width - right * zoom) / 2 : ROOM.left;
  above = ROOM.top + Math.max(0, (height - bottom * zoom) / 3);
  left -= x * zoom;
  above -= y * zoom;
  move();
}
function center(box) {
  zoom = Math.max(zoom, 0.7);
  // What leads to it is on its left.
  left = picture.clientWidth * 0.66 - (box.x + WIDTH / 2) * zoom;
  above = picture.clientHeight / 2 - (box.y + HEIGHT / 2) * zoom;
  move();
}

picture.addEventListener('wheel', event => {
  event.preventDefault();
  const at = picture.getBoundingClientRect();
  zoomBy(Math.exp(-event.deltaY * 0.0015), event.clientX - at.left, event.clientY - at.top);
}, { passive: false });

const fingers = new Map();
let dragged = false;
picture.addEventListener('pointerdown', event => {
  if (event.button !== 0) return;
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  if (fingers.size === 1) dragged = false;
});
picture.addEventListener('pointermove', event => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const now = { x: event.clientX, y: event.clientY };
  if (!dragged && Math.hypot(now.x - before.x, now.y - before.y) < 4) return;
  if (!dragged) {
    dragged = true;
    picture.setPointerCapture(event.pointerId);
    picture.classList.add('dragging');
  }
  if (fingers.size === 2) {
    const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    const at = picture.getBoundingClientRect();
    const spread = point => Math.hypot(point.x - other.x, point.y - other.y) || 1;
    zoomBy(spread(now) / spread(before), (now.x + other.x) / 2 - at.left, (now.y + other.y) / 2 - at.top);
  } else moveBy(now.x - before.x, now.y - before.y);
  fingers.set(event.pointerId, now);
});
for (const name of ['pointerup', 'pointercancel']) {
  picture.addEventListener(name, event => {
    fingers.delete(event.pointerId);
    picture.classList.remove('dragging');
  });
}
picture.addEventListener('click', event => {
  if (dragged) return;
  const box = event.target.closest('.box');
  if (!box) return;
  if (event.target.closest('.toggle')) toggle(box.dataset.key);
  else select(box.dataset.key);
});
picture.addEventListener('dblclick', event => {
  const box = event.target.closest('.box');
  if (box && !event.target.closest('.toggle')) toggle(box.dataset.key);
});
picture.addEventListener('keydown', event => {
  const key = event.target.closest('.box')?.dataset.key;
  if (!key) return;
  if (event.key === 'Enter') select(key);
  else if (event.key === ' ' || event.key === '+' || event.key === '-') toggle(key);
  else return;
  event.preventDefault();
  picture.querySelector(`[data-key="${key}"]`)?.focus();
});
find('zoom-in').addEventListener('click', () => zoomBy(1.3));
find('zoom-out').addEventListener('click', () => zoomBy(1 / 1.3));
find('fit').addEventListener('click', () => fit());
find('reset').addEventListener('click', begin);

// ---- Details ----

const LISTED = 100;

function objectLink(id) {
  return element('button', { click: () => reveal(id), title: data.types[data.type[id]], 'data-node': id }, `${shortName(id)} #${id}`);
}
function section(title, items, make, empty) {
  const list = element('ul', {}, ...Array.from(items.slice(0, LISTED), item => element('li', {}, ...make(item))));
  if (items.length > LISTED) list.append(element('li', { class: 'hint' }, `and ${number(items.length - LISTED)} more`));
  if (!items.length) list.append(element('li', { class: 'hint' }, empty));
  return [element('h3', {}, title), list];
}

function showDetails() {
  const box = byKey.get(selected);
  const details = find('details');
  details.scrollTop = 0;
  if (!box || box.id === OUTSIDE) {
    details.replaceChildren(element('h2', {}, box ? 'Outside' : 'Nothing selected'), element('p', { class: 'hint' },
      box ? 'What keeps objects alive and is no object itself: variables, statics, and handles where the collector cannot see.'
        : 'Select an object to see why it is alive. Under each object is what it alone keeps: all that would go with it.'),
      ...(box ? section('Objects held', heldList(), id => [objectLink(id), ` ${holder(id)}`], 'None.') : []));
  } else if (box.id === undefined) showCluster(details, box);
  else showObject(details, box.id);
  for (const row of document.querySelectorAll('tr.object')) row.classList.toggle('selected', selected === `n${row.dataset.node}`);
}
function heldList() {
  const held = [];
  for (let id = 0; id < count; id++) if (isHeld(id)) held.push(id);
  return held.sort(compareRetained);
}

function showCluster(details, box) {
  details.replaceChildren(
    element('h2', {}, boxTitle(box)),
    element('p', { class: 'full' }, box.type === null ? '' : data.types[box.type]),
    facts([['They keep', `${bytes(box.retained)} in ${plural(box.objects, 'object')}`]]),
    element('button', { class: 'do', click: () => toggle(box.key) }, `Show ${Math.min(MORE, box.members.length)} more of them`),
    ...section('The largest', box.members, id => [objectLink(id), ` ${bytes(retained[id])}`], ''));
}

function facts(pairs) {
  return element('dl', {}, ...pairs.filter(pair => pair).flatMap(([term, value]) => [element('dt', {}, term), element('dd', {}, value)]));
}

function showObject(details, id) {
  const flags = data.flags[id];
  const site = data.site[id];
  const dominating = dominator[id] === OUTSIDE ? null : dominator[id];
  const out = Array.from({ length: data.edgeCounts[id] }, (_, place) => first[id] + place);
  details.replaceChildren(
    element('h2', {}, shortName(id)),
    element('p', { class: 'full' }, data.types[data.type[id]]),
    facts([
      ['Object', `#${id} at 0x${data.address[id].toString(16)}`],
      ['Size', bytes(size[id])],
      ['Keeps', `${bytes(retained[id])} in ${plural(retainedCount[id], 'object')} with itself`],
      ['Handles', `${number(data.strong[id])} (${number(data.external[id])} external), ${number(data.weak[id])} weak`],
      ['Generation', ['young', 'old', 'frozen'][flags & 3] + (flags & 8 ? ', immortal' : '')],
      flags & 4 && ['Finalizer', 'has run'],
      data.serial[id] && ['Made as', `number ${number(data.serial[id])}`],
      site && ['Made at', data.sites[site - 1]],
    ]),
    ...why(id),
    ...section('Kept alive only through', dominating === null ? [] : [dominating], id => [objectLink(id)],
      isGarbage(id) ? 'The cycle.' : isHeld(id) ? 'Itself: it is held.' : 'No single object.'),
    ...section(`Its handles (${number(out.length)})`, out,
      edge => [element('span', { class: 'handle-path' }, pathOf(edge)), ' → ', objectLink(target[edge])], 'None.'),
    ...section(`Handles to it (${number(incoming(id).length)})`, Array.from(incoming(id)),
      edge => [objectLink(source[edge]), ' ', element('span', { class: 'handle-path' }, pathOf(edge))], 'None from objects.'));
}

function why(id) {
  const title = element('h3', {}, 'Why it is alive');
  if (isGarbage(id)) {
    return [title, element('p', { class: 'verdict', id: 'verdict' },
      'Only cycles keep it: nothing outside leads to it, and a collection would free it.'), ...cycleOf(id)];
  }
  const edges = pathTo(id);
  const start = edges.length ? source[edges[0]] : id;
  const list = element('ol', { id: 'path' },
    element('li', {}, objectLink(start), ' ', element('span', { class: 'holder' }, holder(start))));
  const END = 12;
  const shown = edges.length > 2 * END + 1 ? [edges.slice(0, END), edges.slice(-END)] : [edges, []];
  list.append(...shown[0].map(step));
  const left = edges.length - shown[0].length - shown[1].length;
  if (left) list.append(element('li', { class: 'hint' }, `${number(left)} more handles`));
  list.append(...shown[1].map(step));
  const parts = [title, list];
  if (edges.length && edges.length <= 30) {
    parts.push(element('button', { class: 'do', id: 'show-path', click: () => showPath(id) }, 'Show the path in the picture'));
  }
  return parts;
}

const step = edge => element('li', {}, element('span', { class: 'step' }, pathOf(edge)), ' → ', objectLink(target[edge]));

// A shortest way, of one edge at least.
function way(from, to) {
  const via = new Map();
  const queue = [from];
  for (let next = 0; next < queue.length && !via.has(to); next++) {
    for (let edge = first[queue[next]]; edge < first[queue[next] + 1]; edge++) {
      if (via.has(target[edge])) continue;
      via.set(target[edge], edge);
      queue.push(target[edge]);
    }
  }
  if (!via.has(to)) return null;
  const edges = [];
  let at = to;
  do {
    edges.push(via.get(at));
    at = source[via.get(at)];
  } while (at !== from);
  return edges.reverse();
}
// The cycle that an object of garbage is in, or how it hangs off one.
function cycleOf(id) {
  let head = id, edges = way(id, id);
  if (!edges) {
    while (dominator[head] !== OUTSIDE) head = dominator[head];
    edges = way(head, id) ?? [];
  }
  return [element('h3', {}, head === id ? 'Its cycle' : 'It hangs off'),
    element('ol', { id: 'cycle' }, element('li', {}, objectLink(head)), ...edges.slice(0, LISTED).map(step))];
}

// Gives every object on the path a box of its own.
function showPath(id) {
  top = OUTSIDE;
  expanded = new Set([OUTSIDE]);
  const path = pathTo(id).map(edge => source[edge]).concat(id);
  for (const at of path) {
    alone.add(at);
    for (let above = dominator[at]; above !== OUTSIDE; above = dominator[above]) {
      expanded.add(above);
      alone.add(above);
    }
  }
  draw();
  fit(path.map(at => byKey.get(`n${at}`)));
}

// ---- Types ----

let sort = 'retained', isDown = true;
let openType = null;
const compare = {
  name: (a, b) => data.shortTypes[b].localeCompare(data.shortTypes[a]),
  count: (a, b) => ofType(a).length - ofType(b).length,
  size: (a, b) => typeSize[a] - typeSize[b],
  retained: (a, b) => data.typeRetained[a] - data.typeRetained[b],
};
const typeSize = new Float64Array(data.types.length);
for (let id = 0; id < count; id++) typeSize[data.type[id]] += size[id];

function objectRow(id) {
  const row = element('tr', { class: `object${selected === `n${id}` ? ' selected' : ''}`, 'data-node': id, click: () => reveal(id) },
    element('td', { title: data.types[data.type[id]] }, element('button', { class: 'name' }, openType === data.type[id] ? `#${id}` : `${shortName(id)} #${id}`)),
    element('td', {}), element('td', {}, bytes(size[id])), element('td', {}, bytes(retained[id])));
  return row;
}

function showTypes() {
  const query = find('search').value.trim();
  const lower = query.toLowerCase();
  const rows = [];
  let object = -1;
  if (/^#\d+$/.test(query) && Number(query.slice(1)) < count) object = Number(query.slice(1));
  else if (/^0x[0-9a-f]+$/i.test(query)) object = data.address.indexOf(Number(query));
  if (object >= 0) rows.push(objectRow(object));
  const shown = data.types.map((_, type) => type).filter(type => data.types[type].toLowerCase().includes(lower));
  shown.sort((a, b) => (isDown ? -1 : 1) * compare[sort](a, b) || a - b);
  for (const type of shown.slice(0, 1000)) {
    const isOpen = type === openType;
    rows.push(element('tr', { class: `type${isOpen ? ' open' : ''}`, click: () => { openType = isOpen ? null : type; showTypes(); } },
      element('td', { title: data.types[type] }, element('button', { class: 'name', 'aria-expanded': isOpen }, data.shortTypes[type])),
      element('td', {}, number(ofType(type).length)), element('td', {}, bytes(typeSize[type])),
      element('td', {}, bytes(data.typeRetained[type]))));
    if (!isOpen) continue;
    const members = Array.from(ofType(type)).sort(compareRetained);
    rows.push(...members.slice(0, LISTED).map(objectRow));
    if (members.length > LISTED) {
      rows.push(element('tr', { class: 'object' }, element('td', { colspan: 4 }, `and ${number(members.length - LISTED)} more`)));
    }
  }
  find('rows').replaceChildren(...rows);
  find('nothing').hidden = rows.length > 0;
  for (const button of document.querySelectorAll('[data-sort]')) {
    if (button.dataset.sort === sort) button.parentElement.setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
    else button.parentElement.removeAttribute('aria-sort');
  }
}
find('search').addEventListener('input', showTypes);
find('search').addEventListener('keydown', event => {
  // The first object found, or the first type.
  if (event.key === 'Enter') find('rows').querySelector('tr')?.click();
});
for (const button of document.querySelectorAll('[data-sort]')) {
  button.addEventListener('click', () => {
    isDown = sort === button.dataset.sort ? !isDown : true;
    sort = button.dataset.sort;
    showTypes();
  });
}

// ---- The beginning ----

// Expands what keeps most, until the picture is full.
function begin() {
  top = OUTSIDE;
  expanded = new Set([OUTSIDE]);
  alone = new Set();
  selected = null;
  build();
  while (boxes.length < 12) {
    const next = boxes.filter(box => box.id !== undefined && !box.isExpanded && box.depth < 3 && children(box.id).length)
      .sort((a, b) => b.retained - a.retained)[0];
    if (!next) break;
    expanded.add(next.id);
    build();
  }
  draw();
  fit();
  showDetails();
}

{
  let held = 0, garbage = 0, garbageSize = 0;
  for (let id = 0; id < count; id++) {
    if (isHeld(id)) held++;
    if (isGarbage(id)) { garbage++; garbageSize += size[id]; }
  }
  find('summary').textContent = `${plural(count, 'object')} (${data.flavor}), ${bytes(totalSize)}, ${plural(handles, 'handle')} among them; ` +
    `${number(held)} held from outside; ${garbage ? `${number(garbage)} garbage, ${bytes(garbageSize)}` : 'no garbage'}`;
}
showTypes();
begin();
window.addEventListener('resize', () => fit());
document.documentElement.dataset.ready = 'true';
})();

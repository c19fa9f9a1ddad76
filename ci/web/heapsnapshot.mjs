// Reads .heapsnapshot files with two readers that are not ours, and compares what they work out with what
// the library says: the loader of Chrome's DevTools itself, in the package heap-snapshot-toolkit, and
// memlab's. Types, bytes and retained bytes of every object have to agree, and DevTools' distances.
import assert from 'node:assert/strict';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'heap-snapshot-toolkit';
import memlab from '@memlab/core';

const folder = process.argv[2];
// The root, `(GC roots)` and `(garbage)` come first.
const SYNTHETIC = 3;
memlab.config.muteConsole = true;

async function devtools(file, facts) {
  const snapshot = await parse(createReadStream(file, 'utf-8'));
  assert.equal(snapshot.nodeCount, facts.nodes.length + SYNTHETIC);
  const node = snapshot.rootNode();
  let edges = 0, distances = 0;
  facts.nodes.forEach((expected, index) => {
    node.nodeIndex = (index + SYNTHETIC) * snapshot.nodeFieldCount;
    const what = `${file}: object ${index}`;
    assert.equal(node.type(), 'object', what);
    assert.equal(node.rawName(), expected.type, what);
    assert.equal(node.selfSize(), expected.size, what);
    assert.equal(node.retainedSize(), expected.retained, what);
    edges += node.edgesCount();
    if (expected.distance !== null) {
      // Under the root is (GC roots), and under that what is held.
      assert.equal(node.distance(), expected.distance + 2, what);
      distances++;
    }
  });
  assert.equal(edges, facts.edges);
  return distances;
}

async function other(file, facts) {
  const heap = await memlab.utils.getSnapshotFromFile(file, {});
  // Works out the retained sizes, too.
  memlab.analysis.preparePathFinder(heap);
  const byPlace = [];
  heap.nodes.forEach(node => { byPlace.push({ name: node.name, size: node.self_size, retained: node.retainedSize }); });
  assert.equal(byPlace.length, facts.nodes.length + SYNTHETIC);
  facts.nodes.forEach((expected, index) => {
    const node = byPlace[index + SYNTHETIC];
    const what = `${file}: object ${index}`;
    assert.equal(node.name, expected.type, what);
    assert.equal(node.size, expected.size, what);
    assert.equal(node.retained, expected.retained, what);
  });
}

// What an edge is called, as DevTools shows it.
async function path(file) {
  const snapshot = await parse(createReadStream(file, 'utf-8'));
  const steps = [];
  let node = snapshot.rootNode();
  for (const name of ['(GC roots)', 'Cache', 'Closure', 'Session']) {
    let found = null;
    for (const edges = node.edges(); edges.hasNext(); edges.next()) {
      const edge = edges.item();
      if (edge.node().rawName().includes(name)) found = [edge.name(), edge.node().nodeIndex];
    }
    assert.ok(found, `an edge to ${name}`);
    steps.push(found[0]);
    node = snapshot.createNode(found[1]);
  }
  assert.deepEqual(steps.slice(2), ['.entries[3].callback', '.captured.1']);
}

for (const name of ['empty', 'cache', 'server', 'chain', 'large']) {
  const file = join(folder, `${name}.heapsnapshot`);
  const facts = JSON.parse(readFileSync(join(folder, `${name}.facts`), 'utf-8'));
  const distances = await devtools(file, facts);
  await other(file, facts);
  console.log(`${name}: ${facts.nodes.length} objects, ${facts.edges} edges, ${distances} distances: DevTools and memlab agree`);
}
await path(join(folder, 'cache.heapsnapshot'));
console.log('paths: DevTools shows the names of fields');

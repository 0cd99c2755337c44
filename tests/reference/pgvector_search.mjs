#!/usr/bin/env node
// pgvector on the embeddings that the benchmark run code-peers wrote, in PGlite: PostgreSQL in WebAssembly, one process of one thread.
// Time to build, bytes of table or index, time of a query and recall@10 against the comparison of all float32 vectors.
//
//     dotnet run -c Release --project tests/Pipeline.Benchmarks -- code-peers FOLDER 100000 2048
//     node tests/reference/pgvector_search.mjs FOLDER 2048 [images]           (tools/pglite: npm ci)
//
// The file holds the embeddings and then 50 queries, float32. The table is filled and indexed once and kept in the folder. Half precision is
// indexed only for as many images as the third argument says, in a table of their own: the index takes a page of 8 kB for each.
import { existsSync, openSync, readSync, fstatSync, writeFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const require = createRequire(new URL('../../tools/pglite/', import.meta.url));
const { PGlite } = require('@electric-sql/pglite');
const { vector } = require('@electric-sql/pglite-pgvector');

const [folder, lengthText, halfText] = process.argv.slice(2);
const length = Number(lengthText);
const half = Number(halfText ?? 0);
const queryCount = 50;
const top = 10;

// As many as the search of the product ranks exactly by such an index.
const candidates = 400;

const file = openSync(join(folder, 'embeddings.f32'));
const images = fstatSync(file).size / (4 * length) - queryCount;

function read(first, count) {
  const bytes = new Uint8Array(count * 4 * length);
  readSync(file, bytes, 0, bytes.length, first * 4 * length);
  const all = new Float32Array(bytes.buffer);
  return Array.from({ length: count }, (_, i) => all.subarray(i * length, (i + 1) * length));
}

const textOf = values => `[${values.join(',')}]`;
const queries = read(images, queryCount);
const db = await PGlite.create({ dataDir: join(folder, 'pglite'), extensions: { vector } });
await db.exec('CREATE EXTENSION IF NOT EXISTS vector; SET maintenance_work_mem = \'512MB\'');

async function fill(table, count) {
  await db.exec(`CREATE TABLE ${table} (id integer PRIMARY KEY, v halfvec(${length}) NOT NULL)`);
  for (let first = 0; first < count; first += 500) {
    const rows = read(first, Math.min(500, count - first)).map((values, i) => `${first + i}\t${textOf(values)}\n`);
    await db.query(`COPY ${table} FROM '/dev/blob'`, [], { blob: new Blob(rows) });
  }
}

// What is made once, and how long that took.
async function once(name, make) {
  const note = join(folder, `pgvector-${name}.seconds`);
  if (!existsSync(note)) {
    const start = performance.now();
    await make();
    writeFileSync(note, ((performance.now() - start) / 1000).toFixed(1));
  }
  return `built in ${readFileSync(note, 'utf8')} s`;
}

const megabytes = async relation => (await db.query(`SELECT (pg_total_relation_size('${relation}') / 1e6)::float8 AS mb`)).rows[0].mb;

async function measure(name, built, relation, sql, truth) {
  const times = [];
  const found = [];
  for (const query of [queries[0], ...queries]) {
    const start = performance.now();
    const { rows } = await db.query(sql, [textOf(query)]);
    times.push(performance.now() - start);
    found.push(rows.map(row => row.id));
  }
  found.shift();
  const sorted = times.slice(1).sort((a, b) => a - b);
  const recall = found.flatMap((ids, i) => ids.filter(id => truth[i].includes(id))).length / (top * queryCount);
  console.log(`pgvector ${name}: ${built}, ${(await megabytes(relation)).toFixed(0)} MB, ${sorted[queryCount / 2].toFixed(1)} ms ` +
    `(fastest ${sorted[0].toFixed(1)}), recall ${recall.toFixed(4)}`);
}

// The nearest of the first images by their inner products, in double precision.
function nearest(count) {
  const best = queries.map(() => []);
  for (let first = 0; first < count; first += 1000) {
    read(first, Math.min(1000, count - first)).forEach((values, i) => queries.forEach((query, q) => {
      let product = 0;
      for (let d = 0; d < length; d++) {
        product += values[d] * query[d];
      }
      best[q].push([product, first + i]);
    }));
    best.forEach((list, q) => { best[q] = list.sort((a, b) => b[0] - a[0]).slice(0, top); });
  }
  return best.map(list => list.map(([, id]) => id));
}

const exact = table => `SELECT id FROM ${table} ORDER BY v <#> $1::halfvec LIMIT ${top}`;
const bits = `binary_quantize(v)::bit(${length})`;
const truth = nearest(images);
const filled = await once('fill', () => fill('items', images));
await measure(`halfvec, ${images} compared exactly`, filled, 'items', exact('items'), truth);
const bitsBuilt = await once('bits', () => db.exec(`CREATE INDEX items_bits ON items USING hnsw ((${bits}) bit_hamming_ops)`));
await db.exec(`SET enable_seqscan = off; SET hnsw.ef_search = ${candidates}; SET hnsw.iterative_scan = relaxed_order`);
await measure(`HNSW of bits, ${candidates} of ${images} ranked exactly`, bitsBuilt, 'items_bits', `
  WITH near AS MATERIALIZED (
    SELECT id, v <#> $1::halfvec AS distance FROM items
    ORDER BY ${bits} <~> binary_quantize($1::halfvec)::bit(${length}) LIMIT ${candidates})
  SELECT id FROM near ORDER BY distance LIMIT ${top}`, truth);
if (half > 0) {
  await once('half-fill', () => fill('half_items', half));
  const built = await once('half', () => db.exec('CREATE INDEX half_items_v ON half_items USING hnsw (v halfvec_ip_ops)'));
  await db.exec('SET hnsw.ef_search = 40');
  await measure(`HNSW of halfvec, ${half} images, ef_search 40`, built, 'half_items_v', exact('half_items'), nearest(half));
}
await db.close();

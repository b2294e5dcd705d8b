// Checks a recording of the cube solver as somebody sees it who knows MCAP and JSON, but not ripen: front to back, and
// by its index.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { McapIndexedReader, McapStreamReader } from "@mcap/core";
import { decompress } from "fzstd";

const file = readFileSync(process.argv[2]);
const decompressHandlers = { zstd: (packed, size) => decompress(packed, new Uint8Array(Number(size))) };
const text = new TextDecoder();

const stream = new McapStreamReader({ validateCrcs: true, decompressHandlers });
stream.append(file);
const records = [];
for (let record; (record = stream.nextRecord()); ) records.push(record);
assert(stream.done(), "the reader did not see the end");
const all = (type) => records.filter((record) => record.type === type);
assert.equal(records[0].type, "Header");
assert.match(records[0].library, /^ripen \d+\.\d+\.\d+$/);
assert.equal(all("DataEnd").length, 1);
assert.equal(records.at(-1).type, "Footer");

const reader = await McapIndexedReader.Initialize({
  readable: {
    size: async () => BigInt(file.length),
    read: async (offset, size) => file.subarray(Number(offset), Number(offset + size)),
  },
  decompressHandlers,
});
assert.deepEqual([...reader.channelsById.keys()], [1]);
const channel = reader.channelsById.get(1);
const schema = reader.schemasById.get(channel.schemaId);
assert.equal(channel.messageEncoding, "json");
assert.equal(schema.encoding, "jsonschema");
const { properties } = JSON.parse(text.decode(schema.data));

const metadata = {};
for await (const { name, metadata: content } of reader.readMetadata()) metadata[name] = content;
const layout = JSON.parse(metadata.ripen.get("layout"));
const period = BigInt(metadata.ripen.get("period_ns"));
const start = BigInt(metadata.ripen.get("start_unix_ns"));
const written = BigInt(Math.round(statSync(process.argv[2]).mtimeMs)) * 1000000n;
assert.equal(metadata.notes.get("model").split("/").at(-1), "cube.safetensors");
assert.match(metadata.notes.get("model_hash"), /^\d+$/);
assert.match(metadata.notes.get("kernels"), /^(portable|sse2|avx2|avx512|avx512vnni|neon|neondot)$/);
assert.match(metadata.notes.get("precision"), /^(float32|int8)$/);
assert.equal(`ripen ${metadata.notes.get("version")}`, reader.header.library);

const messages = [];
for await (const message of reader.readMessages({ validateCrcs: true })) messages.push(message);
assert(messages.length > 10);
assert.equal(reader.statistics.messageCount, BigInt(messages.length));
assert.deepEqual(messages, all("Message"));
let last = -1;
for (const message of messages) {
  assert.equal(message.channelId, channel.id);
  const tick = JSON.parse(text.decode(message.data));
  for (const [name, { properties: fields }] of Object.entries(properties)) {
    assert(name in tick, name);
    if (fields) assert.deepEqual(Object.keys(tick[name]).sort(), Object.keys(fields).sort());
  }
  assert.equal(message.logTime, start + BigInt(tick.report.tick) * period);
  assert.equal(tick.report.tick, last + 1);
  assert.equal(tick.observation.state.length + tick.command.action.length, layout.length);
  last = tick.report.tick;
}
const hour = 3600_000_000_000n, away = written - messages.at(-1).logTime;
assert(away > -hour && away < hour, "the last tick was not when the file was written");

// A part of the time, backwards.
const from = messages[5].logTime, to = messages[9].logTime;
const part = [];
for await (const message of reader.readMessages({ startTime: from, endTime: to, reverse: true })) part.push(message);
assert.deepEqual(part, messages.slice(5, 10).reverse());
console.log(`${messages.length} ticks read by @mcap/core, ${file.length} bytes`);

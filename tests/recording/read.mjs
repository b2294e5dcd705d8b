// Checks a recording of the cube solver as somebody sees it who knows MCAP and JSON, but not ripen.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { McapStreamReader } from "@mcap/core";

const reader = new McapStreamReader({ validateCrcs: true });
reader.append(readFileSync(process.argv[2]));
const records = [];
for (let record; (record = reader.nextRecord()); ) records.push(record);
assert(reader.done(), "the reader did not see the end");

const all = (type) => records.filter((record) => record.type === type);
assert.equal(records[0].type, "Header");
assert.equal(records[0].library, "ripen");
assert.equal(all("DataEnd").length, 1);
assert.equal(records.at(-1).type, "Footer");

const [schema] = all("Schema"), [channel] = all("Channel");
assert.equal(channel.schemaId, schema.id);
assert.equal(channel.messageEncoding, "json");
assert.equal(schema.encoding, "jsonschema");
const text = new TextDecoder();
const { properties } = JSON.parse(text.decode(schema.data));

const metadata = Object.fromEntries(all("Metadata").map(({ name, metadata }) => [name, metadata]));
const layout = JSON.parse(metadata.ripen.get("layout"));
const period = BigInt(metadata.ripen.get("period_ns"));
assert.equal(metadata.notes.get("model").split("/").at(-1), "cube.safetensors");

const messages = all("Message");
assert(messages.length > 10);
let last = -1;
for (const message of messages) {
  assert.equal(message.channelId, channel.id);
  const tick = JSON.parse(text.decode(message.data));
  for (const [name, { properties: fields }] of Object.entries(properties)) {
    assert(name in tick, name);
    if (fields) assert.deepEqual(Object.keys(tick[name]).sort(), Object.keys(fields).sort());
  }
  assert.equal(message.logTime, BigInt(tick.report.tick) * period);
  assert.equal(tick.report.tick, last + 1);
  assert.equal(tick.observation.state.length + tick.command.action.length, layout.length);
  last = tick.report.tick;
}
console.log(`${messages.length} ticks read by @mcap/core`);

#!/usr/bin/env python3
"""Weights from another framework: a pass of the network in numpy, and a model file written from its arrays.

Usage: 10_weights_from_numpy.py MODEL.safetensors PASS.json [--no-tables]
src/model/WEIGHTS.md says what each tensor is. NativeDenoiser gives the same logits and values for PASS.json's tokens.
"""
import json, struct, sys
import numpy as np

MASK = 0xFFFF
LAYOUT = [{"name": "place", "role": "state", "vocabulary": 9, "range": [-1.0, 1.0]},  # a value, in 9 bins
          {"name": "holds", "role": "state", "vocabulary": 3},  # a category
          {"name": "push", "role": "action", "vocabulary": 5, "range": [-2.0, 2.0]},
          {"name": "grip", "role": "action", "vocabulary": 2}]
CONFIG = {"width": 64, "blocks": 2, "mixer_width": 64, "mixer_layers": 2, "mixer_heads": 2, "window": 8,
          "value_bins": 16, "tables": "--no-tables" not in sys.argv, "fractions": True}
STATES, ACTIONS = ([i for i, slot in enumerate(LAYOUT) if slot["role"] == role] for role in ("state", "action"))
SIZES = [slot["vocabulary"] for slot in LAYOUT]
BEGINS = [sum(SIZES[:i]) for i in range(len(SIZES) + 1)]  # of each slot's logits
ROWS = [size + 1 for size in SIZES]  # in an embedding: every token's, then the mask's
JOINTS = int(np.prod([ROWS[s] for s in ACTIONS]))
random, weights = np.random.default_rng(1), {}
def weight(name, *shape):
    """Your framework's array. Here it is a random one, which stays."""
    if name not in weights: weights[name] = random.normal(0, 0.3, shape).astype(np.float32)
    return weights[name].astype(float)

def linear(name, x, size): return x @ weight(name + ".weight", size, x.shape[-1]).T + weight(name + ".bias", size)
def softmax(x): return (e := np.exp(x - x.max(-1, keepdims=True))) / e.sum(-1, keepdims=True)
def norm(name, x):
    scaled = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
    return scaled * weight(name + ".weight", x.shape[-1]) + weight(name + ".bias", x.shape[-1])
def feed(to, x, size):
    return linear(to + "down", np.maximum(linear(to + "up", norm(to + "norm", x), size), 0), x.shape[-1])
def row(step, slot): return SIZES[slot] if step[slot] == MASK else step[slot]
def first(slots, slot): return sum(ROWS[s] for s in slots if s < slot)
def pair(seen, slot, acted):
    """Where a pair table has a state slot's token together with the actions of a step."""
    joint = np.ravel_multi_index([row(acted, s) for s in ACTIONS], [ROWS[s] for s in ACTIONS])
    return (first(STATES, slot) + row(seen, slot)) * JOINTS + joint

def embed(name, slots, tokens, fractions, size):
    hot = np.zeros((len(tokens), first(slots, len(SIZES))))
    for i, s in ((i, s) for i in range(len(tokens)) for s in slots):
        own, share, at = row(tokens[i], s), abs(fractions[i][s]) / 256, first(slots, s)
        other = own + int(np.sign(fractions[i][s]))  # the bin beside it
        if "range" not in LAYOUT[s] or own == SIZES[s] or not 0 <= other < SIZES[s]: other = own
        hot[i, at + own] += 1 - share
        hot[i, at + other] += share
    return linear(name, hot, size)

def one_pass(tokens, fractions):
    """[steps][slots] each. Returns logits [steps][all vocabularies] and steps to the goal [steps]."""
    c, width, steps = CONFIG, CONFIG["mixer_width"], len(tokens)
    x = embed("step.embed", STATES, tokens, fractions, c["width"])
    for b in range(c["blocks"]): x = x + feed(f"step.{b}.", x, c["width"])
    features = norm("step.norm", x)
    value = softmax(linear("step.value", features, c["value_bins"])) @ np.arange(c["value_bins"])
    x = linear("mixer.in", features, width) + embed("mixer.action_in", ACTIONS, tokens, fractions, width)
    x = x + weight("mixer.position", c["window"], width)[:steps]
    for l in (f"mixer.{l}." for l in range(c["mixer_layers"])):
        qkv = linear(l + "qkv", norm(l + "attention_norm", x), 3 * width).reshape(steps, 3, c["mixer_heads"], -1)
        q, k, v = qkv.transpose(1, 2, 0, 3)  # each [heads][steps][width / heads]
        mixed = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])) @ v
        x = x + linear(l + "out", mixed.transpose(1, 0, 2).reshape(steps, width), width)
        x = x + feed(l, x, 4 * width)
    logits, acts = linear("mixer.head", norm("mixer.norm", x), sum(SIZES)), BEGINS[len(STATES)]
    logits[:, acts:] += linear("step.action", features, sum(SIZES) - acts)
    if not c["tables"]: return logits, value
    rows, widest = first(STATES, len(STATES)), max(SIZES[:len(STATES)])
    copy, before = weight("mixer.copy", rows, widest), weight("dynamics.table", rows * JOINTS, widest)
    after = weight("mixer.inverse", rows * JOINTS, widest)
    for i, s in ((i, s) for i in range(steps) for s in STATES):
        out = logits[i, BEGINS[s]:BEGINS[s + 1]]
        out += copy[first(STATES, s) + row(tokens[i], s), :SIZES[s]]
        if i > 0: out += before[pair(tokens[i - 1], s, tokens[i - 1]), :SIZES[s]]
        if i + 1 < steps: out += after[pair(tokens[i + 1], s, tokens[i]), :SIZES[s]]
    return logits, value

def save(path):
    """Arrays of float16 or float32. The hash is FNV-1a of the header without it, as written here, and of the data."""
    notes = {"format": "ripen-2", "layout": json.dumps(LAYOUT), "model": json.dumps(CONFIG)}
    header, data = {"__metadata__": notes}, b""
    for name, array in weights.items():
        data += np.ascontiguousarray(array).tobytes()
        ends = [len(data) - array.nbytes, len(data)]
        header[name] = {"dtype": f"F{8 * array.itemsize}", "shape": array.shape, "data_offsets": ends}
    text = lambda: json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    fnv = 14695981039346656037
    for byte in text() + data: fnv = (fnv ^ byte) * 1099511628211 % 2**64
    notes["hash"] = str(fnv)
    with open(path, "wb") as file: file.write(struct.pack("<Q", len(text())) + text() + data)

if len(sys.argv) < 3: sys.exit(__doc__)
seen = [[MASK if random.random() < 0.3 else int(random.integers(size)) for size in SIZES] for _ in range(8)]
between = random.integers(-128, 128, (len(seen), len(LAYOUT))).tolist()
results = [array.tolist() for array in one_pass(seen, between)]
save(sys.argv[1])
with open(sys.argv[2], "w") as file:
    json.dump({"tokens": seen, "fractions": between, "logits": results[0], "values": results[1]}, file)

"""A BERT of two layers in plain Python, written from the paper (arXiv:1810.04805) and the layout of PyTorch state dicts; double precision, no packages.

Weights come from a formula that BertTests.cs repeats: tensor j (names in order), element i: 0.3 sin(1.7 i + 0.9 j), gains of norms 1 + a third of that.
Run: python3 make_bert.py > bert.json
"""
import json, math

V, P, D, HEADS, F, LAYERS, EPS = 11, 6, 8, 2, 12, 2, 1e-12
SENTENCES = [[2, 7, 9, 3], [2, 5, 3], [2, 10, 4, 6, 8, 3]]

shapes = {"embeddings.word_embeddings.weight": (V, D), "embeddings.position_embeddings.weight": (P, D), "embeddings.token_type_embeddings.weight": (2, D),
          "embeddings.LayerNorm.weight": (D,), "embeddings.LayerNorm.bias": (D,)}
for l in range(LAYERS):
    at = f"encoder.layer.{l}."
    for name, shape in (("attention.self.query", (D, D)), ("attention.self.key", (D, D)), ("attention.self.value", (D, D)), ("attention.output.dense", (D, D)),
                        ("intermediate.dense", (F, D)), ("output.dense", (D, F)), ("attention.output.LayerNorm", (D,)), ("output.LayerNorm", (D,))):
        shapes[at + name + ".weight"] = shape
        shapes[at + name + ".bias"] = shape[:1]

weights = {}
for j, name in enumerate(sorted(shapes)):
    count = math.prod(shapes[name])
    values = [0.3 * math.sin(1.7 * i + 0.9 * j) for i in range(count)]
    if name.endswith("LayerNorm.weight"): values = [1 + v / 3 for v in values]
    weights[name] = values if len(shapes[name]) == 1 else [values[r * shapes[name][1]:(r + 1) * shapes[name][1]] for r in range(shapes[name][0])]

def linear(x, name): return [sum(a * b for a, b in zip(x, row)) + bias for row, bias in zip(weights[name + ".weight"], weights[name + ".bias"])]

def norm(x, name):
    mean = sum(x) / len(x)
    variance = sum((v - mean) ** 2 for v in x) / len(x)
    return [(v - mean) / math.sqrt(variance + EPS) * g + b for v, g, b in zip(x, weights[name + ".weight"], weights[name + ".bias"])]

def add(x, y): return [a + b for a, b in zip(x, y)]

def gelu(x): return [0.5 * v * (1 + math.erf(v / math.sqrt(2))) for v in x]

def layer(states, at):
    q, k, v = ([linear(s, at + "attention.self." + part) for s in states] for part in ("query", "key", "value"))
    width, out = D // HEADS, []
    for t in range(len(states)):
        mixed = []
        for h in range(HEADS):
            cut = slice(h * width, (h + 1) * width)
            scores = [sum(a * b for a, b in zip(q[t][cut], k[s][cut])) / math.sqrt(width) for s in range(len(states))]
            top = max(scores)
            shares = [math.exp(s - top) for s in scores]
            mixed += [sum(share * v[s][cut][d] for s, share in enumerate(shares)) / sum(shares) for d in range(width)]
        half = norm(add(states[t], linear(mixed, at + "attention.output.dense")), at + "attention.output.LayerNorm")
        out.append(norm(add(half, linear(gelu(linear(half, at + "intermediate.dense")), at + "output.dense")), at + "output.LayerNorm"))
    return out

def encode(tokens):
    states = [norm(add(add(weights["embeddings.word_embeddings.weight"][token], weights["embeddings.token_type_embeddings.weight"][0]), weights["embeddings.position_embeddings.weight"][t]),
                   "embeddings.LayerNorm") for t, token in enumerate(tokens)]
    every = [states]
    for l in range(LAYERS):
        states = layer(states, f"encoder.layer.{l}.")
        every.append(states)
    mean = [[sum(column) / len(s) for column in zip(*s)] for s in every]
    return {"tokens": tokens, "cls": every[-1][0], "mean": mean[-1], "firstLast": [(a + b) / 2 for a, b in zip(mean[0], mean[-1])], "lastTwo": [(a + b) / 2 for a, b in zip(mean[-2], mean[-1])]}

print(json.dumps([encode(s) for s in SENTENCES], indent=1))

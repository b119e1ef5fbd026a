"""A T5 of two and two layers in plain PyTorch, written from the paper (arXiv:1910.10683) and the layout of the transformers library's state dicts; double precision.

Weights come from a formula that T5Tests.cs repeats: tensor j (names in order), element i: 0.3 sin(1.7 i + 0.9 j), gains of norms 1 + a third of that.
Run: python3 make_t5.py > t5.json
"""
import json, math
import torch
import torch.nn.functional as F

V, D, HEADS, DK, FF, LAYERS, EPS, BUCKETS, REACH = 13, 8, 2, 3, 12, 2, 1e-6, 32, 128
SOURCES = [[4, 7, 9, 3], [5, 3], [10, 4, 6, 8, 12, 11, 5, 3]]
TARGETS = [[7, 9, 3], [6, 5, 4, 10, 3], [3]]

def shapes(gated):
    names = {"shared.weight": (V, D)}
    for side in ("encoder", "decoder"):
        names[f"{side}.final_layer_norm.weight"] = (D,)
        names[f"{side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"] = (BUCKETS, HEADS)
        for l in range(LAYERS):
            parts = [("SelfAttention", 0)] + ([("EncDecAttention", 1)] if side == "decoder" else [])
            for part, at in parts:
                for m in "qkv": names[f"{side}.block.{l}.layer.{at}.{part}.{m}.weight"] = (HEADS * DK, D)
                names[f"{side}.block.{l}.layer.{at}.{part}.o.weight"] = (D, HEADS * DK)
                names[f"{side}.block.{l}.layer.{at}.layer_norm.weight"] = (D,)
            at = len(parts)
            for m in ("wi_0", "wi_1") if gated else ("wi",): names[f"{side}.block.{l}.layer.{at}.DenseReluDense.{m}.weight"] = (FF, D)
            names[f"{side}.block.{l}.layer.{at}.DenseReluDense.wo.weight"] = (D, FF)
            names[f"{side}.block.{l}.layer.{at}.layer_norm.weight"] = (D,)
    if gated: names["lm_head.weight"] = (V, D)
    return names

def fill(names):
    made = {}
    for j, name in enumerate(sorted(names)):
        values = 0.3 * torch.sin(1.7 * torch.arange(math.prod(names[name]), dtype=torch.float64) + 0.9 * j)
        if name.endswith("norm.weight"): values = 1 + values / 3
        made[name] = values.reshape(names[name])
    return made

def bucket(distance, both):
    # The published arithmetic, in single precision.
    count, out = BUCKETS, 0
    if both:
        count //= 2
        out = count if distance > 0 else 0
        distance = abs(distance)
    else:
        distance = max(0, -distance)
    exact = count // 2
    if distance < exact: return out + distance
    large = exact + (torch.log(torch.tensor(float(distance)) / exact) / math.log(REACH / exact) * (count - exact)).to(torch.long).item()
    return out + min(large, count - 1)

def run(gated):
    w = fill(shapes(gated))

    def norm(x, name): return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + EPS) * w[name + ".weight"]

    def attend(x, memory, at, bias):
        split = lambda m, y: (y @ w[f"{at}.{m}.weight"].T).reshape(-1, HEADS, DK).transpose(0, 1)
        scores = split("q", x) @ split("k", memory).transpose(1, 2) + bias
        return (scores.softmax(-1) @ split("v", memory)).transpose(0, 1).reshape(-1, HEADS * DK) @ w[f"{at}.o.weight"].T

    def mlp(x, at):
        h = F.gelu(x @ w[at + ".wi_0.weight"].T, approximate="tanh") * (x @ w[at + ".wi_1.weight"].T) if gated else F.relu(x @ w[at + ".wi.weight"].T)
        return h @ w[at + ".wo.weight"].T

    def stack(tokens, side, memory=None):
        t, table = len(tokens), w[f"{side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"]
        bias = torch.stack([torch.stack([table[bucket(k - q, memory is None)] for k in range(t)]) for q in range(t)]).permute(2, 0, 1)
        if memory is not None: bias = bias + torch.full((t, t), -math.inf, dtype=torch.float64).triu(1)
        x = w["shared.weight"][tokens]
        for l in range(LAYERS):
            at = f"{side}.block.{l}.layer."
            h = norm(x, at + "0.layer_norm")
            x = x + attend(h, h, at + "0.SelfAttention", bias)
            last = 1
            if memory is not None:
                x = x + attend(norm(x, at + "1.layer_norm"), memory, at + "1.EncDecAttention", 0)
                last = 2
            x = x + mlp(norm(x, f"{at}{last}.layer_norm"), f"{at}{last}.DenseReluDense")
        return norm(x, side + ".final_layer_norm")

    def logits(source, before):
        h = stack(before, "decoder", stack(source, "encoder"))
        return h @ w["lm_head.weight"].T if gated else (h * D ** -0.5) @ w["shared.weight"].T

    def likeliest(source, length):
        # Every text of at most so many tokens, by log-likelihood over length, the end (3) included: what an exhaustive beam has to find.
        best = None
        def go(before, score):
            nonlocal best
            scores = logits(source, [0] + before)[-1].log_softmax(-1)
            for token in range(1, V):
                s = score + scores[token].item()
                if token == 3 and not before: continue
                if token == 3 or len(before) + 1 == length:
                    text = before if token == 3 else before + [token]
                    value = s / (len(text) + 1) ** 0.6
                    if best is None or value > best[0]: best = (value, text)
                else: go(before + [token], s)
        go([], 0.0)
        return best[1]

    rows = []
    for source, target in zip(SOURCES, TARGETS):
        rows.append({"source": source, "target": target, "mean": stack(source, "encoder").mean(0).tolist(), "logits": logits(source, [0] + target[:-1]).tolist(),
                     "likeliest": likeliest(source, 3)})
    return rows

print(json.dumps({"original": run(False), "gated": run(True),
                  "buckets": {"both": [bucket(d, True) for d in range(-200, 201)], "back": [bucket(d, False) for d in range(-200, 201)]}}))

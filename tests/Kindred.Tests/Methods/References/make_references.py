"""Writes references.json: one training step of each method in plain PyTorch, as its paper's algorithm says it.

Nothing is stored but digests (sum, sum of squares, first and last element) of the loss's gradients and of what the step leaves
behind. Weights and views come from an integer hash that the tests compute as well, in float64. Momentum
networks get weights of their own, so that mixing them up would show.
Run: python3 make_references.py   (torch 1.13)
"""
import json
import math
import os

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

torch.set_default_dtype(torch.float64)

N = 6
EPOCH, EPOCHS, STEP, STEPS = 1, 4, 10, 40
RATE = 0.1


def tensor(shape, seed):
    """Uniform numbers in [-0.5, 0.5) from a 32-bit hash of the index."""
    h = (np.arange(math.prod(shape), dtype=np.uint64) * 2654435761 + seed * 2246822519 + 374761393) & 0xFFFFFFFF
    h ^= h >> np.uint64(15)
    h = (h * 2246822519) & 0xFFFFFFFF
    h ^= h >> np.uint64(13)
    h = (h * 3266489917) & 0xFFFFFFFF
    h ^= h >> np.uint64(16)
    return torch.from_numpy((h.astype(np.float64) / 4294967296.0 - 0.5).reshape(shape))


def fill(name, shape, seed):
    """Weights by name: means and variances of norms near their neutral values, matrices of variance about 2 / fan-in."""
    x = tensor(shape, seed)
    if name.endswith("running_var"):
        return 1 + x * 0.2
    if len(shape) <= 1:
        return x * 0.2 + (1 if "weight" in name else 0)
    return x * math.sqrt(24 / (math.prod(shape) / shape[0]))


def digest(x):
    x = x.detach().reshape(-1)
    return [float(x.sum()), float((x * x).sum()), float(x[0]), float(x[-1])]


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4)
        self.conv2, self.bn2 = nn.Conv2d(4, 6, 3, 2, 1, bias=False), nn.BatchNorm2d(6)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(x))).mean((2, 3))


class BN(nn.Module):
    def __init__(self, width, weight, bias):
        super().__init__()
        if weight:
            self.weight = nn.Parameter(torch.ones(width))
        if bias:
            self.bias = nn.Parameter(torch.zeros(width))
        self.register_buffer("running_mean", torch.zeros(width))
        self.register_buffer("running_var", torch.ones(width))

    def forward(self, x):
        return F.batch_norm(x, self.running_mean, self.running_var, getattr(self, "weight", None), getattr(self, "bias", None), True)


class Head(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)


class Projected(nn.Module):
    def __init__(self, head):
        super().__init__()
        self.encoder, self.head = Encoder(), head

    def forward(self, x):
        return self.head(self.encoder(x))

    def crops(self, views):
        """One pass of the encoder for each size, one of the head for all."""
        sizes = sorted({v.shape[-1] for v in views}, reverse=True)
        h = torch.cat([self.encoder(torch.cat([v for v in views if v.shape[-1] == s])) for s in sizes])
        return self.head(h).split(N)


def mlp(inputs, hidden, outputs, norm=True):
    """Linear, batch norm, ReLU, linear."""
    middle = [nn.BatchNorm1d(hidden)] if norm else []
    return Head(nn.Linear(inputs, hidden, bias=not norm), *middle, nn.ReLU(), nn.Linear(hidden, outputs))


def unit(x):
    return F.normalize(x, dim=-1)


def views(*sizes):
    return [tensor((N, 3, s, s), 900 + i) for i, s in enumerate(sizes)]


def prepare(**parts):
    """A module of the parts, filled as the tests fill theirs: the k-th tensor by sorted name from seed k."""
    model = nn.Module()
    for name, part in parts.items():
        setattr(model, name, part)
    state = {k: v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}
    model.load_state_dict({name: fill(name, tuple(state[name].shape), k) for k, name in enumerate(sorted(state))}, strict=False)
    return model


def learn(model, loss, frozen=()):
    """Backward and one step of plain gradient descent; momentum networks must have got nothing."""
    loss.backward()
    gradients = {}
    for name, p in model.named_parameters():
        if name.startswith(tuple(frozen)) or p.grad is None:
            continue
        gradients[name] = digest(p.grad)
        with torch.no_grad():
            p -= RATE * p.grad
    return {"loss": float(loss), "gradients": gradients}


@torch.no_grad()
def follow(target, source, m):
    for t, s in zip(target.parameters(), source.parameters()):
        t.copy_(m * t + (1 - m) * s)


def cosine(m0, step):
    return 1 - (1 - m0) * (math.cos(math.pi * step / STEPS) + 1) / 2


def sinkhorn(scores, rounds=3, eps=0.05):
    q = torch.exp(scores / eps).T
    q /= q.sum()
    for _ in range(rounds):
        q /= q.sum(1, keepdim=True) * q.shape[0]
        q /= q.sum(0, keepdim=True) * q.shape[1]
    return (q * q.shape[1]).T


def simclr():
    head = Head(nn.Linear(6, 6, bias=False), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 5, bias=False), BN(5, True, False))
    m = prepare(network=Projected(head))
    x1, x2 = views(8, 8)
    z = unit(m.network(torch.cat([x1, x2])))
    s = z @ z.T / 0.5
    s = s.masked_fill(torch.eye(2 * N, dtype=torch.bool), -math.inf)
    return learn(m, F.cross_entropy(s, torch.arange(2 * N).roll(N)))


def moco():
    m = prepare(query=Projected(mlp(6, 6, 5, norm=False)), key=Projected(mlp(6, 6, 5, norm=False)))
    queue = unit(tensor((10, 5), 800))
    x1, x2 = views(8, 8)
    q = unit(m.query(x1))
    with torch.no_grad():
        k = unit(m.key(x2))
    logits = torch.cat([(q * k).sum(1, keepdim=True), q @ queue.T], 1) / 0.2
    out = learn(m, F.cross_entropy(logits, torch.zeros(N, dtype=torch.long)), frozen=["key"])
    follow(m.key, m.query, 0.9)
    queue[torch.arange(7, 7 + N) % 10] = k
    return out | {"after": {"key.encoder.conv1.weight": digest(m.key.encoder.conv1.weight), "queue.keys": digest(queue)}}


def moco_v3():
    def project():
        return Projected(Head(nn.Linear(6, 7, bias=False), nn.BatchNorm1d(7), nn.ReLU(), nn.Linear(7, 5, bias=False), BN(5, False, False)))
    predictor = Head(nn.Linear(5, 7, bias=False), nn.BatchNorm1d(7), nn.ReLU(), nn.Linear(7, 5, bias=False))
    m = prepare(online=project(), predictor=predictor, target=project())
    x1, x2 = views(8, 8)
    q1, q2 = m.predictor(m.online(x1)), m.predictor(m.online(x2))
    with torch.no_grad():
        k1, k2 = m.target(x1), m.target(x2)

    def ctr(q, k):
        return 2 * 0.3 * F.cross_entropy(unit(q) @ unit(k).T / 0.3, torch.arange(N))
    out = learn(m, ctr(q1, k2) + ctr(q2, k1), frozen=["target"])
    follow(m.target, m.online, cosine(0.9, STEP + 1))  # first thing in the next step
    return out | {"after": {"target.encoder.conv2.weight": digest(m.target.encoder.conv2.weight)}}


def byol():
    m = prepare(online=Projected(mlp(6, 7, 5)), predictor=mlp(5, 7, 5), target=Projected(mlp(6, 7, 5)))
    x1, x2 = views(8, 8)
    p1, p2 = m.predictor(m.online(x1)), m.predictor(m.online(x2))
    with torch.no_grad():
        t1, t2 = m.target(x1), m.target(x2)
    loss = ((unit(p1) - unit(t2)) ** 2).sum(1).mean() + ((unit(p2) - unit(t1)) ** 2).sum(1).mean()
    out = learn(m, loss, frozen=["target"])
    follow(m.target, m.online, cosine(0.9, STEP))
    return out | {"after": {"target.encoder.conv2.weight": digest(m.target.encoder.conv2.weight),
                            "target.encoder.bn1.running_mean": digest(m.target.encoder.bn1.running_mean)}}


def simsiam():
    projector = Head(nn.Linear(6, 5, bias=False), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 5, bias=False), BN(5, False, False))
    m = prepare(network=Projected(projector), predictor=mlp(5, 3, 5))
    x1, x2 = views(8, 8)
    z1, z2 = m.network(x1), m.network(x2)
    p1, p2 = m.predictor(z1), m.predictor(z2)
    return learn(m, -(F.cosine_similarity(p1, z2.detach()).mean() + F.cosine_similarity(p2, z1.detach()).mean()) / 2)


class Prototypes(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(9, 5))


def swav():
    m = prepare(network=Projected(mlp(6, 7, 5)), prototypes=Prototypes())
    with torch.no_grad():
        m.prototypes.weight.copy_(unit(m.prototypes.weight))
    queue = [unit(tensor((8, 5), 810)), unit(tensor((8, 5), 811))]
    crops = views(8, 8, 6, 6, 6)
    z = [unit(f) for f in m.network.crops(crops)]
    s = [f @ m.prototypes.weight.T for f in z]
    loss = 0
    for a in (0, 1):
        with torch.no_grad():
            q = sinkhorn(torch.cat([queue[a] @ m.prototypes.weight.T, s[a]]))[-N:]
        loss -= sum((q * F.log_softmax(s[v] / 0.1, 1)).sum(1).mean() for v in range(5) if v != a) / 4
    out = learn(m, loss / 2)
    queue = [torch.cat([z[a].detach(), queue[a]])[:8] for a in (0, 1)]  # newest in front
    return out | {"after": {"queues.0.keys": [float(queue[0].sum()), float((queue[0] ** 2).sum())]}}


def hcl():
    m = prepare(network=Projected(mlp(6, 7, 5)))
    x1, x2 = views(8, 8)
    t, prior, beta = 0.5, 0.1, 1.0
    out = unit(m.network(torch.cat([x1, x2])))
    positive = torch.exp((out[:N] * out[N:]).sum(1) / t).repeat(2)
    keep = torch.ones(2 * N, 2 * N, dtype=torch.bool)
    for i in range(2 * N):
        keep[i, i] = keep[i, (i + N) % (2 * N)] = False
    neg = torch.exp(out @ out.T / t).masked_select(keep).view(2 * N, -1)   # 2N - 2 others
    count = 2 * N - 2
    weight = (beta * neg.log()).exp()
    reweighed = (weight * neg).sum(1) / weight.mean(1)
    ng = ((reweighed - prior * count * positive) / (1 - prior)).clamp(min=count * math.exp(-1 / t))
    return learn(m, -(positive / (positive + ng)).log().mean())


def supcon():
    m = prepare(network=Projected(mlp(6, 7, 5, norm=False)))
    x1, x2 = views(8, 8)
    z = unit(m.network(torch.cat([x1, x2])))
    labels = torch.tensor([0, 1, 0, 2, 1, 0]).repeat(2)
    loss = 0
    for i in range(2 * N):
        others = [a for a in range(2 * N) if a != i]
        s = z[others] @ z[i] / 0.1
        same = torch.tensor([bool(labels[a] == labels[i]) for a in others])
        loss -= F.log_softmax(s, 0)[same].mean() / (2 * N)
    return learn(m, loss)


def spcl():
    m = prepare(network=Projected(BN(6, True, False)))
    x1, x2 = views(8, 8)
    memory = unit(tensor((9, 6), 830))                                     # three classes of the source, six samples of the target
    identity = torch.tensor([0, 1, 2, 3, 3, 4, 5, 4, 6])
    rows = [torch.tensor([0, 1, 0, 2, 1, 0]), 3 + torch.arange(N)]
    centre = torch.stack([memory[identity == c].mean(0) for c in range(7)])
    f = [unit(m.network(x)) for x in (x1, x2)]                             # the source first
    loss = sum(F.cross_entropy(z @ centre.T / 0.05, identity[r]) for z, r in zip(f, rows))
    out = learn(m, loss)
    for z, r in zip(f, rows):
        for one, row in zip(z.detach(), r):
            memory[row] = unit((0.2 * memory[row] + 0.8 * one)[None])[0]
    return out | {"after": {"memory.rows": digest(memory)}}


def unit_rows(seed, *shape):
    return unit(tensor(shape, seed))


def mochi():
    """Draws come from torch's own generator, which both sides seed alike: ranks of a, ranks of b, shares; ranks, shares of the query."""
    m = prepare(query=Projected(mlp(6, 6, 5, norm=False)), key=Projected(mlp(6, 6, 5, norm=False)))
    queue = unit_rows(800, 10, 5)
    x1, x2 = views(8, 8)
    q = unit(m.query(x1))
    with torch.no_grad():
        k = unit(m.key(x2))
    torch.manual_seed(5)
    draw = {"a": torch.rand(N, 3), "b": torch.rand(N, 3), "alpha": torch.rand(N, 3), "c": torch.rand(N, 2), "beta": torch.rand(N, 2) / 2}
    logits = []
    for i in range(N):
        near = queue[sorted(range(10), key=lambda r: -float(q[i] @ queue[r]))[:4]]
        made = []
        for j in range(3):
            a, b, w = near[int(draw["a"][i, j] * 4)], near[int(draw["b"][i, j] * 4)], draw["alpha"][i, j]
            made.append(unit(w * a + (1 - w) * b))
        for j in range(2):
            c, w = near[int(draw["c"][i, j] * 4)], draw["beta"][i, j]
            made.append(unit(w * q[i].detach() + (1 - w) * c))
        logits.append(torch.cat([(q[i] @ k[i])[None], queue @ q[i], torch.stack(made) @ q[i]]))
    out = learn(m, F.cross_entropy(torch.stack(logits) / 0.2, torch.zeros(N, dtype=torch.long)), frozen=["key"])
    follow(m.key, m.query, 0.9)
    queue[torch.arange(7, 7 + N) % 10] = k
    return out | {"after": {"key.encoder.conv1.weight": digest(m.key.encoder.conv1.weight), "queue.keys": digest(queue)}}


def pcl():
    m = prepare(query=Projected(mlp(6, 6, 5, norm=False)), key=Projected(mlp(6, 6, 5, norm=False)))
    queue = unit_rows(800, 10, 5)
    prototypes = [unit_rows(840, 3, 5), unit_rows(841, 4, 5)]
    phi = [tensor((3,), 842).abs() + 0.1, tensor((4,), 843).abs() + 0.1]
    assigned = [torch.tensor([0, 1, 2, 0, 1, 2]), torch.tensor([3, 0, 2, 1, 3, 0])]
    x1, x2 = views(8, 8)
    q = unit(m.query(x1))
    with torch.no_grad():
        k = unit(m.key(x2))
    loss = F.cross_entropy(torch.cat([(q * k).sum(1, keepdim=True), q @ queue.T], 1) / 0.2, torch.zeros(N, dtype=torch.long))
    for c, f, s in zip(prototypes, phi, assigned):
        for i in range(N):
            e = torch.exp(c @ q[i] / f)
            loss = loss - torch.log(e[s[i]] / e.sum()) / N / 2                                # mean over samples, then over granularities
    out = learn(m, loss, frozen=["key"])
    follow(m.key, m.query, 0.9)
    queue[torch.arange(7, 7 + N) % 10] = k
    return out | {"after": {"key.encoder.conv2.weight": digest(m.key.encoder.conv2.weight), "queue.keys": digest(queue)}}


def mice():
    """Two experts of width 4 beside a gate, one head for all three; the EM form with the posterior held fixed."""
    K, D, tau, kappa = 2, 4, 0.5, 0.7
    m = prepare(query=Projected(Head(nn.Linear(6, 3 * D))), key=Projected(Head(nn.Linear(6, 3 * D))))
    mu = tensor((K, D), 850).requires_grad_()
    omega = torch.tensor([[1., 0, 0, 0], [-1, 0, 0, 0]])
    queue = unit(tensor((10, K, D), 851))
    x1, x2, x3 = views(8, 8, 8)
    f = unit(m.query(x1).view(N, K + 1, D)[:, :K])
    with torch.no_grad():
        v = unit(m.key(x2).view(N, K + 1, D)[:, :K])
    g = unit(m.query(x3).view(N, K + 1, D)[:, K])
    centre = unit(mu)
    pi = F.softmax(g @ omega.T / kappa, 1)
    elbo, won = 0, torch.zeros(K, D)
    for i in range(N):
        joint = []
        for z in range(K):
            scores = torch.exp(torch.cat([v[i, z][None], queue[:, z]]) @ (f[i, z] + centre[z]) / tau)
            joint.append(torch.log(pi[i, z]) + torch.log(scores[0] / scores.sum()))
        joint = torch.stack(joint)
        posterior = F.softmax(joint, 0).detach()
        elbo = elbo + (posterior * (joint - posterior.log())).sum() / N
        won[posterior.argmax()] += v[i, posterior.argmax()]
    out = learn(m, -elbo, frozen=["key"])
    out["gradients"]["prototypes"] = digest(mu.grad)
    follow(m.key, m.query, 0.9)
    queue[torch.arange(7, 7 + N) % 10] = v
    return out | {"after": {"key.encoder.conv2.weight": digest(m.key.encoder.conv2.weight), "queue.keys": digest(queue), "won": digest(won)}}


class DinoHead(nn.Module):
    def __init__(self):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(6, 7), nn.GELU(), nn.Linear(7, 7), nn.GELU(), nn.Linear(7, 4))
        self.last = nn.Module()
        self.last.direction = nn.Parameter(torch.zeros(9, 4))
        self.last.gain = nn.Parameter(torch.zeros(9, 1), requires_grad=False)

    def forward(self, x):
        w = self.last.gain * self.last.direction / self.last.direction.norm(dim=1, keepdim=True)
        return F.linear(unit(self.mlp(x)), w)


def dino():
    m = prepare(student=Projected(DinoHead()), teacher=Projected(DinoHead()))
    center = tensor((9,), 820)
    crops = views(8, 8, 6, 6, 6)
    s = m.student.crops(crops)
    with torch.no_grad():
        t = m.teacher.crops(crops[:2])
    tau = 0.04 + (0.07 - 0.04) * EPOCH / 2  # linspace over three epochs
    loss, terms = 0, 0
    for g in (0, 1):
        q = F.softmax((t[g] - center) / tau, -1)
        for v in range(5):
            if v != g:
                loss += (-q * F.log_softmax(s[v] / 0.1, -1)).sum(-1).mean()
                terms += 1
    out = learn(m, loss / terms, frozen=["teacher"])
    center = center * 0.9 + torch.cat(t).mean(0) * 0.1
    follow(m.teacher, m.student, cosine(0.9, STEP))
    return out | {"after": {"center.value": digest(center), "teacher.head.last.direction": digest(m.teacher.head.last.direction)}}


if __name__ == "__main__":
    made = {f.__name__: f() for f in (simclr, moco, moco_v3, byol, simsiam, swav, dino, hcl, supcon, spcl, mochi, pcl, mice)}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "references.json"), "w") as out:
        json.dump(made, out, indent=1)

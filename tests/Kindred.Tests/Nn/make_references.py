"""Writes references.json: what PyTorch computes for the layers, encoders, heads and optimizers that the tests check.

Weights and inputs are not stored. Both sides fill every tensor by the same integer hash (see `fill`), in float64, so the
file holds only digests of the results: sum, sum of squares, first and last element of each output and gradient.
Run: python3 make_references.py   (torch 1.13, torchvision 0.14)
"""
import json
import math
import os

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

torch.set_default_dtype(torch.float64)


def noise(count, seed):
    """Uniform numbers in [-0.5, 0.5) from a 32-bit hash of the index."""
    h = (np.arange(count, dtype=np.uint64) * 2654435761 + seed * 2246822519 + 374761393) & 0xFFFFFFFF
    h ^= h >> np.uint64(15)
    h = (h * 2246822519) & 0xFFFFFFFF
    h ^= h >> np.uint64(13)
    h = (h * 3266489917) & 0xFFFFFFFF
    h ^= h >> np.uint64(16)
    return h.astype(np.float64) / 4294967296.0 - 0.5


def tensor(shape, seed):
    return torch.from_numpy(noise(math.prod(shape), seed).reshape(shape))


def fill(name, shape, seed):
    """Weights by name: means and variances of norms near their neutral values, matrices of variance about 2 / fan-in."""
    x = tensor(shape, seed)
    if name.endswith("running_var"):
        return 1 + x * 0.2
    if len(shape) <= 1:
        return x * 0.2 + (1 if "weight" in name else 0)
    return x * math.sqrt(24 / (math.prod(shape) / shape[0]))


def fill_module(module):
    """Sorted by name, the k-th tensor gets seed k."""
    state = {k: v for k, v in module.state_dict().items() if not k.endswith("num_batches_tracked")}
    module.load_state_dict({name: fill(name, tuple(state[name].shape), k) for k, name in enumerate(sorted(state))}, strict=False)


def digest(x):
    x = x.detach().reshape(-1)
    return [float(x.sum()), float((x * x).sum()), float(x[0]), float(x[-1])]


def check(forward, module, x, names=True):
    """Outputs, input gradient and parameter gradients of sum(y * probe), in the order of sorted names."""
    x = x.clone().requires_grad_()
    y = forward(x)
    (y * tensor(tuple(y.shape), 777)).sum().backward()
    out = {"y": digest(y), "shape": list(y.shape), "x": digest(x.grad)}
    grads = {n: digest(p.grad) for n, p in sorted(module.named_parameters()) if p.grad is not None}
    out["gradients"] = grads
    return out


result = {}


def resnet(name, make, stem_cifar, size, train):
    net = make(num_classes=1)
    net.fc = nn.Identity()
    if stem_cifar:
        net.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
        net.maxpool = nn.Identity()
    net = net.double()
    net.train(train)
    fill_module(net)
    result[name] = check(net, net, tensor((4, 3, size, size), 1000))
    result[name]["buffers"] = {n: digest(b) for n, b in sorted(net.named_buffers()) if not n.endswith("tracked")}


resnet("resnet18", torchvision.models.resnet18, True, 16, True)
resnet("resnet18_eval", torchvision.models.resnet18, True, 16, False)
resnet("resnet50", torchvision.models.resnet50, False, 64, True)
result["torchvision_names"] = sorted(torchvision.models.resnet18().state_dict())


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(d, eps=1e-6), nn.LayerNorm(d, eps=1e-6)
        self.attn = nn.Module()
        self.attn.qkv, self.attn.proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.fc1, self.fc2 = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.attn.qkv(self.norm1(x)).reshape(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        a = (q @ k.transpose(-2, -1) / math.sqrt(d // self.heads)).softmax(-1)
        x = x + self.attn.proj((a @ v).transpose(1, 2).reshape(b, n, d))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class ViT(nn.Module):
    def __init__(self, size=16, patch=4, d=24, depth=2, heads=3):
        super().__init__()
        self.grid = size // patch
        self.patch_weight = nn.Parameter(torch.zeros(d, 3, patch, patch))
        self.patch_bias = nn.Parameter(torch.zeros(d))
        self.cls_token = nn.Parameter(torch.zeros(1, 1, d))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + self.grid ** 2, d))
        self.blocks = nn.ModuleList([Block(d, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(d, eps=1e-6)
        self.patch = patch

    def forward(self, x):
        maps = F.conv2d(x, self.patch_weight, self.patch_bias, stride=self.patch)
        d, h, w = maps.shape[1:]
        pos = self.pos_embed
        if (h, w) != (self.grid, self.grid):
            table = pos[:, 1:].reshape(1, self.grid, self.grid, d).permute(0, 3, 1, 2)
            table = F.interpolate(table, size=(h, w), mode="bicubic", align_corners=False)
            pos = torch.cat([pos[:, :1], table.flatten(2).transpose(1, 2)], 1)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), maps.flatten(2).transpose(1, 2)], 1) + pos
        for block in self.blocks:
            x = block(x)
        return self.norm(x)[:, 0]


for name, size in [("vit", 16), ("vit_crop", 8)]:
    net = ViT()
    fill_module(net)
    result[name] = check(net, net, tensor((3, 3, size, size), 1000))

gru = nn.GRU(5, 7, batch_first=True)
fill_module(gru)
result["gru"] = check(lambda x: gru(x)[0], gru, tensor((3, 6, 5), 1000))

mha = nn.MultiheadAttention(12, 3, batch_first=True)
fill_module(mha)
memory = tensor((2, 7, 12), 1001)
mask = torch.zeros(7, dtype=torch.bool)
mask[5:] = True  # True hides in PyTorch
result["cross_attention"] = check(lambda x: mha(x, memory, memory, key_padding_mask=mask.expand(2, 7))[0], mha, tensor((2, 4, 12), 1000))


class Standardised(nn.Module):
    """Weight-standardised grouped convolution, then group norm."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(4, 8, 3, stride=2, padding=1, groups=2), nn.GroupNorm(4, 8)

    def forward(self, x):
        w = self.conv.weight
        mean = w.mean((1, 2, 3), keepdim=True)
        var = w.var((1, 2, 3), unbiased=False, keepdim=True)
        return self.norm(F.conv2d(x, (w - mean) / torch.sqrt(var + 1e-5), self.conv.bias, 2, 1, groups=2))


net = Standardised()
fill_module(net)
result["standardised"] = check(net, net, tensor((3, 4, 9, 9), 1000))


class DinoHead(nn.Module):
    def __init__(self):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(6, 10), nn.GELU(), nn.Linear(10, 10), nn.GELU(), nn.Linear(10, 4))
        self.direction = nn.Parameter(torch.zeros(9, 4))

    def forward(self, x):
        w = self.direction / self.direction.norm(dim=1, keepdim=True)
        return F.linear(F.normalize(self.mlp(x), dim=-1), w)


net = DinoHead()
fill_module(net)
result["dino_head"] = check(net, net, tensor((5, 6), 1000))

net = nn.Sequential(nn.Linear(6, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU(),
                    nn.Linear(8, 3, bias=False), nn.BatchNorm1d(3, affine=False))
fill_module(net)
result["mlp_head"] = check(net, net, tensor((7, 6), 1000))


class SelectiveKernel(nn.Module):
    """SimCLR v2's selective kernel written independently: softmax over a stacked axis."""

    def __init__(self, f=8, inner=32):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(4, 2 * f, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(2 * f)
        self.squeeze, self.squeeze_bn = nn.Conv2d(f, inner, 1, bias=False), nn.BatchNorm2d(inner)
        self.excite = nn.Conv2d(inner, 2 * f, 1, bias=False)

    def forward(self, x):
        s = torch.stack(F.relu(self.bn(self.conv(x))).chunk(2, 1))
        g = s.sum(0).mean((2, 3), keepdim=True)
        m = self.excite(F.relu(self.squeeze_bn(self.squeeze(g))))
        m = torch.softmax(torch.stack(m.chunk(2, 1)), 0)
        return (s * m).sum(0)


net = SelectiveKernel()
fill_module(net)
result["selective_kernel"] = check(net, net, tensor((3, 4, 8, 8), 1000))

optimizers = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05),
    "sgd_nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05, nesterov=True),
    "sgd_plain": lambda p: torch.optim.SGD(p, lr=0.1),
    "adam": lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.95), weight_decay=0.05),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.05),
}
for name, make in optimizers.items():
    w = nn.Parameter(tensor((3, 4), 1))
    optimizer = make([w])
    steps = []
    for step in range(5):
        w.grad = tensor((3, 4), 10 + step)
        optimizer.step()
        steps.append(w.detach().reshape(-1).tolist())
    result["optim_" + name] = steps

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "references.json"), "w") as f:
    json.dump(result, f, separators=(",", ":"))

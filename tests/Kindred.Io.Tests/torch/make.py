"""Makes the files beside it with Python's torch.save (made with PyTorch 1.13)."""
import argparse, collections, os, pickle, sys
import numpy as np
import torch

os.chdir(os.path.dirname(os.path.abspath(__file__)))
base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
content = {
    "epoch": 7, "big": 2**80, "negative": -3, "lr": 0.1, "name": "größe 大", "flag": True, "none": None,
    "tuple": (1, 2.5, "x"), "list": [1, [2, [3]]], "bytes": b"\x00\xffab",
    "state_dict": collections.OrderedDict(
        weight=base, transposed=base.t(), view=base[1:3, 2:5], number=torch.tensor(3.5), nothing=torch.zeros(0, 3), expanded=torch.ones(1).expand(3),
        f16=torch.tensor([1.5, -2.0]).half(), bf16=torch.tensor([1.5, -2.0]).bfloat16(), f64=torch.tensor([1e300], dtype=torch.float64), i64=torch.tensor([2**62]),
        i32=torch.tensor([-7], dtype=torch.int32), i16=torch.tensor([300], dtype=torch.int16), i8=torch.tensor([-5], dtype=torch.int8), u8=torch.tensor([250], dtype=torch.uint8),
        truth=torch.tensor([True, False]), parameter=torch.nn.Parameter(torch.tensor([4.0]))),
    "args": argparse.Namespace(lr=0.1), "scalar": np.float64(2.0),
}
content["state_dict"]._metadata = {"": {"version": 1}}
torch.save(content, "zip.pt")
torch.save(content, "legacy.pt", _use_new_zipfile_serialization=False)
net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
sgd = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
net(torch.ones(4, 3)).sum().backward(); sgd.step()
torch.save({"model": net.state_dict(), "optimizer": sgd.state_dict()}, "training.pt")
torch.jit.script(torch.nn.Linear(2, 2)).save("script.pt")

class Run:
    def __reduce__(self):
        return (os.system, ("touch canary",))
torch.save({"weight": Run()}, "system.pt")
torch.save({"weight": Run()}, "system-legacy.pt", _use_new_zipfile_serialization=False)

"""What a call of an operator costs from Python where the operator itself has nothing to do: the counterpart of `kindred bench ops`.

One JSON object a call; needs PyTorch alone. Usage: python3 bench/ops.py [--repeats 200] [--threads 1]
"""
import argparse
import json
import statistics
import time

import torch

ROUND = 100


def calls():
    a, b = torch.ones(4), torch.ones(4)
    yield "mul", 2, lambda: torch.mul(a, b)
    x, weight = torch.ones(1, 1, 4, 4), torch.ones(1, 1, 3, 3)
    yield "conv2d", 7, lambda: torch.conv2d(x, weight, padding=1)
    one, mean, variance = torch.ones(1), torch.zeros(1), torch.ones(1)
    yield "batch_norm", 9, lambda: torch.batch_norm(x, one, mean, mean, variance, False, 0.1, 1e-5, False)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--repeats", type=int, default=200, help=f"rounds of {ROUND} calls")
    p.add_argument("--threads", type=int, default=1)
    given = p.parse_args()
    torch.set_num_threads(given.threads)
    with torch.no_grad():
        for name, arguments, call in calls():
            times = []
            for i in range(given.repeats + 20):
                start = time.perf_counter()
                for _ in range(ROUND):
                    call()
                times.append((time.perf_counter() - start) / ROUND * 1e9)
            times = times[20:]
            print(json.dumps({"name": "ops/" + name, "arguments": arguments, "ns_per_call": round(statistics.median(times)), "ns_per_call_best": round(min(times)),
                              "calls": len(times) * ROUND, "threads": given.threads, "torch": torch.__version__}), flush=True)


if __name__ == "__main__":
    main()

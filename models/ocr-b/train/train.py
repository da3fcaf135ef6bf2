"""Trains the reader. Windows are drawn by worker processes as the training asks for them, each chunk from its own seed."""

import argparse
import math
import multiprocessing
import os
import time
from collections import deque

import cv2
import numpy as np
import torch

import lines
from network import Reader

CHUNK = 1024
# Every chunk is seen twice: when it is new, and again so many chunks later.
AGAIN = 6
BATCH = 64
STYLE = None


def _start(seed: int, fonts: list[str], options: dict) -> None:
    global STYLE
    cv2.setNumThreads(1)
    STYLE = lines.make_style(seed, fonts, options["derived"], options["grounds"], options["others"], **options["more"])


def _chunk(seed: list[int]):
    rng = np.random.default_rng(seed)
    drawn = [lines.window(STYLE, rng)[:3] for _ in range(CHUNK)]
    return tuple(np.stack(part) for part in zip(*drawn))


def chunks(seed: int, fonts: list[str], count: int, workers: int, options: dict):
    """Yields chunks in order; only a few are drawn ahead."""
    pool = multiprocessing.get_context("spawn").Pool(workers, _start, (seed, fonts, options))
    waiting = deque()
    for index in range(count + workers + 2):
        if index < count:
            waiting.append(pool.apply_async(_chunk, ([seed, index],)))
        if index >= workers + 2:
            yield waiting.popleft().get()
    pool.terminate()


def targets(classes: torch.Tensor, shares: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Soft targets for each column, and which columns count."""
    counts = classes != lines.IGNORED
    known = torch.where(counts, classes, 0).long()
    share = torch.where(counts, shares, 0).float() / 255
    soft = torch.zeros(*known.shape, len(lines.ALPHABET) + 1)
    soft.scatter_(2, known.unsqueeze(2), share.unsqueeze(2))
    soft[..., 0] += 1 - share
    return soft, counts.float()


def loss_of(network: Reader, grey: torch.Tensor, classes: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy over the columns that count."""
    x = (grey.unsqueeze(1).float() - 127.5) / 127.5
    x = (x + torch.empty(len(x), 1, 1, 1).uniform_(-0.15, 0.15)) * torch.empty(len(x), 1, 1, 1).uniform_(0.75, 1.1)
    x = x.to(memory_format=torch.channels_last)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = network.logits(x)
    soft, counts = targets(classes, shares)
    entropy = -(soft * torch.log_softmax(logits.float(), 2)).sum(2)
    return (entropy * counts).sum() / counts.sum()


def _average(average: dict, network: Reader, step: int) -> None:
    keep = min(0.998, (step + 1) / (step + 10))
    for name, value in network.state_dict().items():
        if value.dtype.is_floating_point:
            average[name].mul_(keep).add_(value, alpha=1 - keep)
        else:
            average[name].copy_(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fonts", nargs="+", required=True)
    parser.add_argument("--others", nargs="*", default=[], help="fonts of one pitch that are no OCR-B")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chunks", type=int, required=True)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--start", help="checkpoint to go on from")
    parser.add_argument("--out", required=True)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--derived", type=int, default=24)
    parser.add_argument("--grounds", type=int, default=240)
    parser.add_argument("--harm", type=float, default=1.0)
    parser.add_argument("--minutes", type=float, default=0, help="stop the falling of the rate at this many minutes instead of at the last chunk")
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    network = Reader().to(memory_format=torch.channels_last)
    if given.start:
        network.load_state_dict(torch.load(given.start)["network"])
    average = {name: value.clone().float() if value.dtype.is_floating_point else value.clone() for name, value in network.state_dict().items()}
    _run(given, network, average)


def _run(given, network: Reader, average: dict) -> None:
    optimiser = torch.optim.AdamW(network.parameters(), lr=given.rate, weight_decay=0.01)
    options = {"derived": given.derived, "grounds": given.grounds, "others": given.others, "more": {"harm": given.harm}}
    kept, step, began, mean = deque(maxlen=AGAIN + 1), 0, time.time(), None
    for index, chunk in enumerate(chunks(given.seed, given.fonts, given.chunks, given.workers, options)):
        kept.append(chunk)
        both = [torch.from_numpy(np.concatenate(part)) for part in zip(kept[-1], kept[0])]
        order = torch.randperm(len(both[0]))
        for first in range(0, len(order), BATCH):
            done = index / given.chunks if not given.minutes else min(1.0, (time.time() - began) / 60 / given.minutes)
            warm = min(1.0, (step + 1) / 200)
            for group in optimiser.param_groups:
                group["lr"] = given.rate * warm * (0.5 + 0.5 * math.cos(math.pi * done)) + 1e-6
            some = order[first : first + BATCH]
            loss = loss_of(network, *(part[some] for part in both))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
            optimiser.step()
            _average(average, network, step)
            mean = loss.item() if mean is None else mean * 0.98 + loss.item() * 0.02
            step += 1
        print(f"chunk {index + 1} step {step} loss {mean:.4f} done {done:.3f} seconds {time.time() - began:.0f}", flush=True)
        torch.save({"network": network.state_dict(), "average": average, "chunks": index + 1, "given": vars(given)}, given.out + ".part")
        os.replace(given.out + ".part", given.out)
        if done >= 1:
            break


if __name__ == "__main__":
    main()

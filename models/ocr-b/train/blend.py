"""Takes the mean of the weights of two rounds of one training: less sure of itself than either, and better than both."""

import argparse

import cv2
import numpy as np
import torch

import lines
from network import Reader

# Windows that the statistics of the normalisation are taken from.
WINDOWS = 640


def settle(network: Reader, fonts: list[str], seed: int) -> None:
    """Takes the normalisation's statistics anew: they do not follow from the mean of the weights."""
    style, rng = lines.make_style(seed, fonts, 6, 40), np.random.default_rng(seed)
    grey = torch.from_numpy(np.stack([lines.window(style, rng)[0] for _ in range(WINDOWS)]))
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None
    network.train()
    with torch.no_grad():
        for part in grey.split(64):
            network((part.unsqueeze(1).float() - 127.5) / 127.5)
    network.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("out")
    parser.add_argument("--share", type=float, default=0.5, help="share of the second")
    parser.add_argument("--fonts", nargs="+", required=True)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    one, other = (torch.load(path)["average"] for path in (given.first, given.second))
    network = Reader()
    network.load_state_dict(
        {k: torch.lerp(v, other[k], given.share) if v.dtype.is_floating_point else other[k] for k, v in one.items()}
    )
    settle(network, given.fonts, given.seed)
    torch.save({"average": network.state_dict()}, given.out)


if __name__ == "__main__":
    main()

"""The network: convolutions over the strip down to one row, then along the line, then 38 classes for each column of 4 pixels."""

import torch
from torch import nn

from glyphs import CLASSES


def _block(inputs: int, outputs: int, kernel, stride=1, padding=1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Along(nn.Module):
    """A residual convolution along the line, so many columns wide."""

    def __init__(self, channels: int, columns: int):
        super().__init__()
        self.body = _block(channels, channels, (1, columns), 1, (0, columns // 2))

    def forward(self, x):
        return x + self.body(x)


class Reader(nn.Module):
    """Grey strips of (batch, 1, 32, width) become log-probabilities of (batch, width / 4, 38)."""

    def __init__(self):
        super().__init__()
        self.rows = nn.Sequential(
            _block(1, 16, 3),
            _block(16, 32, 3, 2),
            _block(32, 48, 3),
            nn.MaxPool2d((2, 1)),
            _block(48, 64, 3, (1, 2)),
            nn.MaxPool2d((2, 1)),
            _block(64, 96, (4, 3), 1, (0, 1)),
        )
        self.along = nn.Sequential(Along(96, 5), Along(96, 5), Along(96, 3))
        self.last = nn.Conv2d(96, CLASSES, 1)

    def logits(self, x):
        return self.last(self.along(self.rows(x))).squeeze(2).transpose(1, 2)

    def forward(self, x):
        return torch.log_softmax(self.logits(x), 2)

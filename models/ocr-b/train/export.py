"""Writes a trained network as ONNX: batch normalisation folded away, the temperature of the calibration folded into the last layer."""

import argparse
import copy

import onnx
import torch
from torch import nn

from glyphs import ALPHABET
from network import Reader

OPSET = 17


def _fold(module: nn.Module) -> None:
    """Folds each batch normalisation into the convolution before it."""
    for child in module.modules():
        if isinstance(child, nn.Sequential) and len(child) >= 2 and isinstance(child[1], nn.BatchNorm2d):
            child[0] = torch.nn.utils.fuse_conv_bn_eval(child[0], child[1])
            child[1] = nn.Identity()


def write(network: Reader, temperature: float, path: str) -> None:
    """Writes the file and checks it."""
    network = copy.deepcopy(network).float().eval().to(memory_format=torch.contiguous_format)
    _fold(network)
    with torch.no_grad():
        network.last.weight /= temperature
        network.last.bias /= temperature
    torch.onnx.export(
        network, (torch.zeros(2, 1, 32, 320),), path, opset_version=OPSET, dynamo=False,
        input_names=["line"], output_names=["log_probabilities"],
        dynamic_axes={"line": {0: "batch", 3: "width"}, "log_probabilities": {0: "batch", 1: "columns"}},
    )
    model = onnx.load(path)
    model.producer_name, model.producer_version = "", ""
    for node in model.graph.node:
        node.doc_string = ""
    model.metadata_props.append(onnx.StringStringEntryProto(key="character", value="\n".join(ALPHABET)))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("onnx")
    parser.add_argument("--temperature", type=float, default=1.0)
    given = parser.parse_args()
    network = Reader()
    network.load_state_dict(torch.load(given.checkpoint)["average"])
    write(network, given.temperature, given.onnx)


if __name__ == "__main__":
    main()

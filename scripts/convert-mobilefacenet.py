#!/usr/bin/env python3
"""Writes the second embedder as ONNX from the TensorFlow.js graph that npm carries.

    convert-mobilefacenet.py GRAPH.json WEIGHTS.bin OUT.onnx

Needs nothing beside Python. The same input gives the same bytes, whose sha256 models/manifest.toml states.

The graph as it is shipped has two faults, both from a converter that took the PReLU apart, and both are mended here:

* ReLU is fused into each depthwise convolution that a PReLU follows, so that the PReLU never sees a negative value.
* The slopes have the wrong sign: `relu(x) + (x - |x|) * m` is a PReLU of slope 2 m, and the right slope is -2 m.

A PReLU is written as two scalings of each channel, ReLU and a sum, which the engine runs in half the time that its own PReLU takes.

The normalisation at the end is left out: the length of the vector tells how well a face can be compared.
"""

import array
import base64
import json
import struct
import sys

FLOAT, INT, INTS = 1, 2, 7  # TensorProto.FLOAT, AttributeProto.INT and .INTS


# --- the protobuf wire format, as far as ONNX needs it ---


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def block(field, body):
    body = body.encode() if isinstance(body, str) else body
    return varint(field << 3 | 2) + varint(len(body)) + body


# --- messages of onnx.proto: the numbers are those of its fields ---


def tensor(name, shape, values):
    dims = b"".join(number(1, side) for side in shape)
    return dims + number(2, FLOAT) + block(8, name) + block(9, struct.pack(f"<{len(values)}f", *values))


def attribute(name, value):
    if isinstance(value, int):
        return block(1, name) + number(3, value) + number(20, INT)
    return block(1, name) + b"".join(number(8, item) for item in value) + number(20, INTS)


def operation(kind, inputs, output, **attributes):
    return (
        b"".join(block(1, name) for name in inputs)
        + block(2, output)
        + block(3, output)
        + block(4, kind)
        + b"".join(block(5, attribute(*item)) for item in attributes.items())
    )


def value_info(name, shape):
    dims = b"".join(block(1, number(1, side)) for side in shape)
    return block(1, name) + block(2, block(1, number(1, FLOAT) + block(2, dims)))


def model(nodes, tensors, inputs, outputs):
    graph = b"".join(block(1, body) for body in nodes) + block(2, "MobileFaceNet 192")
    graph += b"".join(block(5, body) for body in tensors)
    graph += b"".join(block(11, value_info(*item)) for item in inputs)
    graph += b"".join(block(12, value_info(*item)) for item in outputs)
    opset = block(1, "") + number(2, 13)
    return number(1, 8) + block(2, "selfsame") + block(7, graph) + block(8, opset)


# --- TensorFlow.js ---


class Graph:
    """The nodes by name, and the weights as (shape, floats)."""

    def __init__(self, description, weights):
        self.nodes = {node["name"]: node for node in description["modelTopology"]["node"]}
        self.weights, at = {}, 0
        for entry in description["weightsManifest"][0]["weights"]:
            count = 1
            for side in entry["shape"]:
                count *= side
            if entry["dtype"] == "float32":
                values = array.array("f", weights[at : at + 4 * count])
                if sys.byteorder == "big":
                    values.byteswap()
                self.weights[entry["name"]] = (entry["shape"], values)
            at += 4 * count
        if at != len(weights):
            raise SystemExit(f"the weights have {len(weights)} bytes, the graph names {at}")

    def readers(self, name):
        return [node for node in self.nodes.values() if name in node.get("input", [])]

    def only(self, nodes, kind):
        found = [node for node in nodes if node["op"] == kind]
        if len(found) != 1:
            raise SystemExit(f"{len(found)} nodes of kind {kind} where the conversion expects one")
        return found[0]


def channels_first(shape, values, depthwise):
    """Weights in ONNX's order: [output, input / group, height, width]. TensorFlow has [height, width, input, output]."""
    height, width, inputs, outputs = shape
    if depthwise and outputs != 1:
        raise SystemExit("a depthwise convolution with a multiplier is not known here")
    step = inputs * outputs
    out = array.array("f")
    for o in range(inputs if depthwise else outputs):
        for i in range(1 if depthwise else inputs):
            out.extend(values[o if depthwise else i * outputs + o :: step])
    return ([inputs, 1, height, width] if depthwise else [outputs, inputs, height, width]), out


class Converter:
    def __init__(self, graph, side):
        self.graph, self.side = graph, side
        self.nodes, self.tensors = [], []
        # Name in TensorFlow's graph -> (name in ONNX, side of the square).
        self.known = {}
        # Name in ONNX -> 1 or -1 by channel: what whoever reads it multiplies it with.
        self.signs = {}

    def constant(self, name, shape, values):
        self.tensors.append(tensor(name, shape, values))
        return name

    def add(self, kind, inputs, **attributes):
        name = f"n{len(self.nodes)}"
        self.nodes.append(operation(kind, inputs, name, **attributes))
        return name

    def convolution(self, node):
        source, weights, bias = node["input"]
        name, side = self.known[source]
        depthwise = node["op"] == "FusedDepthwiseConv2dNative"
        shape, values = channels_first(*self.graph.weights[weights], depthwise)
        text = lambda key: base64.b64decode(node["attr"][key]["s"]).decode()
        stride, kernel = int(node["attr"]["strides"]["list"]["i"][1]), shape[2]
        result = -(-side // stride) if text("padding") == "SAME" else (side - kernel) // stride + 1
        # TensorFlow puts the odd pixel of padding at the end.
        before, missing = divmod(max((result - 1) * stride + kernel - side, 0), 2)
        after = before + missing if text("padding") == "SAME" else 0
        pads = [before, before, after, after]
        if name in self.signs:
            channels, area = (shape[0] if depthwise else shape[1]), kernel * kernel
            values = [value * self.signs[name][at // area % channels] for at, value in enumerate(values)]
        inputs = [
            name,
            self.constant(f"c{len(self.nodes)}.weight", shape, values),
            self.constant(f"c{len(self.nodes)}.bias", *self.graph.weights[bias]),
        ]
        group = shape[0] if depthwise else 1
        out = self.add("Conv", inputs, group=group, kernel_shape=[kernel] * 2, pads=pads, strides=[stride] * 2)
        self.known[node["name"]] = (out, result)
        self.activation(node, out, result, shape[0])

    def activation(self, node, name, side, channels):
        """The PReLU behind a convolution, which the graph has in four nodes, if there is one."""
        readers = self.graph.readers(node["name"])
        if not any(reader["op"] == "Abs" for reader in readers):
            return
        fused = [base64.b64decode(item).decode() for item in node["attr"]["fused_ops"]["list"]["s"]]
        parts = self.graph.only(readers, "Sub")
        product = self.graph.only(self.graph.readers(parts["name"]), "Mul")
        total = self.graph.only(self.graph.readers(product["name"]), "Add")
        if "Relu" not in fused:
            self.graph.only(readers, "Relu")
        slopes = [-2.0 * half for half in self.graph.weights[product["input"][1]][1]]
        scaled = lambda what, values: self.add(
            "Conv", [name, self.constant(f"{name}.{what}", [channels, 1, 1, 1], values)], group=channels, kernel_shape=[1, 1]
        )
        # With r = relu((1 - s) x), a PReLU of slope s is s x + r where s <= 1, and x - r where s > 1. Of the latter the opposite is
        # written, r - x, and the convolution that reads it has the sign.
        bent = self.add("Relu", [scaled("bend", [1.0 - slope for slope in slopes])])
        out = self.add("Add", [scaled("slope", [slope if slope <= 1.0 else -1.0 for slope in slopes]), bent])
        self.known[total["name"]] = (out, side)
        self.signs[out] = [1.0 if slope <= 1.0 else -1.0 for slope in slopes]

    def run(self):
        for node in self.graph.nodes.values():
            if node["op"] == "Placeholder":
                self.known[node["name"]] = ("input", self.side)
            elif node["op"] in ("_FusedConv2D", "FusedDepthwiseConv2dNative"):
                self.convolution(node)
            elif node["op"] == "Add" and node["name"] not in self.known:
                (a, side), (b, _) = (self.known[name] for name in node["input"])
                if a in self.signs or b in self.signs:
                    raise SystemExit("a sum of what a PReLU gives is not known here")
                self.known[node["name"]] = (self.add("Add", [a, b]), side)
            elif node["op"] == "Squeeze":
                out, _ = self.known[node["input"][0]]
                self.nodes.append(operation("Flatten", [out], "output", axis=1))
        return self


def convert(description, weights, side, dimensions):
    done = Converter(Graph(description, weights), side).run()
    return model(done.nodes, done.tensors, [("input", [1, 3, side, side])], [("output", [1, dimensions])])


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as graph, open(sys.argv[2], "rb") as weights:
        onnx = convert(json.load(graph), weights.read(), 112, 192)
    with open(sys.argv[3], "wb") as out:
        out.write(onnx)


if __name__ == "__main__":
    main()

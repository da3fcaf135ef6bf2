"""Tests of convert-mobilefacenet.py on a network of four convolutions: python3 -m unittest discover -s scripts"""

import base64
import importlib.util
import pathlib
import struct
import unittest

HERE = pathlib.Path(__file__).parent
spec = importlib.util.spec_from_file_location("convert", HERE / "convert-mobilefacenet.py")
convert = importlib.util.module_from_spec(spec)
spec.loader.exec_module(convert)


def fields(message):
    """(field, value) of a protobuf message: numbers and bytes, as the wire format has them."""
    at, found = 0, []

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            found.append((tag >> 3, varint()))
        else:
            length = varint()
            found.append((tag >> 3, message[at : at + length]))
            at += length
    return found


def every(message, field):
    return [value for number, value in fields(message) if number == field]


def coded(text):
    return base64.b64encode(text.encode()).decode()


def convolution(kind, name, source, stride, fused):
    attributes = {
        "strides": {"list": {"i": ["1", str(stride), str(stride), "1"]}},
        "padding": {"s": coded("SAME")},
        "fused_ops": {"list": {"s": [coded(item) for item in fused]}},
    }
    return {"name": name, "op": kind, "input": [source, f"{name}/w", f"{name}/b"], "attr": attributes}


def prelu(name, relu):
    """As the package has it: four nodes, of which ReLU may be fused into the convolution."""
    nodes = [{"name": f"{name}/relu", "op": "Relu", "input": [name]}] if relu else []
    return nodes + [
        {"name": f"{name}/abs", "op": "Abs", "input": [name]},
        {"name": f"{name}/sub", "op": "Sub", "input": [name, f"{name}/abs"]},
        {"name": f"{name}/mul", "op": "Mul", "input": [f"{name}/sub", f"{name}/m"]},
        {"name": f"{name}/add", "op": "Add", "input": [f"{name}/relu" if relu else name, f"{name}/mul"]},
    ]


WEIGHTS = [
    ("a/w", [3, 3, 1, 2], [0.25 * (i % 7 - 3) for i in range(18)]),
    ("a/b", [2], [0.5, -0.5]),
    # Slopes of 0.25 and of 3, once mended.
    ("a/m", [2], [-0.125, -1.5]),
    ("d/w", [3, 3, 2, 1], [0.5 * (i % 5 - 2) for i in range(18)]),
    ("d/b", [2], [1.0, -2.0]),
    # Of 2 and of -1.
    ("d/m", [2], [-1.0, 0.5]),
    ("e/w", [1, 1, 2, 2], [1.0, -0.5, 0.25, 2.0]),
    ("e/b", [2], [0.0, 1.0]),
    ("z/w", [1, 1, 1, 2], [1.5, -1.0]),
    ("z/b", [2], [0.0, 0.0]),
]


def package():
    nodes = [
        {"name": "in", "op": "Placeholder"},
        convolution("_FusedConv2D", "a", "in", 2, ["BiasAdd"]),
        *prelu("a", relu=True),
        convolution("FusedDepthwiseConv2dNative", "d", "a/add", 1, ["BiasAdd", "Relu"]),
        *prelu("d", relu=False),
        convolution("_FusedConv2D", "e", "d/add", 1, ["BiasAdd"]),
        convolution("_FusedConv2D", "z", "in", 2, ["BiasAdd"]),
        {"name": "sum", "op": "Add", "input": ["e", "z"]},
        {"name": "out", "op": "Squeeze", "input": ["sum"]},
    ]
    entries = [{"name": name, "shape": shape, "dtype": "float32"} for name, shape, _ in WEIGHTS]
    weights = b"".join(struct.pack(f"<{len(values)}f", *values) for _, _, values in WEIGHTS)
    return {"modelTopology": {"node": nodes}, "weightsManifest": [{"weights": entries}]}, weights


PICTURE = [[[0.5 * (x * 3 % 5) - y * 0.75 + 0.1 for x in range(4)] for y in range(4)]]


def tensorflow(name, planes, stride, depthwise):
    """What TensorFlow's convolution says: padding on all sides as SAME has it, the odd pixel at the end."""
    known = {entry: (shape, values) for entry, shape, values in WEIGHTS}
    (kernel, _, inputs, outputs), weights = known[f"{name}/w"]
    side, bias = len(planes[0]), known[f"{name}/b"][1]
    result = -(-side // stride)
    before = max((result - 1) * stride + kernel - side, 0) // 2

    def at(channel, y, x):
        return planes[channel][y][x] if 0 <= y < side and 0 <= x < side else 0.0

    def pixel(out, y, x):
        total = bias[out]
        for ky in range(kernel):
            for kx in range(kernel):
                for channel in [out] if depthwise else range(inputs):
                    weight = weights[((ky * kernel + kx) * inputs + channel) * outputs + (0 if depthwise else out)]
                    total += weight * at(channel, y * stride + ky - before, x * stride + kx - before)
        return total

    return [[[pixel(out, y, x) for x in range(result)] for y in range(result)] for out in range(len(bias))]


def bent(name, planes):
    halves = {entry: values for entry, _, values in WEIGHTS}[f"{name}/m"]
    bend = lambda value, slope: value if value > 0 else slope * value
    return [[[bend(value, -2.0 * half) for value in row] for row in plane] for plane, half in zip(planes, halves)]


def expected():
    first = bent("a", tensorflow("a", PICTURE, 2, False))
    second = tensorflow("e", bent("d", tensorflow("d", first, 1, True)), 1, False)
    other = tensorflow("z", PICTURE, 2, False)
    pairs = zip(second, other)
    return [a + b for plane, more in pairs for row, others in zip(plane, more) for a, b in zip(row, others)]


class Conversion(unittest.TestCase):
    def setUp(self):
        (graph,) = every(convert.convert(*package(), side=4, dimensions=2), 7)
        self.nodes = every(graph, 1)
        self.tensors = {}
        for tensor in every(graph, 5):
            ((raw,), (name,)) = every(tensor, 9), every(tensor, 8)
            self.tensors[name.decode()] = (every(tensor, 1), struct.unpack(f"<{len(raw) // 4}f", raw))

    def attributes(self, node):
        found = {}
        for attribute in every(node, 5):
            (name,) = every(attribute, 1)
            found[name.decode()] = every(attribute, 8) or every(attribute, 3)[0]
        return found

    def convolve(self, node, planes, weight, bias=None):
        said = self.attributes(node)
        (outputs, inputs, kernel, _), weights = self.tensors[weight]
        stride, (top, left, bottom, _) = said.get("strides", [1])[0], said.get("pads", [0] * 4)
        side = len(planes[0])
        result = (side + top + bottom - kernel) // stride + 1
        base = self.tensors[bias][1] if bias else [0.0] * outputs
        of_group = outputs // said["group"]

        def at(channel, y, x):
            return planes[channel][y][x] if 0 <= y < side and 0 <= x < side else 0.0

        def pixel(out, y, x):
            return base[out] + sum(
                weights[((out * inputs + i) * kernel + ky) * kernel + kx]
                * at(out // of_group * inputs + i, y * stride + ky - top, x * stride + kx - left)
                for i in range(inputs)
                for ky in range(kernel)
                for kx in range(kernel)
            )

        return [[[pixel(out, y, x) for x in range(result)] for y in range(result)] for out in range(outputs)]

    def run_graph(self):
        values = {"input": PICTURE}
        for node in self.nodes:
            names = [name.decode() for name in every(node, 1)]
            kind, out = every(node, 4)[0].decode(), every(node, 2)[0].decode()
            first = values[names[0]]
            if kind == "Conv":
                values[out] = self.convolve(node, first, *names[1:])
            elif kind == "Relu":
                values[out] = [[[max(value, 0.0) for value in row] for row in plane] for plane in first]
            elif kind == "Add":
                pairs = zip(first, values[names[1]])
                values[out] = [[[a + b for a, b in zip(*rows)] for rows in zip(*planes)] for planes in pairs]
            else:
                self.assertEqual(kind, "Flatten")
                values[out] = [value for plane in first for row in plane for value in row]
        return values["output"]

    def test_the_network_says_what_the_mended_one_says(self):
        found, wanted = self.run_graph(), expected()
        self.assertEqual(len(found), 8)
        for one, other in zip(found, wanted):
            self.assertAlmostEqual(one, other, places=5)
        # Slopes on both sides of 1, and of both signs, have been asked for.
        first = tensorflow("a", PICTURE, 2, False)
        self.assertTrue(all(min(value for row in plane for value in row) < 0 for plane in first))

    def test_weights_that_do_not_fit_the_graph_are_refused(self):
        graph, weights = package()
        with self.assertRaises(SystemExit):
            convert.convert(graph, weights[:-4], side=4, dimensions=2)

    def test_a_graph_of_another_shape_is_refused(self):
        graph, weights = package()
        graph["modelTopology"]["node"] = [n for n in graph["modelTopology"]["node"] if n["name"] != "a/relu"]
        with self.assertRaises(SystemExit):
            convert.convert(graph, weights, side=4, dimensions=2)
        graph, weights = package()
        graph["modelTopology"]["node"][-2]["input"] = ["d/add", "z"]
        with self.assertRaises(SystemExit):
            convert.convert(graph, weights, side=4, dimensions=2)


if __name__ == "__main__":
    unittest.main()

"""Tests of convert-mobilefacenet.py on a network of two convolutions: python3 -m unittest discover -s scripts"""

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
    ("a/w", [3, 3, 1, 2], [float(i) for i in range(18)]),
    ("a/b", [2], [0.5, -0.5]),
    ("a/m", [2], [-0.125, -0.25]),
    ("d/w", [3, 3, 2, 1], [float(i) for i in range(18)]),
    ("d/b", [2], [1.0, 2.0]),
    ("d/m", [2], [0.5, -0.5]),
]


def package():
    nodes = [
        {"name": "in", "op": "Placeholder"},
        convolution("_FusedConv2D", "a", "in", 2, ["BiasAdd"]),
        *prelu("a", relu=True),
        convolution("FusedDepthwiseConv2dNative", "d", "a/add", 1, ["BiasAdd", "Relu"]),
        *prelu("d", relu=False),
        {"name": "sum", "op": "Add", "input": ["a/add", "d/add"]},
        {"name": "out", "op": "Squeeze", "input": ["sum"]},
    ]
    entries = [{"name": name, "shape": shape, "dtype": "float32"} for name, shape, _ in WEIGHTS]
    weights = b"".join(struct.pack(f"<{len(values)}f", *values) for _, _, values in WEIGHTS)
    return {"modelTopology": {"node": nodes}, "weightsManifest": [{"weights": entries}]}, weights


class Conversion(unittest.TestCase):
    def setUp(self):
        (self.graph,) = every(convert.convert(*package(), side=4, dimensions=2), 7)
        self.nodes = every(self.graph, 1)
        self.tensors = {}
        for tensor in every(self.graph, 5):
            ((raw,), (name,)) = every(tensor, 9), every(tensor, 8)
            values = struct.unpack(f"<{len(raw) // 4}f", raw)
            self.tensors[name.decode()] = (every(tensor, 1), values)

    def attributes(self, node):
        found = {}
        for attribute in every(node, 5):
            (name,) = every(attribute, 1)
            found[name.decode()] = every(attribute, 8) or every(attribute, 3)[0]
        return found

    def test_a_prelu_is_one_node_and_no_relu_is_left(self):
        kinds = [every(node, 4)[0].decode() for node in self.nodes]
        self.assertEqual(kinds, ["Conv", "PRelu", "Conv", "PRelu", "Add", "Flatten"])
        self.assertEqual([name.decode() for name in every(self.nodes[4], 1)], ["n1", "n3"])

    def test_slopes_have_the_right_sign(self):
        self.assertEqual(self.tensors["n0.slope"], ([2, 1, 1], (0.25, 0.5)))
        self.assertEqual(self.tensors["n2.slope"], ([2, 1, 1], (-1.0, 1.0)))

    def test_weights_have_the_outputs_first(self):
        self.assertEqual(self.tensors["n0.weight"], ([2, 1, 3, 3], tuple(float(i) for i in [*range(0, 18, 2), *range(1, 18, 2)])))
        self.assertEqual(self.tensors["n2.weight"], ([2, 1, 3, 3], tuple(float(i) for i in [*range(0, 18, 2), *range(1, 18, 2)])))

    def test_padding_is_tensorflows(self):
        self.assertEqual(self.attributes(self.nodes[0]), {"group": 1, "kernel_shape": [3, 3], "pads": [0, 0, 1, 1], "strides": [2, 2]})
        self.assertEqual(self.attributes(self.nodes[2]), {"group": 2, "kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [1, 1]})

    def test_weights_that_do_not_fit_the_graph_are_refused(self):
        graph, weights = package()
        with self.assertRaises(SystemExit):
            convert.convert(graph, weights[:-4], side=4, dimensions=2)

    def test_a_graph_of_another_shape_is_refused(self):
        graph, weights = package()
        graph["modelTopology"]["node"] = [n for n in graph["modelTopology"]["node"] if n["name"] != "a/relu"]
        with self.assertRaises(SystemExit):
            convert.convert(graph, weights, side=4, dimensions=2)


if __name__ == "__main__":
    unittest.main()

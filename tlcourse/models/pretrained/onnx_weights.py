"""The weights in an ONNX file, in float32 and under the names they had in PyTorch; int8 ones are dequantised.

Quantised by ONNX Runtime, a weight is kept as whole numbers q from −128 to 127 with a scale s and a zero
point z, and stands for s·(q − z) (Jacob et al. 2018, arXiv 1712.05877, equation 1). An exported linear layer
is a MatMul of the layer's name with the weight transposed, whose own name is lost (`onnx::MatMul_753`): the
layer is told by the MatMul that the weight feeds. Embeddings and biases have kept their names.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from onnx import NodeProto


def read(file: str | Path) -> dict[str, np.ndarray]:
    """PyTorch's name → float32 array, in PyTorch's shape, of each weight of the graph in `file`.

    Scales and zero points of activations are left out: the network is meant to compute in float32.

    Raises ValueError if the file is not an ONNX graph, or a quantised weight is used in a way not known here.
    """
    import onnx
    from google.protobuf.message import DecodeError
    from onnx import numpy_helper

    try:
        graph = onnx.load(str(file)).graph
    except DecodeError as error:
        raise ValueError(f"{file} is not an ONNX file that can be read ({error})") from error
    stored = {tensor.name: tensor for tensor in graph.initializer}
    used_by: dict[str, list[NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            used_by.setdefault(name, []).append(node)

    found, parameters = {}, set()
    for node in graph.node:
        if node.op_type != "DequantizeLinear" or node.input[0] not in stored:
            continue
        q, s, z = (numpy_helper.to_array(stored[name]) for name in node.input)
        if s.size != 1:
            raise ValueError(f"{node.input[0]} has {s.size} scales, expected one for the whole weight")
        weight = s.astype(np.float32) * (q.astype(np.float32) - z.astype(np.float32))
        name, transposed = _torch_name(node.output[0], used_by)
        found[name] = np.ascontiguousarray(weight.T) if transposed else weight
        parameters.update(node.input)
    for node in graph.node:  # scales and zero points of activations
        if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            parameters.update(node.input[1:])
    for name, tensor in stored.items():
        if name not in parameters:
            found[name] = numpy_helper.to_array(tensor)
    return found


def _torch_name(weight: str, used_by: dict[str, list["NodeProto"]]) -> tuple[str, bool]:
    """A dequantised weight's name in PyTorch, and whether the graph has it transposed.

    `weight` is called `<name>_DequantizeLinear_Output` by the quantiser.
    """
    (user,) = used_by[weight]
    if user.op_type == "MatMul" and user.input[1] == weight:  # /layer.0/attention/q_lin/MatMul
        return user.name.removesuffix("/MatMul").strip("/").replace("/", ".") + ".weight", True
    if user.op_type == "Gather" and user.input[0] == weight:  # rows of a table: an embedding
        return weight.removesuffix("_DequantizeLinear_Output"), False
    raise ValueError(f"{weight} goes into a {user.op_type} ({user.name}); known are MatMul and Gather")

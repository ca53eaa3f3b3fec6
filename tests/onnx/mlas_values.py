#!/usr/bin/env python3
"""Writes tests/ir/mlas.ir: functions of floats with the results of ONNX Runtime. Needs onnx and onnxruntime, and a processor with AVX2.

    tests/onnx/mlas_values.py > tests/ir/mlas.ir
"""
import numpy
import onnxruntime
from onnx import TensorProto, helper

COLUMNS = 33
FUNCTIONS = {"mlas_exp": "Exp", "mlas_tanh": "Tanh", "mlas_erf": "Erf", "mlas_logistic": "Sigmoid"}
LENGTHS = (1, 2, 3, 5, 8, 13, 33)
RNG = numpy.random.default_rng(1)


def result(operator, row, **attributes):
    def floats(name):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, len(row)])
    graph = helper.make_graph([helper.make_node(operator, ["x"], ["y"], **attributes)], "g", [floats("x")], [floats("y")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return list(session.run(None, {"x": row[None, :]})[0][0])


def rows():
    special = [0, -0.0, 1e-40, -1e-40, 1, -1, 0.921875, 0.921876, 3.925, 3.9, 9, -9, 8.9, 18, -18, 17.9, 30, 88.7, 88.4, -87.4, -88.4, -95, -103.9, -104, -1e30]
    small = [0.01, -0.3, 0.49, -0.5, 2.5, -3.75, 6.25, -7]
    yield numpy.array(special + small, numpy.float32)
    for deviation in (0.4, 3, 3, 20):
        yield RNG.normal(0, deviation, COLUMNS).astype(numpy.float32).clip(-100, 88)


def spelled(values):
    return ", ".join(repr(float(v)) for v in values)


def main():
    print(f"; What ONNX Runtime {onnxruntime.__version__} gives, written by tests/onnx/mlas_values.py: the same bits.")
    print(f'pipeline "mlas" {{\n  %x = input field "x" elem f32 blank nullable false nan value shape [{COLUMNS}] columns [{COLUMNS}] : f32[{COLUMNS}]!\n  %c = check %x : f32[{COLUMNS}]')
    for name in FUNCTIONS:
        print(f'  %{name} = {name} %c : f32[{COLUMNS}]\n  output %{name} field "{name}" columns [{COLUMNS}]')
    for length in LENGTHS:
        at = ", ".join(map(str, range(length)))
        print(f"  %first{length} = take %c at [{at}] scalar false : f32[{length}]")
        for method in ("softmax_mlas", "log_softmax_mlas"):
            print(f'  %{method}{length} = normalize %first{length} method {method} : f32[{length}]\n  output %{method}{length} field "{method}{length}" columns [{length}]')
    print("}")
    for row in rows():
        values = [v for operator in FUNCTIONS.values() for v in result(operator, row)]
        for length in LENGTHS:
            values += result("Softmax", row[:length], axis=1) + result("LogSoftmax", row[:length], axis=1)
        print(f"; run: {spelled(row)} => {spelled(values)}")


if __name__ == "__main__":
    main()

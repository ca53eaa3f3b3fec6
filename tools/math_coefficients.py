#!/usr/bin/env python3
"""Prints the polynomial coefficients of runtime/kernels/math (needs mpmath): near-minimax polynomials by interpolation in
Chebyshev nodes at 60 digits, then rounded to doubles. Each line: name, relative weight-free error, coefficients c0, c1, ..."""
import sys

from mpmath import (asin, atan, atanh, cos, cosh, erf, erfc, erfinv, exp, findroot, log, lu_solve, matrix, mp, mpf, pi, sin, sinh, sqrt, tanh)

mp.dps = 60


def interpolate(f, low, high, degree):
    n = degree + 1
    nodes = [(low + high) / 2 + (high - low) / 2 * cos(pi * (2 * i + 1) / (2 * n)) for i in range(n)]
    a = matrix(n, n)
    b = matrix(n, 1)
    for i, x in enumerate(nodes):
        for j in range(n):
            a[i, j] = x**j
        b[i] = f(x)
    c = list(lu_solve(a, b))
    worst = 0
    for i in range(200):
        x = low + (high - low) * (mpf(i) + mpf(1) / 2) / 200
        worst = max(worst, abs(sum(c[j] * x**j for j in range(n)) - f(x)))
    return c, worst


def fit(name, f, low, high, degree, hi_lo=0):
    c, worst = interpolate(f, mpf(low), mpf(high), degree)
    print(f"// {name}: degree {degree} on [{float(low):.4g}, {float(high):.4g}], error {float(worst):.2g}")
    print("inline constexpr f64 %s[] = {%s};" % (name, ", ".join(float.hex(float(x)) for x in c)))
    if hi_lo:
        print("inline constexpr f64 %s_low[] = {%s};" % (name, ", ".join(float.hex(float(c[j] - mpf(float(c[j])))) for j in range(hi_lo))))


def table(name, rows):
    print("alignas(64) inline constexpr f64 %s[][16] = {%s};" % (name, ",\n    ".join("{" + ", ".join(float.hex(float(x)) for x in row) + "}" for row in rows)))


def pieces(name, f, step, degree):
    """An odd f near i step, i = 0 .. 15, by powers of the distance: a row a power. The first piece is good relative to f at 0, too."""
    h = mpf(step) / 2
    columns, worst = [], 0
    for i in range(16):
        if i == 0:
            c, error = interpolate(lambda t: f(t) / t, mpf(0), h, degree - 1)
            c = [mpf(0)] + c
        else:
            c, error = interpolate(lambda t: f(i * mpf(step) + t), -h, h, degree)
            error /= f(i * mpf(step))
        columns.append(c)
        worst = max(worst, error)
    print(f"// {name}: degree {degree}, relative error 2^{float(log(worst, 2)):.1f}")
    table(name, zip(*columns))


def root(f):
    return lambda z: f(sqrt(z))


def map_back(f, a):
    """f as a function of t = (x - a) / (x + a)."""
    return lambda t: f(a * (1 + t) / (1 - t))


def mapped(x, a):
    return (mpf(x) - a) / (mpf(x) + a)


def normal_tail(r):
    """r - |x| for the quantile x of p = exp(-r^2 / 2)."""
    x = findroot(lambda x: log(erfc(x / sqrt(mpf(2))) / 2) + r * r / 2, r - mpf("0.3"))
    return r - x


def log_rest(r):
    """(log(1 + r) - r) / r^2"""
    return mpf(-1) / 2 if abs(r) < mpf(10)**-30 else (log(1 + r) - r) / r**2


def sixteenths_of_log():
    """Of mantissas from 1 less 11 1/2 sixteenths of the binade below 1 to twice that, in sixteen pieces: about 1 / m, 1 for the piece of 1, and -log of that."""
    inverses, logs = [], []
    for i in range(16):
        ends = [1 + mpf(e) / 32 if e < 0 else 1 + mpf(e) / 16 for e in (i - mpf(23) / 2, i - mpf(21) / 2)]
        inverse = mpf(1) if i == 11 else mpf(float(2 / (ends[0] + ends[1])))
        inverses.append(inverse), logs.append(-log(inverse))
        assert all(abs(e * inverse - 1) < mpf("0.0323") for e in ends) or i == 11, (i, ends)
    table("kLogPieces", [inverses, logs])


def sixteenths():
    """2^(i / 16) as doubles, and the logarithms of what these lack."""
    powers = [mpf(2)**(mpf(i) / 16) for i in range(16)]
    table("kSixteenths", [powers])
    table("kSixteenthsRest", [[log(p / float(p)) for p in powers]])


def exp_rest(r):
    return mpf(1) / 2 if abs(r) < mpf(10)**-30 else (exp(r) - 1 - r) / r**2


half_ln2 = log(2) / 2 * mpf("1.001")
JOBS = {
    "exp": lambda: fit("kExp", lambda r: (exp(r) - 1 - r - r * r / 2) / r**3, -half_ln2, half_ln2, 9),
    "short_exp": lambda: fit("kShortExp", exp_rest, -half_ln2, half_ln2, 7),
    "short_sixteenth_exp": lambda: fit("kShortSixteenthExp", exp, -half_ln2 / 16, half_ln2 / 16, 4),
    "sixteenth_exp": lambda: fit("kSixteenthExp", exp_rest, -half_ln2 / 16, half_ln2 / 16, 5),
    "sixteenths": sixteenths,
    "log_pieces": sixteenths_of_log,
    "short_log": lambda: fit("kShortLog", log_rest, -mpf("0.0323"), mpf("0.0323"), 4),
    "short_sin": lambda: fit("kShortSin", root(lambda r: (sin(r) - r) / r**3), 0, (pi / 4 * mpf("1.0001"))**2, 4),
    "short_cos": lambda: fit("kShortCos", root(lambda r: (cos(r) - 1) / r**2), 0, (pi / 4 * mpf("1.0001"))**2, 4),
    "tanh": lambda: fit("kTanh", root(lambda x: (tanh(x) - x) / x**3), 0, mpf("0.1601")**2, 5),
    "tanh_pieces": lambda: pieces("kTanhPieces", tanh, mpf(77) / 128, 10),
    "erf_pieces": lambda: pieces("kErfPieces", erf, mpf(67) / 256, 8),
    "sinh": lambda: fit("kSinh", root(lambda r: (sinh(r) - r) / r**3), 0, half_ln2**2, 5),
    "cosh": lambda: fit("kCosh", root(lambda r: (cosh(r) - 1 - r * r / 2) / r**4), 0, half_ln2**2, 5),
    "log": lambda: fit("kLog", root(lambda s: (2 * atanh(s) - 2 * s) / s**3), 0, mpf("0.0295"), 6),
    "short_log_of_ratio": lambda: fit("kShortLogOfRatio", root(lambda s: (2 * atanh(s) - 2 * s) / s**3), mpf(10)**-12, mpf("0.0295"), 4),
    "log_pair": lambda: fit("kLogPair", root(lambda s: (2 * atanh(s) - 2 * s - 2 * s**3 / 3 - 2 * s**5 / 5) / s**7), 0, mpf("0.0295"), 6),
    "sin": lambda: fit("kSin", root(lambda r: (sin(r) - r) / r**3), 0, (pi / 4 * mpf("1.0001"))**2, 6),
    "cos": lambda: fit("kCos", root(lambda r: (cos(r) - 1 + r * r / 2) / r**4), 0, (pi / 4 * mpf("1.0001"))**2, 5),
    "asin": lambda: fit("kAsin", root(lambda x: (asin(x) - x) / x**3), 0, mpf("0.2501"), 12),
    "atan": lambda: fit("kAtan", root(lambda x: (atan(x) - x) / x**3), 0, mpf("0.0626"), 8),
    "short_asin": lambda: fit("kShortAsin", root(lambda x: (asin(x) - x) / x**3), mpf(10)**-12, mpf("0.2501"), 7),
    "short_atan": lambda: fit("kShortAtan", root(lambda x: (atan(x) - x) / x**3), mpf(10)**-12, mpf("0.4143")**2, 6),
    "erf": lambda: fit("kErf", root(lambda x: erf(x) / x - 1), 0, mpf("0.29"), 9),
    "erfcx": lambda: fit("kErfcx", map_back(lambda x: x * exp(x * x) * erfc(x), 3), mapped("0.5", 3), mapped(28, 3), 21, 5),
    "icdf_centre": lambda: fit("kIcdfCentre", root(lambda q: sqrt(mpf(2)) * erfinv(2 * q) / q), 0, mpf("0.2701") ** 2, 8),
    "icdf_tail": lambda: fit("kIcdfTail", map_back(normal_tail, 4), mapped("1.71", 4), mapped("38.7", 4), 10),
}


def main():
    for name in sys.argv[1:] or JOBS:
        JOBS[name]()


main()

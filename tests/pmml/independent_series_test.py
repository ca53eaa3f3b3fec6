#!/usr/bin/env python3
"""Forecasts of random time series models, beside what a few lines of Python make of their recurrences, step by step.

Usage: independent_series_test.py KILN
"""
import math
import random

import independent
from independent import conclude, data_field, document, expect, output, scores, solve

STEPS = 12
independent.TOLERANCE = 1e-9


def array(values, name="Array"):
    return f'<{name} type="real">' + " ".join(map(repr, values)) + f"</{name}>"


def numbers(low, high, n):
    return [round(random.uniform(low, high), 3) for _ in range(n)]


def forecasts(best_fit, content, outputs=(), series=(), attributes=""):
    """A value that is None leaves a gap. The values are shuffled: their index says where they belong."""
    values = [f'<TimeValue index="{i + 1}" value="{v!r}"/>' for i, v in enumerate(series) if v is not None]
    random.shuffle(values)
    model = (f'<TimeSeriesModel functionName="timeSeries" bestFit="{best_fit}"><MiningSchema><MiningField name="y" usageType="target"/></MiningSchema>'
             f'{output(*outputs) if outputs else ""}{f"<TimeSeries{attributes}>{chr(10).join(values)}</TimeSeries>" if series else ""}{content}</TimeSeriesModel>')
    return scores(document(data_field("y"), model), ["horizon"], [(h + 1,) for h in range(STEPS)])


def compare(what, rows, column, wanted):
    for h, value in enumerate(wanted):
        expect(f"{what}: {column} of step {h + 1}", rows[h][column], value)


STANDARD_ERROR = ("se", 'feature="standardError"')
INTERVAL = [("low", 'feature="confidenceIntervalLower" value="80"'), ("high", 'feature="confidenceIntervalUpper" value="80"')]
TRANSFORMATIONS = {"none": lambda v: v, "logarithmic": math.exp, "squareroot": lambda v: v * v}


# ---- exponential smoothing: the state goes on without errors; its error by that of the first step, which the state learns from

class Smoothing:
    def __init__(self):
        self.trend = random.choice([None, "additive", "damped_additive", "multiplicative", "damped_multiplicative"])
        self.kind = random.choice([None, "additive", "multiplicative"])
        self.alpha, self.gamma, self.delta, self.phi = numbers(0.1, 0.9, 4)
        self.multiplies = bool(self.trend and "multi" in self.trend)
        self.level, self.slope = 50.0, 1.02 if self.multiplies else 1.5
        self.season = [] if not self.kind else numbers(0.5, 1.5, random.randint(1, 5)) if self.kind == "multiplicative" else numbers(-9, 9, random.randint(1, 5))
        if not (self.trend or "").startswith("damped"):
            self.phi = 1.0

    def element(self, transformation):
        text = f'<ExponentialSmoothing RMSE="2.5" transformation="{transformation}"><Level alpha="{self.alpha}" smoothedValue="{self.level}"/>'
        if self.trend:
            text += f'<Trend_ExpoSmooth trend="{self.trend}" gamma="{self.gamma}" phi="{self.phi}" smoothedValue="{self.slope}"/>'
        if self.season:
            text += (f'<Seasonality_ExpoSmooth type="{self.kind}" period="{len(self.season)}" delta="{self.delta}">'
                     f'{array(self.season)}</Seasonality_ExpoSmooth>')
        return text + "</ExponentialSmoothing>"

    def run(self, first_error=0.0):
        level, slope, season, values = self.level, self.slope, list(self.season), []
        for h in range(STEPS):
            error = first_error if h == 0 else 0.0
            base = level if not self.trend else level * slope ** self.phi if self.multiplies else level + self.phi * slope
            value = base if not season else base * season[0] if self.kind == "multiplicative" else base + season[0]
            values.append(value)
            if self.trend:
                slope = slope ** self.phi if self.multiplies else self.phi * slope
            level, before = base + self.alpha * error, base   # the additive model's: others are run without error
            if self.trend and error:
                slope += self.gamma * (level - before)
            if season:
                season = season[1:] + [season[0] + self.delta * (1 - self.alpha) * error]
        return values


def smoothing():
    random.seed(31)
    for trial in range(14):
        s = Smoothing()
        additive = not s.multiplies and s.kind != "multiplicative"
        for transformation in ("none", "logarithmic", "squareroot") if trial < 3 else ("none",):
            if transformation == "logarithmic":
                s.level, s.slope, s.season = 3.0, 1.01 if s.multiplies else 0.1, [v / 10 for v in s.season]
            shows = additive and transformation == "none"
            rows = forecasts("ExponentialSmoothing", s.element(transformation), [STANDARD_ERROR] if shows else [])
            what = f"smoothing {trial} {s.trend} {s.kind} {transformation}"
            compare(what, rows, "y", map(TRANSFORMATIONS[transformation], s.run()))
            if shows:
                learnt = [b - a for a, b in zip(s.run(), s.run(1.0))]
                compare(what, rows, "se", [2.5 * math.sqrt(1 + sum(c * c for c in learnt[1:h + 1])) for h in range(STEPS)])


# ---- ARIMA

def expand(factors):
    """Coefficients of the product of polynomials, each a map from lag to coefficient."""
    result = {0: 1.0}
    for factor in factors:
        product = {}
        for i, a in result.items():
            for j, b in factor.items():
                product[i + j] = product.get(i + j, 0.0) + a * b
        result = product
    return result


def weights(ar, ma, n):
    """psi: what an innovation adds to the values after it."""
    psi = []
    for k in range(n):
        psi.append(ma.get(k, 0.0) - sum(c * psi[k - lag] for lag, c in ar.items() if 0 < lag <= k))
    return psi


def best_predictions(w, ar, ma):
    """The best linear prediction of a stationary process, from its autocovariances."""
    psi = weights(ar, ma, 900)
    covariance = [sum(a * b for a, b in zip(psi, psi[k:])) for k in range(len(w) + STEPS)]
    n = len(w)
    coefficients = solve([[covariance[abs(i - j)] for j in range(n)] for i in range(n)], w)
    return [sum(c * covariance[n + h - t] for t, c in enumerate(coefficients)) for h in range(STEPS)]


def conditional(w, residuals, ar, ma):
    """Innovations are 0 up to the first value that has all before it; those after the series are 0."""
    w, p, q = list(w), max(ar), max(ma)
    a = list(residuals or [])
    if not residuals:
        for t in range(len(w)):
            a.append(0.0 if t < p else sum(c * w[t - lag] for lag, c in ar.items()) - sum(c * a[t - lag] for lag, c in ma.items() if 0 < lag <= t))
    a = [0.0] * q + a
    for _ in range(STEPS):
        a.append(0.0)
        w.append(sum(c * a[-1 - lag] for lag, c in ma.items()) - sum(c * w[-lag] for lag, c in ar.items() if lag > 0))
    return w[-STEPS:]


OUTLIERS = ["additive", "level", "transient", "trend", "innovational", "seasonalAdditive"]


def outlier(kind, t, period, psi):
    """What an outlier of size 1 is t steps after its start."""
    return {"additive": float(t == 0), "level": 1.0, "transient": 0.6 ** t, "trend": t + 1.0, "innovational": psi[t], "seasonalAdditive": float(t % period == 0)}[kind] if t >= 0 else 0.0


def arima():
    random.seed(32)
    for trial in range(20):
        period = random.choice([2, 3, 4])
        p, d, q = random.choice([0, 1, 2]), random.choice([0, 0, 1, 2]), random.choice([0, 1, 2])
        P, D, Q = random.choice([(0, 0, 0), (1, 0, 0), (0, 1, 1), (1, 1, 0), (0, 0, 1)])
        phi, theta, Phi, Theta = numbers(-0.4, 0.4, p), numbers(-0.5, 0.5, q), numbers(-0.5, 0.5, P), numbers(-0.5, 0.5, Q)
        polynomial = lambda values, lag, sign: {0: 1.0, **{(i + 1) * lag: sign * v for i, v in enumerate(values)}}
        ar = expand([polynomial(phi, 1, -1), polynomial(Phi, period, -1)])
        ma = expand([polynomial(theta, 1, 1), polynomial(Theta, period, 1)])
        differences = expand([{0: 1.0, 1: -1.0}] * d + [{0: 1.0, period: -1.0}] * D)
        constant = random.choice([0, 1.5, -0.7])
        transformation = random.choice(list(TRANSFORMATIONS)) if d + D < 2 else "none"
        length = random.randint(12, 18)
        modelled = numbers(2, 3, length) if transformation != "none" else numbers(10, 20, length)
        series = list(map(TRANSFORMATIONS[transformation], modelled))
        method = random.choice(["conditionalLeastSquares", "exactLeastSquares"])
        needed = q + Q * period
        residuals = numbers(-1, 1, needed + random.randint(0, 2)) if needed and method[0] == "c" and random.random() < 0.5 else None
        shocks = [(random.choice(OUTLIERS[:6 if P + D + Q else 5]), random.randint(-1, length + 4), random.choice([2.0, -1.5])) for _ in range(random.choice([0, 0, 1, 2]))] \
            if transformation == "none" else []

        def component(name, orders, ar_values, ma_values, own):
            text = f"<{name} {orders}>" + (f"<AR>{array(ar_values)}</AR>" if ar_values else "")
            if ma_values:
                text += f"<MA><MACoefficients>{array(ma_values)}</MACoefficients>" + (f"<Residuals>{array(own)}</Residuals>" if own else "") + "</MA>"
            return text + f"</{name}>"
        text = (f'<ARIMA RMSE="0.1" constantTerm="{constant}" transformation="{transformation}" predictionMethod="{method}">'
                + component("NonseasonalComponent", f'p="{p}" d="{d}" q="{q}"', phi, theta, residuals)
                + (component("SeasonalComponent", f'P="{P}" D="{D}" Q="{Q}" period="{period}"', Phi, Theta, residuals) if P + D + Q else "")
                + "".join(f'<OutlierEffect type="{kind}" startTime="{at}" magnitude="{size}"{" dampingCoefficient=" + chr(34) + "0.6" + chr(34) if kind == "transient" else ""}/>'
                          for kind, at, size in shocks) + "</ARIMA>")
        shows = transformation == "none"
        rows = forecasts("ARIMA", text, ([STANDARD_ERROR] if shows else []) + INTERVAL, series)
        psi = weights(expand([ar, differences]), ma, length + STEPS + 2)
        added = lambda t: sum(size * outlier(kind, t - at, period, psi) for kind, at, size in shocks)
        y = [v - added(t + 1) for t, v in enumerate(modelled)]
        reach = max(differences)
        w = [sum(c * y[t - lag] for lag, c in differences.items()) - constant for t in range(reach, length)]
        ahead = best_predictions(w, ar, ma) if method[0] == "e" else conditional(w, residuals, ar, ma)
        for value in ahead:
            y.append(value + constant - sum(c * y[-lag] for lag, c in differences.items() if lag))
        what = f"ARIMA {trial} ({p},{d},{q})({P},{D},{Q})_{period} {method} {transformation} {shocks}"
        means = [v + added(length + h + 1) for h, v in enumerate(y[length:])]
        errors = [0.1 * math.sqrt(sum(v * v for v in psi[:h + 1])) for h in range(STEPS)]
        low = [m - 1.2815515655446004 * e for m, e in zip(means, errors)]
        compare(what, rows, "y", map(TRANSFORMATIONS[transformation], means))
        compare(what, rows, "low", (TRANSFORMATIONS[transformation](max(v, 0) if transformation == "squareroot" else v) for v in low))
        compare(what, rows, "high", (TRANSFORMATIONS[transformation](2 * m - v) for m, v in zip(means, low)))
        if shows:
            compare(what, rows, "se", errors)


def gaps():
    random.seed(35)
    for trial in range(2):
        series = numbers(0, 10, 14)
        with_gaps = [None if i in (3, 4, 8) else v for i, v in enumerate(series)]
        filled = list(series)
        for i in (3, 4):
            filled[i] = series[2] + (series[5] - series[2]) * (i - 2) / 3
        filled[8] = (series[7] + series[9]) / 2
        usage = random.choice(["original", "logical"])
        rows = forecasts("ARIMA", f'<ARIMA><NonseasonalComponent p="2" d="1" q="1"><AR>{array([0.3, -0.2])}</AR><MA><MACoefficients>{array([0.4])}</MACoefficients></MA>'
                         '</NonseasonalComponent></ARIMA>', (), with_gaps, f' usage="{usage}" interpolationMethod="linear"')
        ar, ma, y = {0: 1.0, 1: -0.3, 2: 0.2}, {0: 1.0, 1: 0.4}, list(filled)
        for value in conditional([b - a for a, b in zip(filled, filled[1:])], None, ar, ma):
            y.append(y[-1] + value)
        compare(f"gaps {trial}", rows, "y", y[len(series):])


# ---- GARCH: the mean as ARMA, variances by expected squares

def garch():
    random.seed(33)
    for trial in range(6):
        p, q = random.choice([0, 1, 2]), random.choice([0, 1, 2])
        gp, gq = random.choice([1, 2]), random.choice([1, 2])
        phi, theta, squares, betas = numbers(-0.4, 0.4, p), numbers(-0.5, 0.5, q), numbers(0.05, 0.2, gp), numbers(0.1, 0.3, gq)
        series, residuals, shocks, variances = numbers(-3, 3, 8), numbers(-1, 1, q + 1), numbers(-2, 2, gp + 1), numbers(1, 3, gq)
        ma = f'<MA><MACoefficients>{array(theta)}</MACoefficients><Residuals>{array(residuals)}</Residuals></MA>' if q else ""
        text = (f'<GARCH><ARMAPart constant="0.4" p="{p}" q="{q}">{f"<AR>{array(phi)}</AR>" if p else ""}{ma}</ARMAPart><GARCHPart constant="0.3" gp="{gp}" gq="{gq}">'
                f'<ResidualSquareCoefficients><Residuals>{array(shocks)}</Residuals><MACoefficients>{array(squares)}</MACoefficients></ResidualSquareCoefficients>'
                f'<VarianceCoefficients><PastVariances>{array(variances)}</PastVariances><MACoefficients>{array(betas)}</MACoefficients></VarianceCoefficients>'
                '</GARCHPart></GARCH>')
        rows = forecasts("GARCH", text, [STANDARD_ERROR, ("low", 'feature="confidenceIntervalLower"')], series)
        y, a, square, v = list(series), list(residuals), [s * s for s in shocks], list(variances)
        ahead = []
        for _ in range(STEPS):
            a.append(0.0)
            y.append(0.4 + sum(c * y[-1 - i] for i, c in enumerate(phi)) + sum(c * a[-2 - j] for j, c in enumerate(theta)))
            ahead.append(0.3 + sum(c * square[-1 - i] for i, c in enumerate(squares)) + sum(c * v[-1 - j] for j, c in enumerate(betas)))
            square.append(ahead[-1]), v.append(ahead[-1])
        psi = weights({0: 1.0, **{i + 1: -c for i, c in enumerate(phi)}}, {0: 1.0, **{i + 1: c for i, c in enumerate(theta)}}, STEPS)
        error = [math.sqrt(sum(psi[j] ** 2 * ahead[h - j] for j in range(h + 1))) for h in range(STEPS)]
        what = f"GARCH {trial} ({p},{q})({gp},{gq})"
        compare(what, rows, "y", y[-STEPS:]), compare(what, rows, "se", error)
        compare(what, rows, "low", [m - 1.959963984540054 * e for m, e in zip(y[-STEPS:], error)])


# ---- state space models

def state_space():
    random.seed(34)
    for trial in range(6):
        n = random.choice([1, 2, 3])
        state, seen, drift = numbers(-5, 5, n), numbers(-1, 1, n), numbers(-0.5, 0.5, n)
        move = [numbers(-0.8, 0.8, n) for _ in range(n)]
        root = [numbers(-1, 1, n) for _ in range(n)]
        V = [[sum(a * b for a, b in zip(x, y)) for y in root] for x in root]
        P = [[V[i][j] + (0.7 if i == j else 0.0) for j in range(n)] for i in range(n)]   # above V: of the first step
        by_psi = trial % 3 == 0
        matrix = lambda rows: "<Matrix>" + "".join(map(array, rows)) + "</Matrix>"
        text = (f'<StateSpaceModel variance="1.5" intercept="2"><StateVector>{array(state)}</StateVector><TransitionMatrix>{matrix(move)}</TransitionMatrix>'
                f'<MeasurementMatrix>{matrix([seen])}</MeasurementMatrix><InterceptVector type="state">{array(drift)}</InterceptVector>'
                f'<InterceptVector type="observation">{array([0.25])}</InterceptVector>')
        psi = [1.0] + numbers(-1, 1, 5)
        text += f"<PsiVector>{array(psi)}</PsiVector>" if by_psi else (
            f'<PredictedStateCovarianceMatrix>{matrix(P)}</PredictedStateCovarianceMatrix><SelectedStateCovarianceMatrix>{matrix(V)}</SelectedStateCovarianceMatrix>'
            f'<ObservationVarianceMatrix>{matrix([[0.3]])}</ObservationVarianceMatrix>')
        rows = forecasts("StateSpaceModel", text + "</StateSpaceModel>", [STANDARD_ERROR])
        after = lambda s: [sum(a * b for a, b in zip(row, s)) + c for row, c in zip(move, drift)]
        means, errors, s = [], [], after(state) if by_psi else state
        for h in range(STEPS):
            means.append(sum(a * b for a, b in zip(seen, s)) + 2.25)
            errors.append(math.sqrt(1.5 * (sum(seen[i] * P[i][j] * seen[j] for i in range(n) for j in range(n)) + 0.3)))
            s = after(s)
            P = [[sum(move[i][k] * P[k][l] * move[j][l] for k in range(n) for l in range(n)) + V[i][j] for j in range(n)] for i in range(n)]
        compare(f"state space {trial}", rows, "y", means)
        compare(f"state space {trial}", rows, "se", [math.sqrt(1.5 * sum(v * v for v in psi[:h + 1])) for h in range(6)] + [None] * 6 if by_psi else errors)


conclude(smoothing, arima, gaps, garch, state_space)

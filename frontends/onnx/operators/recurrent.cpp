// RNN, GRU, LSTM: step after step over a sequence of fixed length. Weights are constants or of the row; the batch may be any axis
// but that of the steps.
#include <algorithm>

#include "frontends/onnx/activation.h"
#include "frontends/onnx/contract.h"

namespace kiln::onnx {

namespace {

constexpr int64_t kMostSteps = 64;   // steps times directions, each some 20 nodes

/// One layer: attributes, and inputs in the order [steps, batch, ..].
class Layer {
 public:
  Layer(OperatorImport& import, int gates, int activationCount) : n_(import), x_(import.tensor(0, {ElementType::f32, ElementType::f64})) {
    if (x_.rank() != 3) n_.invalid("needs a sequence of three dimensions, has " + describe(x_.axes));
    byBatch_ = n_.version() >= 14 && n_.integer("layout", 0);
    if (byBatch_) x_ = transposed(n_, x_, {1, 0, 2});
    direction_ = n_.choice("direction", {"forward", "reverse", "bidirectional"}, 0);
    if (n_.tensor(2).rank() != 3) n_.invalid("input 2 is " + describe(n_.tensor(2).axes) + ", not of three dimensions");
    hidden_ = n_.integer("hidden_size", n_.tensor(2).axes.back().size);
    refuseBatch(n_, x_, 0, "steps that are rows"), refuseBatch(n_, x_, 2, "features that are rows");
    steps_ = x_.axes[0].size;
    if (steps_ * directions() > kMostSteps) n_.unsupported("a sequence of " + std::to_string(steps_) + " steps", "at most 64 steps over all directions");
    checkShapes(gates);
    if (n_.has(4)) {
      for (int64_t length : n_.constantIntegers(4))
        if (length != steps_) n_.unsupported("a sequence_lens below the number of steps");
    }
    if (n_.hasAttribute("clip")) clip_ = n_.number("clip", 0);
    readActivations(activationCount);
  }
  int directions() const { return direction_ == 2 ? 2 : 1; }
  int64_t hidden() const { return hidden_; }

  /// Of direction d: rows of gate g, as a matrix [hidden, columns] or a vector.
  Tensor part(const Tensor& all, int d, int64_t from, int64_t size) const {
    Tensor one = sliced(n_, all, 0, d, 1);
    one = withAxes(n_, one, Axes(one.axes.begin() + 1, one.axes.end()));
    return sliced(n_, one, 0, from, size);
  }
  Tensor input(int64_t step) const {
    const Tensor one = sliced(n_, x_, 0, step, 1);
    return withAxes(n_, one, {x_.axes[1], x_.axes[2]});
  }
  /// The initial state of direction d: [batch, hidden], zeros where it is not given.
  Tensor initial(size_t input, int d) const {
    if (!n_.has(input)) {
      Elements zeros;
      zeros.numbers.assign(static_cast<size_t>(x_.axes[1].size * hidden_), 0);
      return hostTensor(x_.type, {x_.axes[1], {hidden_}}, std::move(zeros));
    }
    Tensor all = n_.tensor(input);
    if (byBatch_) all = transposed(n_, all, {1, 0, 2});
    const Tensor one = sliced(n_, all, 0, d, 1);
    return withAxes(n_, one, {one.axes[1], one.axes[2]});
  }
  Tensor gate(const Tensor& x, const Tensor& w) const { return product(n_, x, transposed(n_, w, {1, 0})); }
  Tensor add(const Tensor& a, const Tensor& b) const { return apply(n_, "add", a, b); }
  Tensor mul(const Tensor& a, const Tensor& b) const { return apply(n_, "mul", a, b); }
  /// Gates are clipped first.
  Tensor activate(int d, int i, Tensor x, bool clips = true) const {
    if (clip_ && clips) x = apply(n_, "clip_high", apply(n_, "clip_low", x, constantLike(x, -*clip_)), constantLike(x, *clip_));
    return activated(n_, activations_[static_cast<size_t>(d) * perDirection_ + static_cast<size_t>(i)], x);
  }
  Tensor split(const Tensor& x, int gate) const { return sliced(n_, x, 1, gate * hidden_, hidden_); }

  /// step(direction, x, states) gives the next states, of which the first is the output.
  template <class Step>
  void run(size_t states, Step step) {
    std::vector<std::vector<Tensor>> outputs(static_cast<size_t>(steps_));   // by step, then direction
    std::vector<std::vector<Tensor>> last(states);
    for (int d = 0; d < directions(); d++) {
      std::vector<Tensor> state;
      for (size_t s = 0; s < states; s++) state.push_back(initial(5 + s, d));
      const bool reverse = direction_ == 1 || d == 1;
      for (int64_t t = 0; t < steps_; t++) {
        const int64_t at = reverse ? steps_ - 1 - t : t;
        state = step(d, input(at), state);
        outputs[static_cast<size_t>(at)].push_back(state[0]);
      }
      for (size_t s = 0; s < states; s++) last[s].push_back(state[s]);
    }
    const auto stacked = [&](const std::vector<Tensor>& parts) {   // [directions, batch, hidden]
      std::vector<Tensor> all;
      for (const Tensor& p : parts) all.push_back(withAxes(n_, p, {{1}, p.axes[0], p.axes[1]}));
      return joined(n_, all, 0);
    };
    if (n_.wanted(0)) {
      std::vector<Tensor> all;
      for (const auto& parts : outputs) {
        const Tensor one = stacked(parts);
        all.push_back(withAxes(n_, one, {{1}, one.axes[0], one.axes[1], one.axes[2]}));
      }
      const Tensor y = joined(n_, all, 0);
      n_.output(0, byBatch_ ? transposed(n_, y, {2, 0, 1, 3}) : y);
    }
    for (size_t s = 0; s < states; s++)
      if (n_.wanted(1 + s)) n_.output(1 + s, byBatch_ ? transposed(n_, stacked(last[s]), {1, 0, 2}) : stacked(last[s]));
  }

 private:
  // Weights of inputs and of the state, biases, initial states, peepholes.
  void checkShapes(int64_t gates) {
    const int64_t batch = x_.axes[1].size, d = directions();
    const auto expect = [&](size_t input, const std::vector<int64_t>& wanted) {
      if (n_.has(input) && n_.tensor(input).dims() != wanted) n_.invalid("input " + std::to_string(input) + " is " + describe(n_.tensor(input).axes) + ", not " + describe(plainAxes(wanted)));
    };
    if (hidden_ < 1 || hidden_ > 1 << 20) n_.invalid("hidden_size is " + std::to_string(hidden_));
    expect(1, {d, gates * hidden_, x_.axes[2].size}), expect(2, {d, gates * hidden_, hidden_}), expect(3, {d, 2 * gates * hidden_});
    for (size_t state = 5; state <= (gates == 4 ? 6u : 5u); state++) expect(state, byBatch_ ? std::vector<int64_t>{batch, d, hidden_} : std::vector<int64_t>{d, batch, hidden_});
    if (gates == 4) expect(7, {d, 3 * hidden_});
  }
  void readActivations(int count) {
    std::vector<std::string> names = n_.texts("activations");
    const std::vector<double> alpha = n_.numbers("activation_alpha"), beta = n_.numbers("activation_beta");
    perDirection_ = static_cast<size_t>(count);
    if (names.empty())
      for (int d = 0; d < directions(); d++)
        for (int i = 0; i < count; i++) names.push_back(count == 1 || i > 0 ? "Tanh" : "Sigmoid");
    if (names.size() != perDirection_ * static_cast<size_t>(directions())) n_.invalid("has " + std::to_string(names.size()) + " activations");
    size_t nextAlpha = 0, nextBeta = 0;   // given for those that have such a parameter
    for (const std::string& given : names) {
      Activation f = activationNamed(given);
      const std::string& name = f.name;
      const bool hasAlpha = name == "leakyrelu" || name == "thresholdedrelu" || name == "elu" || name == "hardsigmoid" || name == "affine" || name == "scaledtanh";
      const bool hasBeta = name == "hardsigmoid" || name == "affine" || name == "scaledtanh";
      const bool zeros = !n_.spec() && (name == "thresholdedrelu" || name == "affine" || name == "scaledtanh");   // ONNX Runtime's defaults
      if (zeros) f.alpha = f.beta = 0;
      const bool isGiven = (!hasAlpha || nextAlpha < alpha.size()) && (name == "affine" || !hasBeta || nextBeta < beta.size());
      if (zeros && !isGiven) n_.warn("activation " + given + " without its parameters", "they are 0, as in ONNX Runtime; --semantics=spec has the operator's");
      if (hasAlpha && nextAlpha < alpha.size()) f.alpha = alpha[nextAlpha++];
      if (hasBeta && nextBeta < beta.size()) f.beta = beta[nextBeta++];
      activations_.push_back(f);
    }
  }

  OperatorImport& n_;
  Tensor x_;
  bool byBatch_ = false;
  int direction_ = 0;
  int64_t hidden_ = 0, steps_ = 0;
  std::optional<double> clip_;
  std::vector<Activation> activations_;
  size_t perDirection_ = 1;
};

}  // namespace

void rnn(OperatorImport& n) {
  Layer layer(n, 1, 1);
  const int64_t h = layer.hidden();
  layer.run(1, [&](int d, const Tensor& x, const std::vector<Tensor>& state) {
    Tensor sum = layer.add(layer.gate(x, layer.part(n.tensor(1), d, 0, h)), layer.gate(state[0], layer.part(n.tensor(2), d, 0, h)));
    if (n.has(3)) sum = layer.add(sum, layer.add(layer.part(n.tensor(3), d, 0, h), layer.part(n.tensor(3), d, h, h)));
    return std::vector<Tensor>{layer.activate(d, 0, sum)};
  });
}

// Gates z, r, h.
void gru(OperatorImport& n) {
  Layer layer(n, 3, 2);
  const int64_t h = layer.hidden();
  const bool linearFirst = n.integer("linear_before_reset", 0) != 0;
  layer.run(1, [&](int d, const Tensor& x, const std::vector<Tensor>& state) {
    const Tensor inputs = layer.gate(x, layer.part(n.tensor(1), d, 0, 3 * h));
    const auto bias = [&](int64_t from) { return layer.part(n.tensor(3), d, from * h, h); };
    const auto recurrent = [&](const Tensor& s, int g) { return layer.gate(s, layer.part(n.tensor(2), d, g * h, h)); };
    const auto gate = [&](int g) {
      Tensor sum = layer.add(layer.split(inputs, g), recurrent(state[0], g));
      if (n.has(3)) sum = layer.add(sum, layer.add(bias(g), bias(3 + g)));
      return layer.activate(d, 0, sum);
    };
    const Tensor z = gate(0), r = gate(1);
    Tensor candidate = layer.split(inputs, 2);
    if (n.has(3)) candidate = layer.add(candidate, bias(2));
    Tensor memory = recurrent(linearFirst ? state[0] : layer.mul(r, state[0]), 2);
    if (n.has(3)) memory = layer.add(memory, bias(5));
    if (linearFirst) memory = layer.mul(r, memory);
    const Tensor fresh = layer.activate(d, 1, layer.add(candidate, memory));
    const Tensor rest = apply(n, "sub", constantLike(z, 1), z);
    return std::vector<Tensor>{layer.add(layer.mul(rest, fresh), layer.mul(z, state[0]))};
  });
}

// Gates i, o, f, c; peepholes i, o, f.
void lstm(OperatorImport& n) {
  Layer layer(n, 4, 3);
  const int64_t h = layer.hidden();
  const bool coupled = n.integer("input_forget", 0) != 0;
  layer.run(2, [&](int d, const Tensor& x, const std::vector<Tensor>& state) {
    Tensor sum = layer.add(layer.gate(x, layer.part(n.tensor(1), d, 0, 4 * h)), layer.gate(state[0], layer.part(n.tensor(2), d, 0, 4 * h)));
    if (n.has(3)) sum = layer.add(sum, layer.add(layer.part(n.tensor(3), d, 0, 4 * h), layer.part(n.tensor(3), d, 4 * h, 4 * h)));
    const auto gate = [&](int g, int activation, const Tensor* cell, int peephole) {
      Tensor y = layer.split(sum, g);
      if (cell && n.has(7)) y = layer.add(y, layer.mul(layer.part(n.tensor(7), d, peephole * h, h), *cell));
      return layer.activate(d, activation, y);
    };
    const Tensor i = gate(0, 0, &state[1], 0);
    const Tensor f = coupled ? apply(n, "sub", constantLike(i, 1), i) : gate(2, 0, &state[1], 2);
    const Tensor cell = layer.add(layer.mul(f, state[1]), layer.mul(i, gate(3, 1, nullptr, 0)));
    const Tensor o = gate(1, 0, &cell, 1);
    return std::vector<Tensor>{layer.mul(o, layer.activate(d, 2, cell, false)), cell};
  });
}

}  // namespace kiln::onnx

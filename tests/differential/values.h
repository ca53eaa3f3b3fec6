// Values at the edges of every type, as cells, and inputs that take them: what the differential tests feed.
#pragma once
#include <limits>
#include <string>
#include <vector>

#include "compiler/ir/builder.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/nodes/recover.h"
#include "tests/differential/harness.h"

namespace kiln::test {

inline constexpr double kInf = std::numeric_limits<double>::infinity();
inline const double kNan = std::numeric_limits<double>::quiet_NaN();

inline ir::ValueId addInput(ir::Builder& b, const std::string& name, ir::Elem elem, ir::TableRef dict = {}) {
  ir::Input input;
  input.field = name, input.elem = elem, input.dict = dict;
  input.nan = ir::Input::value, input.nullable = true;
  return b.add(input, {}, name);
}
/// An output that never ends the row: failed values come out missing.
inline void addOutput(ir::Builder& b, const std::string& name, ir::ValueId v) {
  ir::Output out;
  out.field = name;
  b.add(out, {b.type(v).fallible ? b.add(ir::Recover(), {v}) : v});
}
/// An output that ends the row where the value failed, so that causes are compared.
inline void addStrictOutput(ir::Builder& b, const std::string& name, ir::ValueId v) {
  ir::Output out;
  out.field = name;
  b.add(out, {v});
}

/// Edge values of a type; the first are missing and failing cells.
inline std::vector<kiln_cell> edgeCells(ir::Elem elem) {
  const kiln_cell failing = elem == ir::Elem::str ? number(1) : text("no value");
  std::vector<kiln_cell> cells = {missingCell(), failing};
  const auto add = [&](std::initializer_list<kiln_cell> more) { cells.insert(cells.end(), more); };
  switch (elem) {
    case ir::Elem::f64:
    case ir::Elem::f32:
      add({number(0),
           number(-0.0),
           number(1),
           number(-1),
           number(0.5),
           number(-0.5),
           number(1.5),
           number(2),
           number(-2.5),
           number(3),
           number(0.1),
           number(1e-3),
           number(7.25),
           number(-40),
           number(88),
           number(710),
           number(-745),
           number(kInf),
           number(-kInf),
           number(kNan),
           number(5e-324),
           number(2.2250738585072014e-308),
           number(1.7976931348623157e308),
           number(0.49999999999999994),
           number(16777217),
           number(4503599627370497.5),
           number(9007199254740993.0),
           number(1e20)});
      break;
    case ir::Elem::i64:
      add({integer(0), integer(1), integer(-1), integer(2), integer(-3), integer(7), integer(63), integer(1000000007),
           integer(INT32_MAX), integer(INT32_MIN), integer(3037000500), integer(-3037000500), integer(9007199254740993),
           integer(INT64_MAX), integer(INT64_MIN), integer(INT64_MIN + 1)});
      break;
    case ir::Elem::i32:
      add({integer(0), integer(1), integer(-1), integer(2), integer(-3), integer(7), integer(31), integer(46341),
           integer(-46341), integer(INT32_MAX), integer(INT32_MIN), integer(INT32_MIN + 1)});
      break;
    case ir::Elem::boolean:
      add({boolean(true), boolean(false)});
      break;
    case ir::Elem::str:
      add({text(""),
           text("a"),
           text("A"),
           text("b"),
           text(" blank "),
           text("red"),
           text("green"),
           text("Straße"),
           text("ΑΒΓδ"),
           text("eight by"),
           text("sixteen bytes ok"),
           text("a label longer than sixteen bytes"),
           text("\xff\xfe bad"),
           text("12.5"),
           text("-7"),
           text("true"),
           text("2020-02-29"),
           text("2020-02-29T12:34:56"),
           text("23:59:59"),
           text("1e400"),
           text("nan")});
      break;
    case ir::Elem::date:
      add({integer(0), integer(-1), integer(18321), integer(-719162), integer(2932896)});
      break;
    case ir::Elem::time:
      add({integer(0), integer(1), integer(86399999999), integer(43200000000)});
      break;
    case ir::Elem::datetime:
      add({integer(0), integer(-1), integer(1582979696000001), integer(-86400000000), integer(-86400000001)});
      break;
    case ir::Elem::cat:
      break;
  }
  return cells;
}

}  // namespace kiln::test

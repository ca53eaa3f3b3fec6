// What the parts of the PMML frontend share: fields in scope, the place of an element, refusals, and the shape of a
// model's result. One file a model element under models/, registered in elements.def; one line a built-in function in
// functions.def.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/ir/builder.h"
#include "compiler/ir/nodes/input.h"
#include "compiler/ir/nodes/output.h"
#include "compiler/ir/tables/dict.h"
#include "compiler/ir/tables/pool.h"
#include "frontends/pmml/pmml.h"
#include "frontends/pmml/xml.h"

namespace kiln::pmml {

using ir::kNone;
using ir::ValueId;

enum class DataType : uint8_t {
  string,
  integer,
  floating,
  real /* double */,
  boolean,
  date,
  time,
  dateTime,
  daysSince,
  secondsSince,
  timeSeconds
};
enum class OpType : uint8_t { continuous, categorical, ordinal };

/// The type of a field or expression in PMML's terms. `epoch` is the year of dateDaysSince[..] and
/// dateTimeSecondsSince[..].
struct FieldType {
  DataType dataType = DataType::real;
  OpType opType = OpType::continuous;
  int epoch = 1970;
};
const char* dataTypeName(DataType type);
/// Element type that holds values of this type in the IR: string str (or cat), integer and *Since i64, float f32,
/// double f64 ...
ir::Elem elemOf(DataType type);

/// A field that can be referred to by name: input, derived field, output of an earlier segment, parameter.
struct Field {
  std::string name;
  FieldType type;
  ValueId value = kNone;               ///< kNone until it is first referred to, if `lower` is set
  ValueId valid = kNone;               ///< bool: present and valid (isValid); kNone: same as present
  std::function<ValueId()> lower;      ///< a derived field is lowered when it is first needed
  bool lowering = false;               ///< to find cycles
  const Element* element = nullptr;    ///< where it is declared
  ir::TableRef dict;                   ///< labels, if value is a cat
  uint32_t input = kNone;              ///< number of the input it is or comes from, for the row status
  const Element* treatment = nullptr;  ///< the MiningField whose treatment the value has had
  std::optional<std::string> literal;  ///< a function's parameter that stands for a Constant: its text
  bool anyType = false;                ///< likewise, see Importer::Typed
  ValueId codes = kNone;               ///< value as a cat, once Importer::codes was asked for it
  ir::TableRef order;                  ///< declared values of an ordinal field where neither value nor dict has their order
  uint32_t list = 0;                   ///< of a grouped model: the values of the group's rows, this many at most
};

/// Names in scope; inner scopes (a segment, a function's body) hide outer ones.
class Scope {
 public:
  explicit Scope(Scope* outer = nullptr) : outer_(outer) {}
  Field* find(const std::string& name);
  Field* own(const std::string& name);  ///< in this scope only
  Field& declare(Field field);          ///< replaces a field of this name in this scope
  Scope* outer() const { return outer_; }

 private:
  Scope* outer_;
  std::map<std::string, Field> fields_;
};

/// A column of the result that a model's Output declares.
struct OutputColumn {
  std::string name;
  ValueId value = kNone;
  FieldType type;
  ir::Output::Feature feature = ir::Output::value;
  std::string of;       ///< the class meant, of a probability and the like
  bool isFinal = true;  ///< isFinalResult
  const Element* element = nullptr;
  ValueId exists = kNone;  ///< whether the segment that declares it was taken; kNone: always
};

/// What a model yields, for its Output, its Targets and an enclosing MiningModel. kNone where it has no such thing.
struct Prediction {
  bool classification = false;
  bool beganWithConstant = false;  ///< the sum began with the Target's rescaleConstant (Importer::sumStart)
  std::string target;  ///< name of the target field, empty if the model has none
  FieldType targetType;
  ValueId value = kNone;          ///< regression: a number. classification: cat of `labels`
  /// What the target's column holds, if not `value`: missing where the result is that of a segment without this target.
  ValueId column = kNone;
  bool nameless = false;  ///< no segment has this target: `value` has a column of its own
  /// --semantics=jpmml: where it is true, the result is a segment's as that gave it, and Targets around do not touch it.
  ValueId settled = kNone;
  ir::TableRef labels;            ///< Dict of the target's categories
  ValueId probabilities = kNone;  ///< f64 or f32 [labels], in the order of the dict
  ValueId confidences = kNone;    ///< likewise
  ValueId entity = kNone;         ///< str or cat: id of the winning node, rule, cluster
  ValueId affinity = kNone;       ///< its affinity (a scalar)
  ValueId clusterDistances = kNone, clusterIndex = kNone;  ///< of a ClusteringModel: its affinities, and the best's i32
  /// Features that cost something to compute, or of other kinds, by PMML's name ("entityId", "reasonCode" ...): asked
  /// for the value when an OutputField wants it; kNone if that was reported.
  std::map<std::string, std::function<ValueId(const Element* outputField)>> features;
  std::vector<OutputColumn> outputs;  ///< the model's own OutputFields, then those of its modelChain's segments
  std::vector<Prediction> others;     ///< further targets (x-multiModelChain)
};

class Importer;

/// The Nodes of one TreeModel (tree_stream.h). It must stay as it is while it is lowered: an import may lower a
/// document twice (see Importer::text).
struct StreamedTree;

/// Lowers one model element inside `scope` (MiningSchema, LocalTransformations already declared there).
using ModelLowering = std::function<std::optional<Prediction>(Importer&, Scope&, const Element*)>;

class Importer {
 public:
  Importer(const Source& source, const Document& document, ir::Pipeline& pipeline, const ImportOptions& options,
           Diagnostics& diagnostics);

  const Document& document;
  ir::Builder build;
  const ImportOptions& options;
  Diagnostics& diagnostics;
  int version = 44;  ///< 30 .. 44 (4.4.1 is 44)

  /// Nodes built from here on come from this element.
  void at(const Element* element);

  // Diagnostics, with place and path. Each returns false or nothing so that callers can `return refuse(...)`.
  bool missing(const Element* at, const std::string& attributeOrElement);
  bool invalid(const Element* at, const std::string& attribute, const std::string& message,
               const std::string& note = "");
  bool unsupported(const Element* at, const std::string& what, const std::string& note = "");
  /// A pattern that is not compiled, for this reason: unsupported where other engines take it, else invalid.
  bool refusePattern(const Element* at, const std::string& attribute, const std::string& pattern, bool ignoreCase, const std::string& why);
  bool unknownAttribute(const Element* e, const char* name);
  bool misplaced(const Element* at, const std::string& message);
  void warn(const Element* at, const std::string& message, const std::string& note = "");
  /// The same for an element that streamed past: an error at one of its attributes, or at itself if that is empty.
  bool refuse(Kind kind, Location at, const std::string& attribute, const std::string& message, const std::string& path,
              const std::string& note = "");

  // Attributes. Text is trimmed of nothing; numbers are parsed strictly, an error is reported and nothing returned.
  std::optional<std::string> attribute(const Element* e, const char* name);  ///< nothing if absent
  std::optional<std::string> required(const Element* e, const char* name);   ///< absent: reported
  std::optional<double> number(const Element* e, const char* name,
                               std::optional<double> fallback);  ///< no fallback: required
  std::optional<int64_t> integer(const Element* e, const char* name, std::optional<int64_t> fallback);
  std::optional<bool> boolean(const Element* e, const char* name, bool fallback);
  /// Index of the attribute's value among `names`; absent: `fallback`; another value: reported.
  std::optional<int> choice(const Element* e, const char* name, const std::vector<const char*>& names, int fallback);
  /// Reports every attribute of this element, and of those inside it, that vocabulary.def does not know.
  bool knowsAttributes(const Element* top);
  /// Reports every attribute and child element that is not among these (Extension is always allowed): whatever can
  /// change a score and is not handled is refused. The attributes are those of the element's row in vocabulary.def, or
  /// fewer where one element stands for different things.
  bool onlyAttributes(const Element* e, std::initializer_list<const char*> names);
  bool onlyChildren(const Element* e, std::initializer_list<const char*> names);
  /// The same for all elements of the document that have nothing inside; reports every second one, too, of an element that the standard has
  /// once in the element around it (element_contents.cpp).
  bool checkElementContents(const Element* root);
  /// PMML Array and sparse arrays.
  std::optional<std::vector<std::string>> array(const Element* arrayElement);
  std::optional<std::vector<double>> numberArray(const Element* arrayElement);
  /// Whether there is room for so many numbers more that a document does not write but asks for: cells of a matrix that have a
  /// default, values that fill the gap of a series. Reported if not.
  bool mayUnfold(const Element* at, uint64_t numbers);

  // Fields. A reference to an unknown name, or to a field that refers to itself, is reported.
  Field* field(Scope& scope, const std::string& name, const Element* at);
  /// What is not supported where `field` refuses a list, and the way out.
  static std::string listAsOneValue(const std::string& name);
  static constexpr const char* kListNote = "an Aggregate makes one value of them";
  /// The same where a list will do as well: elsewhere a field of a grouped model is refused.
  Field* anyField(Scope& scope, const std::string& name, const Element* at);
  ValueId value(Scope& scope, const std::string& name, const Element* at);  ///< kNone if reported

  // fields.cpp: DataDictionary, MiningSchema, transformations, targets
  bool declareDataDictionary(const Element* pmml);
  bool declareDerivedFields(Scope& scope, const Element* parent);
  bool declareTransformations(Scope& scope, const Element* dictionaryOrLocal);
  bool defineFunctions(const Element* transformationDictionary);
  void findReaders(const Element* transformationDictionary);
  /// Declares a model's active fields in `scope`. Top level: inputs with checks; nested: fields of the outer scope with
  /// the nested treatment.
  bool declareMiningSchema(Scope& scope, const Element* model, bool topLevel);
  /// Names of the target (or predicted) fields of a model's own MiningSchema.
  std::vector<std::string> targetNames(const Element* model);
  /// The target field's declaration in the DataDictionary, or that of an enclosing model. `dict` has the declared
  /// categories; further labels are added where models name them. One dict a DataField. Nothing if no model around has
  /// a target.
  std::optional<Field> targetField(const Element* model);
  std::optional<Field> targetField(const Element* model, const std::string& name);
  /// The same for a field by name; nothing if there is no such DataField.
  std::optional<Field> dataField(const std::string& name);

  // expressions.cpp
  struct Typed {
    ValueId value = kNone;  ///< kNone: reported
    FieldType type;
    std::optional<std::string> literal;  ///< of a Constant: its text
    bool anyType = false;                ///< a missing Constant without type: takes the type of what it stands beside
    ValueId valid = kNone;               ///< of a field: see Field::valid
    ir::TableRef order;                  ///< of a field: see Field::order
    explicit operator bool() const { return value != kNone; }
  };
  static bool isExpression(const char* elementName);
  static const Element* expressionOf(const Element* parent);  ///< null if there is none
  /// `wanted` is the type that the value will be converted to, if known: tables then hold values of that type.
  Typed expression(Scope& scope, const Element* expression, const FieldType* wanted = nullptr);
  /// A field of the scope as a value; reported if there is none.
  Typed reference(Scope& scope, const std::string& name, const Element* at);
  Typed apply(Scope& scope, const Element* apply);  ///< functions.cpp
  Typed textIndex(Scope& scope, const Element* e);  ///< text_index.cpp
  /// The count of a term in a text, as i64 scalars; kNone in a run that does not know all terms yet (see termPools).
  struct TermCount {
    ValueId count = kNone, most = kNone;
  };
  TermCount countTerm(ir::Pool pool, ValueId text, const std::string& term, bool most);

  // rows.cpp: values that come from several rows
  Typed aggregate(Scope& scope, const Element* aggregate);
  Typed lag(Scope& scope, const Element* lag);
  /// Fills `groups`: what MiningFields of usageType group and Aggregates of the document name.
  bool findGroups(const Element* model);

  // values.cpp: literals, types, categories, text
  /// dataType and optype attributes of a field, expression or parameter; absent: those of `fallback`.
  std::optional<FieldType> fieldType(const Element* e, const FieldType& fallback);
  /// The number that a value of this type is in the IR (bool 0 and 1, dates as counts); nothing if the text is none.
  static std::optional<double> parseValue(const std::string& text, const FieldType& type);
  /// Sides that belong to an Interval, as ir::inInterval takes them, of its closure (bit 0 left, bit 1 right). A side
  /// without a margin has no end: infinity lies in it whatever the closure says.
  static uint8_t closedSides(const Element* interval, int closure);
  static std::optional<int64_t> parseIntegral(const std::string& text, const FieldType& type);
  /// A constant of this type from an attribute's text; reported if it is not one.
  ValueId literal(const std::string& text, const FieldType& type, const Element* at);
  /// The same, to stand beside a value: a code of its dict if that is a cat.
  ValueId literalLike(const std::string& text, const Typed& beside, const Element* at);
  /// Converts to a field type, as DerivedField@dataType asks. A string stays a cat if it is one.
  ValueId convert(const Typed& from, const FieldType& to, const Element* at);
  /// A string's text: cats become their labels. The labels of an input are not all known, so the first time an input's
  /// text is needed this notes its name in `textInputs`, gives a stand-in, and the whole document is lowered once more.
  ValueId text(ValueId value);
  /// As an output can show it: text for a string whose labels are not all known, else the value itself.
  ValueId presentable(ValueId value);
  /// Both as values of one type: numbers promoted, strings as codes of one dict or as text. Reported if they have none.
  bool unify(Typed& a, Typed& b, const Element* at);
  /// eq ne lt le gt ge with PMML's rules of types, three-valued. NaN is equal to itself and above all other numbers, as
  /// XML Schema orders them.
  ValueId compare(const char* function, Typed a, Typed b, const Element* at);
  /// Whether a number may be NaN, as far as the nodes that make it tell: a NaN of an input counts where the input keeps
  /// it, one that a function yields only where that does not fail.
  bool canBeNan(ValueId value);
  /// The field as a cat, to test it against labels: itself if it is one, else encoded by an open dict. One a field.
  ValueId codes(Field& field);
  /// Code of a label in the dict of codes(field), appended if it is new. kNone if it is no value of the type,
  /// reported at `at` unless that is null.
  uint32_t label(Field& field, const std::string& text, const Element* at);
  /// The same for a field that has a dict and no value, such as a target.
  uint32_t addLabel(const Field& field, const std::string& text, const Element* at);
  uint32_t addLabel(ir::TableRef dict, const std::string& text, const FieldType& type);
  static uint32_t addLabel(ir::Dict& dict, const std::string& text, const FieldType& type);
  /// Codes of labels as bool: true where `value` (a cat) has one of them, false elsewhere, missing where it is.
  ValueId isOneOf(ValueId value, std::vector<uint32_t> codes);

  // orders.cpp
  /// Gives an ordinal field the order of its declaration's Values, unless its value has that already.
  void declareOrder(Field& field, const Element* declaration);
  /// A code of an ordered dict that has a rank: fails where the value is not declared. kNone for a constant that is not.
  ValueId ranked(ValueId code);
  /// The code of a value in the order of an ordinal field.
  ValueId encoded(ValueId value, ir::TableRef order);

  // predicates.cpp: three-valued, as bool? scalars
  ValueId predicate(Scope& scope, const Element* predicate);
  static bool isPredicate(const char* elementName);
  static const Element* predicateOf(const Element* parent);
  /// Whether nothing of the kind of this predicate or expression stands beside it; reported otherwise.
  bool isAlone(const Element* e);

  // models/*.cpp, model.cpp
  /// A model with all that belongs to it: MiningSchema, LocalTransformations, the model itself, Targets, Output. Its
  /// output fields are declared in `outputs` (for modelChain and the enclosing Output).
  std::optional<Prediction> model(Scope& outer, const Element* model, bool topLevel, Scope* outputs);
  /// What a float sum of segments begins with: the rescaleConstant of the model's Target. Training libraries add their
  /// base score first, and in float the order of a sum counts. Nothing where a Target does more than add, or in double.
  std::optional<double> sumStart(const Element* model);
  std::optional<Prediction> applyTargets(Scope& scope, const Element* model, Prediction prediction);
  /// Adds the model's OutputFields to `prediction.outputs` and declares them in `outputs` (null: nobody reads them).
  /// Top level: emits the result's columns.
  bool declareOutputs(Scope& scope, const Element* model, Prediction& prediction, Scope* outputs, bool topLevel);
  /// ResultFields of an embedded model, as fields of `scope`.
  bool declareResultFields(Scope& scope, const Element* model, const Prediction& prediction);
  /// ModelVerification, kept with the pipeline.
  bool verification(const Element* model);

  // jpmml.cpp: under --semantics=jpmml; by default each gives `value` back
  ValueId failIf(ValueId value, ValueId condition, uint32_t cause);  ///< fails where the condition holds
  /// Fails MISSING_REQUIRED where the scalar `wanted` is missing and `before`, which is asked for first, is not (kNone: never is).
  ValueId failIfMissing(ValueId value, ValueId wanted, ValueId before = kNone);
  /// Scalars that are asked for one after the other until one is missing: those behind it cannot fail then.
  std::vector<ValueId> askedInOrder(std::vector<ValueId> values);
  ValueId fail32(ValueId integer);                       ///< fails UNDEFINED beyond 32 bits

  // State shared by the parts; see the files that own it.
  Scope global;  ///< DataDictionary and TransformationDictionary
  std::unordered_map<std::string, const Element*> dataFields, functions;
  std::map<const Element*, std::shared_ptr<StreamedTree>> trees;  ///< Nodes streamed off TreeModel elements
  std::set<std::string> textInputs;                               ///< string inputs whose text is needed: str, not cat
  std::set<std::string> textWanted;                               ///< those found to be needed in this run
  /// Terms that texts are searched for, by how words are told: their words, and a text that has them. All that earlier runs met, and
  /// those of this run: a node counts all of them at once, so they must be known before it is built.
  using TermPools = std::map<std::string, std::map<std::string, std::string>>;
  TermPools termPools, termsWanted;
  struct PoolOfRun {
    ir::TableRef table;
    std::unordered_map<std::string, uint32_t> index;  ///< of a term's words
  };
  std::map<std::string, PoolOfRun> pools;
  std::map<const Element*, ir::TableRef> normalizations;
  std::unordered_map<ir::TableId, std::string> openDicts;         ///< dict of a string input to the input's name
  std::unordered_map<ir::TableId, uint32_t>
      ranks;                                   ///< ordered dicts: how many of their labels, the first, have an order
  std::set<std::string> groups;                ///< fields that say which rows belong together: others are lists then
  /// The field with the items of transactions, where it is called predicted and no other is active: the examples of PMML 3.0 to 4.0.
  std::string itemField;
  uint32_t inputs = 0;                         ///< inputs built so far: the next one's number
  bool floatMath = false;                      ///< x-mathContext="float" of the model in hand
  std::map<std::string, Prediction> segments;  ///< of the model lowered last, by Segment@id (OutputField@segmentId)
  /// Segments that the model in hand is inside of: it runs where each `ran` is true and none of its `before`.
  struct Guard {
    ValueId ran;
    std::vector<ValueId> before;
  };
  std::vector<Guard> guards;
  /// Values that the next row gets back, each with the field of the input of role state that it feeds.
  struct State {
    std::string input;
    ValueId next;
    const Element* element;
  };
  std::vector<State> states;
  /// Adds an input of role state, f64, whose value before the first row is `reset`; NaN: missing, which it can only then be.
  /// states.cpp
  ValueId state(const std::string& name, double reset, const Element* at);
  /// What the state is in the next row: `next` where the model in hand runs and `next` is present, else as it was.
  void setState(ValueId state, ValueId next, const Element* at);
  std::map<std::string, ir::TableRef> classDicts;  ///< classes of targets without a dict of their own (classes.cpp)
  std::set<ir::TableId> classTables;   ///< dicts of classes: what is made of them has one element a label, so they must not grow
  bool comparesOtherLabels = false;    ///< an OutputField of a class is compared with a label that is none, as an earlier run found
  bool comparedOtherLabel = false;     ///< the same of this run
  std::set<const Element*> labelledByText;  ///< steps of chains whose classes are no values of the target (classes.cpp)

 private:
  bool report(Kind kind, const Element* at, const std::string& attribute, const std::string& message,
              const std::string& note = "");
  bool enter(
      const Element* at);  ///< one level deeper in expressions, predicates, fields; false if over a limit, reported
  void leave() { depth_--; }
  bool declareInput(const std::string& name, const Element* miningField);
  bool treatLag(Field& past, const Field& field);  ///< fields.cpp
  ValueId rankOf(const Typed& x, const Typed& ordinal, const Element* e);
  ValueId compareRanks(const char* function, const Typed& a, const Typed& b, const Element* e);
  std::optional<Typed> lagged(const Field& field, uint32_t step, const std::vector<uint32_t>& same);
  bool declareInner(Scope& scope, const std::string& name, const Element* miningField);
  void declareDerivedField(Scope& scope, const Element* e, const std::string& name, const FieldType& type);
  void deriveAgain(Scope& scope, std::vector<std::string> treated, const std::set<std::string>& schema);
  static bool treatsMore(const Element* miningField);
  Typed callFunction(const Element* apply, const Element* function, std::vector<Typed> arguments);

  const Source& source_;
  uint64_t depth_ = 0, expanded_ = 0, unfolded_ = 0;
  bool overLimit_ = false;
  std::vector<std::string> calls_;  ///< DefineFunctions being inlined
  std::map<std::string, std::vector<const Element*>> readers_;  ///< fields of the TransformationDictionary, by what they read
  std::vector<Field*> lowering_;    ///< derived fields being lowered
  std::map<std::string, ir::TableRef> targetDicts_;
  std::map<std::string, Typed> lags_;       ///< by the input's name
  std::vector<uint8_t> nan_;                ///< canBeNan of the first values
  std::map<std::vector<uint32_t>, ir::TableRef> sets_;  ///< tables of isOneOf by their codes
};

/// Every model element of the standard, whether Kiln lowers it or not.
const std::vector<const char*>& modelElements();
/// The table of model elements (elements.def).
const ModelLowering* findModel(const std::string& elementName);

}  // namespace kiln::pmml

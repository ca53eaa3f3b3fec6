#include "compiler/cli/data/score_stream.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <limits>
#include <map>
#include <mutex>
#include <thread>

#include "compiler/cli/data/rows.h"
#include "compiler/support/calendar.h"
#include "compiler/support/number.h"

namespace kiln::data {

bool bindInputs(const RowScorer& scorer, const std::vector<std::string>& columns, bool strict, std::vector<InputBinding>& bindings,
                std::vector<std::string>& warnings, std::string& error) {
  std::map<std::string, int> byName;
  std::map<std::string, int> seen;
  for (size_t i = 0; i < columns.size(); i++) byName.emplace(columns[i], static_cast<int>(i)), seen[columns[i]]++;
  std::string absent;
  for (const Column& input : scorer.inputs) {
    if (input.role == KILN_ROLE_LAG || input.role == KILN_ROLE_STATE) {   // filled from the rows before
      bindings.push_back({-1, false});
      continue;
    }
    const auto found = byName.find(input.name);
    if (found != byName.end() && seen[input.name] > 1) return error = "the table has two columns '" + input.name + "'", false;
    if (found == byName.end()) {
      // Of ONNX what need not be there is an entry of a map: no row has the key.
      if (input.required || !(scorer.isPmml() || scorer.isOnnx())) return error = "the table has no column '" + input.name + "', which the model needs", false;
      if (scorer.isPmml()) absent += (absent.empty() ? "'" : ", '") + input.name + "'";
    }
    const bool declared = std::any_of(input.categories.begin(), input.categories.end(),
                                      [](const std::string& c) { return c == "NA" || c == "N/A"; });
    bindings.push_back({found == byName.end() ? -1 : found->second, scorer.isPmml() && !declared});
  }
  if (absent.empty()) return true;
  const std::string words = "the table lacks columns that the model reads: " + absent;
  if (strict) return error = words, false;
  warnings.push_back(words + "; they are missing in every row");
  return true;
}

kiln_cell cellOf(std::string_view field, const InputBinding& binding, const Column& column, bool pmml) {
  kiln_cell cell{};
  const bool empty = field.empty() || (binding.naIsMissing && (field == "NA" || field == "N/A"));
  const bool needed = !pmml && column.required;   // else an entry that a map does not have
  if (!empty || (needed && column.type == KILN_STRING)) {
    cell.kind = KILN_TEXT;
    cell.as.text = field.data() ? field.data() : "";
    cell.length = static_cast<uint32_t>(field.size());
  } else if (needed && (column.type == KILN_F64 || column.type == KILN_F32)) {
    cell.kind = KILN_NUMBER;
    cell.as.number = std::numeric_limits<double>::quiet_NaN();
  }
  return cell;
}

void appendCell(std::string& to, const kiln_cell& cell, uint8_t type) {
  switch (cell.kind) {
    case KILN_NUMBER:
      to += type == KILN_F32 ? formatNumber(static_cast<float>(cell.as.number)) : formatNumber(cell.as.number);
      break;
    case KILN_INTEGER:
      if (type == KILN_DATE) to += formatDate(cell.as.integer);
      else if (type == KILN_TIME) to += formatTime(cell.as.integer);
      else if (type == KILN_DATETIME) to += formatDateTime(cell.as.integer);
      else to += std::to_string(cell.as.integer);
      break;
    case KILN_BOOLEAN: to += cell.as.integer ? "true" : "false"; break;
    case KILN_TEXT: to.append(cell.as.text, cell.length); break;
    default: break;
  }
}

namespace {

struct Job {
  uint64_t number = 0, firstLine = 0;
  std::string text;
};
struct Done {
  std::string text;
  uint64_t rows = 0, withoutResult = 0;
  int exitCode = 0;
  std::string error;
};

// What every thread needs and none changes.
struct Setup {
  const RowScorer& scorer;
  const ScoreOptions& options;
  TextFormat inputFormat;
  std::vector<std::string> columns;
  std::vector<InputBinding> bindings;
  std::vector<uint32_t> outputs;   // indices of the scorer's outputs
  std::vector<int> ids;            // columns of the table
};

class ChunkScorer {
 public:
  explicit ChunkScorer(const Setup& setup)
      : s_(setup), parser_(setup.inputFormat, setup.columns), worker_(setup.scorer.worker()), in_(setup.scorer.inputs.size()),
        out_(setup.scorer.outputs.size()), history_(setup.scorer.inputs), states_(setup.scorer.inputs), texts_(setup.scorer.inputs.size()) {}

  /// Takes the rows of a chunk in, to be scored by group.
  Done gather(Job job, RowGroups& groups) {
    Done done;
    parser_.open(std::move(job.text), job.firstLine);
    std::string error;
    while (parser_.next(fields_, error)) groups.add(fields_, parser_.line());
    if (!error.empty()) done.exitCode = 3, done.error = error;
    return done;
  }
  /// Scores groups from..to.
  Done score(const RowGroups& groups, size_t from, size_t to) {
    Done done;
    for (size_t g = from; g < to; g++) {
      done.rows++;
      line_ = groups.line(g);
      if (s_.options.shards > 1 && line_ % s_.options.shards != s_.options.shard) continue;
      if (!scoreGroup(groups, g, done)) break;
    }
    return done;
  }

  Done score(Job job) {
    Done done;
    parser_.open(std::move(job.text), job.firstLine);
    std::string error;
    while (parser_.next(fields_, error)) {
      done.rows++;
      // Rows are dealt to shards by line, which every shard knows without reading the others' chunks.
      line_ = parser_.line();
      for (size_t i = 0; i < in_.size(); i++) {
        const int column = s_.bindings[i].column;
        texts_[i] = column < 0 ? std::string_view() : fields_[static_cast<size_t>(column)];
      }
      const bool mine = s_.options.shards <= 1 || line_ % s_.options.shards == s_.options.shard;
      // States go through the rows of other shards too.
      if ((mine || states_.needed()) && !scoreRow(mine, done)) return done;
      if (history_.needed()) history_.add(texts_);
    }
    if (!error.empty()) done.exitCode = 3, done.error = error;
    return done;
  }

 private:
  bool scoreRow(bool mine, Done& done) {
    size_t textBytes = 0;
    for (size_t i = 0; i < in_.size(); i++) {
      const Column& input = s_.scorer.inputs[i];
      if (input.role == KILN_ROLE_STATE) {
        in_[i] = states_.cell(i);
        continue;
      }
      const bool lag = input.role == KILN_ROLE_LAG;
      in_[i] = cellOf(lag ? history_.past(i, texts_) : texts_[i], s_.bindings[lag ? input.roleOf : i], input, s_.scorer.isPmml());
      if (in_[i].kind == KILN_TEXT) textBytes += in_[i].length;
    }
    return scoreCells(textBytes, 0, mine, done);
  }

  // One row of the group for what all its rows share, all of them for lists.
  bool scoreGroup(const RowGroups& groups, size_t g, Done& done) {
    size_t textBytes = 0, items = 0;
    lists_.resize(in_.size());
    const auto cell = [&](size_t i, size_t row) {
      const InputBinding& b = s_.bindings[i];
      const std::string_view text = b.column < 0 ? std::string_view() : groups.field(g, row, static_cast<size_t>(b.column));
      const kiln_cell cell = cellOf(text, b, s_.scorer.inputs[i], s_.scorer.isPmml());
      if (cell.kind == KILN_TEXT) textBytes += cell.length;
      return cell;
    };
    for (size_t i = 0; i < in_.size(); i++) {
      if (!s_.scorer.inputs[i].list) {
        in_[i] = s_.scorer.inputs[i].role == KILN_ROLE_STATE ? states_.cell(i) : cell(i, 0);
        continue;
      }
      lists_[i].clear();
      for (size_t row = 0; row < groups.rows(g); row++) lists_[i].push_back(cell(i, row));
      in_[i] = kiln_cell{};
      in_[i].kind = KILN_LIST, in_[i].as.items = lists_[i].data(), in_[i].length = static_cast<uint32_t>(lists_[i].size());
      items += lists_[i].size();
    }
    fields_.clear();
    for (size_t c = 0; c < s_.columns.size(); c++) fields_.push_back(groups.field(g, 0, c));
    return scoreCells(textBytes, items, true, done);
  }

  bool scoreCells(size_t textBytes, size_t items, bool mine, Done& done) {
    kiln_status status{};
    const int32_t code = worker_->score(in_.data(), textBytes, items, out_.data(), &status);
    if (code != KILN_OK) {
      done.exitCode = 1, done.error = "the scorer returned code " + std::to_string(code);
      return false;
    }
    const bool hasResult = !(status.bits & KILN_NO_RESULT);
    if (hasResult) states_.take(out_);
    if (!mine) return true;
    if (!hasResult) {
      done.withoutResult++;
      if (s_.options.onError == OnError::fail) {
        done.exitCode = 3;
        done.error = "line " + std::to_string(line_) + ": " + statusText(status, s_.scorer.inputs, false);
        return false;
      }
      if (s_.options.onError == OnError::skip) return true;
    }
    if (s_.options.outputFormat == TextFormat::ndjson) writeJson(done.text, status);
    else writeDelimited(done.text, status);
    return true;
  }

  void writeDelimited(std::string& to, const kiln_status& status) {
    const char separator = s_.options.outputFormat == TextFormat::tsv ? '\t' : ',';
    const size_t begin = to.size();
    bool first = true;
    auto next = [&] {
      if (!first) to += separator;
      first = false;
    };
    for (int id : s_.ids) next(), appendField(to, fields_[static_cast<size_t>(id)], s_.options.outputFormat);
    for (uint32_t o : s_.outputs) {
      next();
      if (out_[o].kind == KILN_TEXT) appendField(to, {out_[o].as.text, out_[o].length}, s_.options.outputFormat);
      else appendCell(to, out_[o], s_.scorer.outputs[o].type);
    }
    if (!s_.options.statusColumn.empty())
      next(), appendField(to, statusText(status, s_.scorer.inputs, s_.options.notes), s_.options.outputFormat);
    // Readers skip a line without any character: later scores would move up by one.
    if (to.size() == begin && s_.options.outputFormat == TextFormat::csv) to += "\"\"";
    to += '\n';
  }

  void writeJson(std::string& to, const kiln_status& status) {
    to += '{';
    auto key = [&](const std::string& name) {
      if (to.back() != '{') to += ',';
      appendJsonString(to, name), to += ':';
    };
    for (int id : s_.ids) key(s_.columns[static_cast<size_t>(id)]), appendJsonString(to, fields_[static_cast<size_t>(id)]);
    for (uint32_t o : s_.outputs) {
      const uint8_t type = s_.scorer.outputs[o].type;
      const bool finite = out_[o].kind != KILN_NUMBER || std::isfinite(out_[o].as.number);
      const bool plain = out_[o].kind == KILN_BOOLEAN || (out_[o].kind == KILN_NUMBER && finite) ||
                         (out_[o].kind == KILN_INTEGER && (type == KILN_I64 || type == KILN_I32));
      key(s_.scorer.outputs[o].name);
      std::string text;
      appendCell(text, out_[o], type);
      if (out_[o].kind == KILN_MISSING) to += "null";
      else if (plain) to += text;
      else appendJsonString(to, text);   // text, dates, and the numbers that JSON cannot write
    }
    if (!s_.options.statusColumn.empty()) key(s_.options.statusColumn), appendJsonString(to, statusText(status, s_.scorer.inputs, s_.options.notes));
    to += "}\n";
  }

  const Setup& s_;
  RecordParser parser_;
  std::unique_ptr<RowWorker> worker_;
  std::vector<kiln_cell> in_, out_;
  std::vector<std::vector<kiln_cell>> lists_;
  History history_;
  States states_;
  std::vector<std::string_view> fields_, texts_;   // by column of the table, by input
  uint64_t line_ = 0;
};

// Chunks go out to threads and come back in order. At most `window` chunks are under way, which bounds memory.
class Conveyor {
 public:
  Conveyor(const Setup& setup, unsigned threads) : window_(threads * 3) {
    for (unsigned i = 0; i < threads; i++)
      threads_.emplace_back([this, &setup] {
        ChunkScorer scorer(setup);
        while (auto job = take()) {
          Done done = scorer.score(std::move(*job->job));
          std::lock_guard lock(mutex_);
          done_.emplace(job->number, std::move(done));
          changed_.notify_all();
        }
      });
  }
  ~Conveyor() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
      changed_.notify_all();
    }
    for (auto& t : threads_) t.join();
  }
  void put(Job job) {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    underWay_++;
    changed_.notify_all();
  }
  bool full() const { return underWay_ >= window_; }
  bool empty() const { return underWay_ == 0; }
  /// Waits for the next chunk in order.
  Done get() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_.count(nextOut_) != 0; });
    Done done = std::move(done_.at(nextOut_));
    done_.erase(nextOut_++);
    underWay_--;
    return done;
  }

 private:
  struct Taken {
    uint64_t number;
    std::unique_ptr<Job> job;
  };
  std::unique_ptr<Taken> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !jobs_.empty(); });
    if (jobs_.empty() || closed_) return nullptr;
    auto job = std::make_unique<Job>(std::move(jobs_.front()));
    jobs_.erase(jobs_.begin());
    const uint64_t number = job->number;
    return std::make_unique<Taken>(Taken{number, std::move(job)});
  }
  const size_t window_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Job> jobs_;
  std::map<uint64_t, Done> done_;
  uint64_t nextOut_ = 0;
  size_t underWay_ = 0;   // touched by the calling thread and under the mutex only
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

bool writeAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

std::string headerLine(const Setup& s) {
  std::string line;
  const char separator = s.options.outputFormat == TextFormat::tsv ? '\t' : ',';
  bool first = true;
  auto add = [&](const std::string& name) {
    if (!first) line += separator;
    first = false;
    appendField(line, name, s.options.outputFormat);
  };
  for (int id : s.ids) add(s.columns[static_cast<size_t>(id)]);
  for (uint32_t o : s.outputs) add(s.scorer.outputs[o].name);
  if (!s.options.statusColumn.empty()) add(s.options.statusColumn);
  return line + "\n";
}

bool chooseColumns(Setup& s, std::string& error) {
  for (const std::string& name : s.options.outputs) {
    const auto& all = s.scorer.outputs;
    const auto found = std::find_if(all.begin(), all.end(), [&](const Column& c) { return c.name == name; });
    if (found == all.end()) return error = "the model has no output '" + name + "'", false;
    s.outputs.push_back(static_cast<uint32_t>(found - all.begin()));
  }
  if (s.options.outputs.empty())
    for (uint32_t i = 0; i < s.scorer.outputs.size(); i++)
      if (!s.scorer.isState(i)) s.outputs.push_back(i);
  for (const std::string& name : s.options.idColumns) {
    const auto found = std::find(s.columns.begin(), s.columns.end(), name);
    if (found == s.columns.end()) return error = "the table has no column '" + name + "'", false;
    s.ids.push_back(static_cast<int>(found - s.columns.begin()));
  }
  return true;
}

// Words on a terminal, from the first second on.
class Progress {
 public:
  explicit Progress(bool on) : on_(on), begin_(std::chrono::steady_clock::now()), last_(begin_) {}
  void say(uint64_t rows) {
    const auto now = std::chrono::steady_clock::now();
    if (!on_ || now - last_ < std::chrono::seconds(1)) return;
    last_ = now, said_ = true;
    const double s = std::chrono::duration<double>(now - begin_).count();
    std::fprintf(stderr, "\r%llu rows, %.0f a second", static_cast<unsigned long long>(rows), static_cast<double>(rows) / s);
  }
  ~Progress() {
    if (said_) std::fputc('\n', stderr);
  }

 private:
  bool on_, said_ = false;
  std::chrono::steady_clock::time_point begin_, last_;
};

// A group's rows may stand anywhere in the table, so all are read first. False if `settle` said so, or with `error`.
template <class Settle>
bool scoreGroups(const Setup& setup, RecordReader& reader, Settle settle, std::string& error) {
  std::vector<int> keys;
  for (size_t i = 0; i < setup.bindings.size(); i++)
    if (setup.scorer.inputs[i].role == KILN_ROLE_GROUP) keys.push_back(setup.bindings[i].column);
  ChunkScorer scorer(setup);
  RowGroups groups(std::move(keys));
  for (Job job;;) {
    if (!reader.next(job.text, job.firstLine, error)) return false;
    if (job.text.empty()) break;
    if (Done done = scorer.gather(std::move(job), groups); done.exitCode) return settle(std::move(done));
  }
  constexpr size_t kStep = 1024;
  for (size_t g = 0; g < groups.size(); g += kStep)
    if (!settle(scorer.score(groups, g, std::min(g + kStep, groups.size())))) return false;
  return true;
}

}  // namespace

ScoreResult scoreStream(const RowScorer& scorer, const ScoreOptions& options, int in, int out) {
  ScoreResult result;
  auto fail = [&](int code, std::string error) {
    result.exitCode = code, result.error = std::move(error);
    return result;
  };
  std::string error;
  RecordReader reader(in, options.inputFormat);
  if (!reader.readHeader(error, !scorer.inputs.empty())) return fail(3, error);
  Setup setup{scorer, options, reader.format(), reader.columns(), {}, {}, {}};
  if (!bindInputs(scorer, setup.columns, options.strictColumns, setup.bindings, result.warnings, error)) return fail(3, error);
  if (!chooseColumns(setup, error)) return fail(2, error);
  if (options.outputFormat != TextFormat::ndjson && !writeAll(out, headerLine(setup))) return fail(7, std::strerror(errno));

  Progress progress(options.progress);
  auto settle = [&](Done done) {
    result.rows += done.rows, result.withoutResult += done.withoutResult;
    progress.say(result.rows);
    if (!writeAll(out, done.text)) return fail(7, std::strerror(errno)), false;
    if (done.exitCode) return fail(done.exitCode, done.error), false;
    return true;
  };
  if (scorer.groupsRows()) {
    if (!scoreGroups(setup, reader, settle, error)) return result.exitCode ? result : fail(3, error);
    return result;
  }
  // Rows that depend on the ones before are scored one after the other.
  const unsigned wanted = scorer.readsPast() ? 1 : options.threads;
  const unsigned threads = wanted ? wanted : std::max(1u, std::thread::hardware_concurrency());
  Conveyor conveyor(setup, threads);
  uint64_t number = 0;
  for (bool more = true; more;) {
    Job job;
    if (!reader.next(job.text, job.firstLine, error)) {
      while (!conveyor.empty())
        if (!settle(conveyor.get())) return result;
      return fail(3, error);
    }
    more = !job.text.empty();
    job.number = number++;
    if (more) conveyor.put(std::move(job));
    while (conveyor.full() || (!more && !conveyor.empty()))
      if (!settle(conveyor.get())) return result;
  }
  return result;
}

}  // namespace kiln::data

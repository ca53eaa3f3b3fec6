// Microseconds a row of ONNX Runtime's C API, one thread: one row at a time (tensors made once and filled again) and all rows in one
// call. The library is loaded by name; its table of functions has had one order since its first version, so that no header is needed.
//
//   ort_speed libonnxruntime.so MODEL.onnx INPUTS ROWS [SECONDS]     SECONDS: how long each is timed, 0.5
//
// INPUTS: a text file, one line an input: name, element type (ONNX's number), bytes an element, dimensions of one row without the first
// (comma separated, may be empty), file with the elements of all rows. Text (type 8): each element ends with a NUL, its size is 0.
// Prints "one_row US" and "batch US"; batch is 0 if the model takes one row only.
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace {

[[noreturn]] void die(const std::string& why) { std::fprintf(stderr, "%s\n", why.c_str()), std::exit(1); }

/// The entries of OrtApi that are used, by their place in it.
enum Entry {
  getErrorMessage = 2, createEnv = 3, createSession = 7, runSession = 9, createSessionOptions = 10, setOptimizationLevel = 23,
  setIntraOpThreads = 24, setInterOpThreads = 25, outputCount = 31, outputName = 37, createTensor = 48, createTensorWithData = 49,
  fillStringTensor = 52, createCpuMemoryInfo = 69, defaultAllocator = 78, releaseValue = 96
};
void** api;
double timed = 0.5;   ///< seconds
template <class... A>
bool works(Entry entry, A... arguments) {
  void* status = reinterpret_cast<void* (*)(A...)>(api[entry])(arguments...);
  return status == nullptr;
}
template <class... A>
void must(Entry entry, A... arguments) {
  if (void* status = reinterpret_cast<void* (*)(A...)>(api[entry])(arguments...))
    die(reinterpret_cast<const char* (*)(void*)>(api[getErrorMessage])(status));
}
void release(void* value) { reinterpret_cast<void (*)(void*)>(api[releaseValue])(value); }

constexpr int kText = 8;

struct Input {
  std::string name;
  int type;
  size_t bytes, width = 1;   ///< bytes an element, elements a row
  std::vector<int64_t> shape;   ///< the first is the rows'
  std::vector<char> data;
  std::vector<const char*> texts;
};

class Session {
 public:
  Session(const char* library, const char* model, const char* list) {
    void* handle = dlopen(library, RTLD_NOW);
    if (!handle) die(dlerror());
    struct Base {
      const void* (*getApi)(uint32_t);
    };
    const auto base = reinterpret_cast<const Base* (*)()>(dlsym(handle, "OrtGetApiBase"));
    if (!base) die("not ONNX Runtime");
    api = static_cast<void**>(const_cast<void*>(base()->getApi(17)));
    if (!api) die("this ONNX Runtime is older than C API 17");
    void *env, *options;
    must(createEnv, 3, "bench", &env);
    must(createSessionOptions, &options);
    must(setIntraOpThreads, options, 1), must(setInterOpThreads, options, 1), must(setOptimizationLevel, options, 99);
    must(createSession, env, model, options, &session_);
    must(createCpuMemoryInfo, 1, 0, &memory_);
    must(defaultAllocator, &allocator_);
    size_t outputs;
    must(outputCount, session_, &outputs);
    for (size_t i = 0; i < outputs; i++) {
      char* name;
      must(outputName, session_, i, allocator_, &name);
      outputNames_.push_back(name);
    }
    readInputs(list);
  }
  double oneRow(size_t rows) {
    std::vector<void*> tensors;
    std::vector<std::vector<char>> buffers;
    for (Input& input : inputs_) {
      buffers.emplace_back(input.data.begin(), input.data.begin() + static_cast<ptrdiff_t>(input.type == kText ? 0 : input.bytes * input.width));
      tensors.push_back(tensor(input, 0, 1, buffers.back().data()));
    }
    return best(rows, [&] {
      for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < inputs_.size(); i++) {
          Input& input = inputs_[i];
          if (input.type == kText) must(fillStringTensor, tensors[i], &input.texts[r * input.width], input.width);
          else std::memcpy(buffers[i].data(), &input.data[r * input.width * input.bytes], input.width * input.bytes);
        }
        if (!run(tensors)) die("the model does not take one row");
      }
    });
  }
  double batch(size_t rows) {
    std::vector<void*> tensors;
    for (Input& input : inputs_) tensors.push_back(tensor(input, 0, rows, input.data.data()));
    if (!run(tensors)) return 0;
    return best(rows, [&] { run(tensors); });
  }

 private:
  void readInputs(const char* list) {
    std::ifstream lines(list);
    for (std::string line; std::getline(lines, line);) {
      std::stringstream fields(line);
      std::string type, bytes, shape, file, dimension;
      Input& input = inputs_.emplace_back();
      std::getline(fields, input.name, '\t'), std::getline(fields, type, '\t'), std::getline(fields, bytes, '\t');
      std::getline(fields, shape, '\t'), std::getline(fields, file, '\t');
      input.type = std::atoi(type.c_str()), input.bytes = static_cast<size_t>(std::atol(bytes.c_str())), input.shape.push_back(1);
      std::stringstream dimensions(shape);
      while (std::getline(dimensions, dimension, ',')) input.shape.push_back(std::atol(dimension.c_str())), input.width *= static_cast<size_t>(input.shape.back());
      std::ifstream data(file, std::ios::binary);
      input.data.assign(std::istreambuf_iterator<char>(data), {});
      for (size_t at = 0; input.type == kText && at < input.data.size(); at += std::strlen(&input.data[at]) + 1) input.texts.push_back(&input.data[at]);
    }
    for (const Input& input : inputs_) inputNames_.push_back(input.name.c_str());
  }
  void* tensor(Input& input, size_t first, size_t rows, char* data) {
    input.shape[0] = static_cast<int64_t>(rows);
    void* value;
    const int64_t* shape = input.shape.data();
    if (input.type == kText) {
      must(createTensor, allocator_, shape, input.shape.size(), input.type, &value);
      must(fillStringTensor, value, &input.texts[first * input.width], rows * input.width);
    } else {
      must(createTensorWithData, memory_, static_cast<void*>(data), rows * input.width * input.bytes, shape, input.shape.size(), input.type, &value);
    }
    return value;
  }
  bool run(const std::vector<void*>& tensors) {
    std::vector<void*> results(outputNames_.size(), nullptr);
    const bool good = works(runSession, session_, static_cast<void*>(nullptr), inputNames_.data(), tensors.data(), tensors.size(), outputNames_.data(),
                            outputNames_.size(), results.data());
    for (void* value : results)
      if (value) release(value);
    return good;
  }
  /// Microseconds a row of the best pass: three at least, and the seconds given.
  template <class F>
  static double best(size_t rows, F pass) {
    double least = 1e30, total = 0;
    for (int i = 0; i < 3 || total < timed; i++) {
      const auto begin = std::chrono::steady_clock::now();
      pass();
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      least = std::min(least, seconds), total += seconds;
    }
    return least / static_cast<double>(rows) * 1e6;
  }
  void *session_, *memory_, *allocator_;
  std::vector<Input> inputs_;
  std::vector<const char*> inputNames_, outputNames_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return std::fprintf(stderr, "usage: see the first lines of the source\n"), 2;
  if (argc > 5) timed = std::atof(argv[5]);
  Session session(argv[1], argv[2], argv[3]);
  const auto rows = static_cast<size_t>(std::atol(argv[4]));
  const double one = session.oneRow(rows);
  std::printf("one_row %.5f\nbatch %.5f\n", one, session.batch(rows));
  return 0;
}

// The entries that are the same for all tiers: the query that finds the best tier of the processor, names to columns, labels to
// codes, statuses to words.
#pragma once
#include "scorer_plan.h"
#include "strings.h"

// Defined by the compiler: the first tier's plan, a table a tier, worst first, and the x86-64 level that each needs (0: none).
extern "C" const kiln::kernel::ScorerPlan kiln_plan;
extern "C" const kiln::kernel::u8 kiln_blob[];
extern "C" const kiln_scorer kiln_scorers[];
extern "C" const kiln::kernel::u32 kiln_levels[], kiln_level_count;
extern "C" const kiln_tiers kiln_tier_list;

namespace kiln::kernel {

// ---- the processor
#if defined(__x86_64__)
struct Cpuid {
  u32 a, b, c, d;
};
INLINE Cpuid cpuid(u32 leaf, u32 sub) {
  Cpuid r;
  __asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(sub));
  return r;
}
INLINE u32 xgetbv0() {
  u32 low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}
INLINE bool has(u32 word, u32 bits) { return (word & bits) == bits; }
/// The best of the levels 2, 3 and 4 (4 with VBMI) that processor and operating system have; 0 below 2.
static __attribute__((noinline)) u32 cpu_level() {
  const Cpuid top = cpuid(0, 0), one = cpuid(1, 0), extended = cpuid(0x80000001u, 0);
  const u32 v2_c = 1u << 0 | 1u << 9 | 1u << 13 | 1u << 19 | 1u << 20 | 1u << 23;   // sse3 ssse3 cx16 sse4.1 sse4.2 popcnt
  if (!has(one.c, v2_c) || !has(extended.c, 1u << 0)) return 0;                       // lahf
  const u32 v3_c = 1u << 12 | 1u << 22 | 1u << 27 | 1u << 28 | 1u << 29;            // fma movbe osxsave avx f16c
  if (top.a < 7 || !has(one.c, v3_c)) return 2;
  const u32 os = xgetbv0();
  const Cpuid seven = cpuid(7, 0);
  if (!has(os, 0x6) || !has(seven.b, 1u << 3 | 1u << 5 | 1u << 8) || !has(extended.c, 1u << 5)) return 2;   // bmi1 avx2 bmi2 lzcnt
  const u32 v4_b = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;            // avx512 f dq cd bw vl
  if (!has(os, 0xe6) || !has(seven.b, v4_b) || !has(seven.c, 1u << 1)) return 3;      // vbmi
  return 4;
}
#else
INLINE u32 cpu_level() { return 0; }
#endif

extern "C" __attribute__((visibility("default"))) i32 kiln_query_v1(u32 host_minor, const kiln_scorer** scorer) {
  (void)host_minor;   // 1.0 asks nothing of the host
  if (!scorer) return KILN_NULL;
  *scorer = nullptr;
  const u32 level = cpu_level();
  NOUNROLL for (u32 i = kiln_level_count; i > 0; i--)
    if (kiln_levels[i - 1] <= level) return *scorer = &kiln_scorers[i - 1], KILN_OK;
  return KILN_CPU;
}

// ---- text
INLINE u64 text_length(const char* s) {
  u64 n = 0;
  NOUNROLL while (s[n] != 0) n++;
  return n;
}
/// memcmp, a shorter prefix first.
INLINE int order_text(const u8* a, u64 an, const u8* b, u64 bn) {
  NOUNROLL for (u64 i = 0; i < an && i < bn; i++)
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  return an == bn ? 0 : an < bn ? -1 : 1;
}

extern "C" const void* kiln_extension(const char* id) {
  static constexpr char tiers[] = "tiers/1";
  if (!id) return nullptr;
  return order_text((const u8*)id, text_length(id), (const u8*)tiers, sizeof tiers - 1) == 0 ? &kiln_tier_list : nullptr;
}

extern "C" i32 kiln_encode(u32 field, const char* text, size_t length) {
  if (field >= kiln_plan.input_count || (!text && length) || length > 0xffffffffu) return -1;
  const FieldPlan& f = ((const FieldPlan*)(kiln_blob + kiln_plan.inputs))[field];
  if (!f.is_cat || f.elem != kElemStr) return -1;
  return find_code(kiln_blob + f.labels, (const u8*)text, (u32)length);
}

// ---- binding
/// Input of this name, -1 if there is none.
INLINE i32 find_input(const char* name) {
  const FieldPlan* fields = (const FieldPlan*)(kiln_blob + kiln_plan.inputs);
  const u32* by_name = (const u32*)(kiln_blob + kiln_plan.by_name);
  const u64 length = text_length(name);
  u32 low = 0, high = kiln_plan.input_count;
  NOUNROLL while (low < high) {
    const u32 middle = low + (high - low) / 2;
    const FieldPlan& f = fields[by_name[middle]];
    const int order = order_text(kiln_blob + f.name, f.name_length, (const u8*)name, length);
    if (order == 0) return (i32)by_name[middle];
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return -1;
}

extern "C" i32 kiln_bind(const char* const* names, u32 count, u8 in_type, u8 out_type, void* memory, u8* problems) {
  if ((!names && count) || !memory || !problems) return KILN_NULL;
  if (((u64)memory & 7) != 0 || in_type > KILN_I32 || out_type > KILN_I32) return KILN_BINDING;
  if (!(kiln_plan.in_types >> in_type & 1) || !(kiln_plan.out_types >> out_type & 1)) return KILN_BINDING;
  Binding& binding = *(Binding*)memory;
  binding.key = kiln_plan.binding_key, binding.in_type = in_type, binding.out_type = out_type;
  const u32 inputs = kiln_plan.input_count, outputs = kiln_plan.output_count;
  NOUNROLL for (u32 i = 0; i < inputs; i++) binding.column[i] = -1, problems[i] = KILN_ABSENT;
  NOUNROLL for (u32 k = 0; k < count; k++) {
    if (!names[k]) return KILN_NULL;
    const i32 i = find_input(names[k]);
    if (i < 0) continue;
    problems[i] = binding.column[i] < 0 ? 0 : KILN_TWICE;
    if (binding.column[i] < 0) binding.column[i] = (i32)k;
  }
  const FieldPlan* in = (const FieldPlan*)(kiln_blob + kiln_plan.inputs);
  const FieldPlan* out = (const FieldPlan*)(kiln_blob + kiln_plan.outputs);
  NOUNROLL for (u32 i = 0; i < inputs; i++)
    if (in[i].list || (!in[i].is_cat && in[i].elem == kElemStr)) problems[i] = KILN_NOT_REPRESENTABLE, binding.column[i] = -1;
  NOUNROLL for (u32 i = 0; i < outputs; i++) problems[inputs + i] = !out[i].is_cat && out[i].elem == kElemStr ? KILN_NOT_REPRESENTABLE : 0;
  i32 troubles = 0;
  NOUNROLL for (u32 i = 0; i < inputs + outputs; i++) troubles += problems[i] != 0;
  return troubles;
}

// ---- words
struct Words {
  char* out;
  u64 capacity, length;
  MEMBER void add(const char* text, u64 n) {
    NOUNROLL for (u64 i = 0; i < n; i++, length++)
      if (length < capacity) out[length] = text[i];
  }
  MEMBER void add(const char* text) { add(text, text_length(text)); }
  MEMBER void add(u32 number) {
    char digits[10];
    u32 n = 0;
    do digits[n++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    NOUNROLL while (n > 0) add(&digits[--n], 1);
  }
};
INLINE const char* code_words(i32 code) {
  switch (code) {
    case KILN_OK: return "ok";
    case KILN_NULL: return "a required pointer is null";
    case KILN_SIZE: return "a struct is smaller than version 1.0 of it";
    case KILN_BINDING: return "the binding is not one that bind made for this scorer";
    case KILN_SCRATCH: return "scratch is below scratch_bytes or not aligned";
    case KILN_CPU: return "the processor lacks what the scorer was compiled for";
    case KILN_TOO_OLD: return "the host is older than this scorer allows";
    default: return "unknown code";
  }
}
INLINE const char* bit_words(u32 bit) {
  switch (bit) {
    case KILN_MISSING_REQUIRED: return "a required value is missing";
    case KILN_INVALID_VALUE: return "a value is invalid";
    case KILN_TYPE_MISMATCH: return "a value has the wrong type";
    case KILN_UNDEFINED: return "a result is undefined";
    case KILN_TEXT_TOO_LONG: return "a text is too long";
    case KILN_LIST_TOO_LONG: return "a list is too long";
    case KILN_REPLACED_MISSING: return "a missing value was replaced";
    case KILN_REPLACED_INVALID: return "an invalid value was replaced";
    case KILN_OUTLIER: return "an outlier was treated";
    case KILN_UNKNOWN_CATEGORY: return "a category is unknown";
    case KILN_NON_FINITE: return "a result is not finite";
    case KILN_DEFAULT_USED: return "a default was used";
    default: return "";
  }
}
extern "C" size_t kiln_describe(i32 code, const kiln_status* status, char* text, size_t capacity) {
  Words w = {text, text ? capacity : 0, 0};
  if (code != KILN_OK || !status) {
    w.add(code_words(code));
    return w.length;
  }
  if (status->bits == 0) w.add("ok");
  bool more = false;
  NOUNROLL for (u32 bit = KILN_MISSING_REQUIRED; bit <= KILN_DEFAULT_USED; bit <<= 1) {
    if (!(status->bits & bit) || bit_words(bit)[0] == 0) continue;
    if (more) w.add("; ");
    w.add(bit_words(bit)), more = true;
  }
  if (status->bits & KILN_NO_RESULT) {
    if (status->field < kiln_plan.input_count) {
      const FieldPlan& f = ((const FieldPlan*)(kiln_blob + kiln_plan.inputs))[status->field];
      w.add(" (input "), w.add((const char*)(kiln_blob + f.name), f.name_length), w.add(")");
    } else if (status->node != 0xffff) {
      w.add(" (node "), w.add(status->node), w.add(")");
    }
  }
  return w.length;
}

}  // namespace kiln::kernel

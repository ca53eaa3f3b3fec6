/* kiln/scorer.h: the C ABI of a compiled scorer.
 *
 * A scorer is a shared object that exports one symbol, kiln_query_v1, and imports none. It allocates nothing, starts no thread, keeps
 * no state, and never writes outside the buffers that a call is given. Every function may be called from any thread at any time, with
 * scratch memory of its own. What is reached from kiln_scorer is const and lives until the object is unloaded.
 *
 * Growth: a struct that begins with its size only grows at its end, and a reader reads a field only if size covers it; arrays of such
 * structs have that size as stride (kiln_field_at). kiln_cell, kiln_status and kiln_strings are frozen. Anything optional is an extension
 * with a string id and a version ("leaf/1"). The major version is in the symbol's name.
 *
 * Floating point: an entry that finds rounding or denormal control other than the default, or traps that fenv.h has unmasked, sets the default and restores
 * it on return.
 */
#ifndef KILN_SCORER_H
#define KILN_SCORER_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define KILN_ABI_MAJOR 1
#define KILN_ABI_MINOR 0

/* What a call returns: 0, or a mistake of the caller's. A row's own troubles are in its kiln_status, never here. */
enum kiln_code {
  KILN_OK = 0,
  KILN_NULL = -1,          /* a required pointer is null */
  KILN_SIZE = -2,          /* a struct is smaller than version 1.0 of it */
  KILN_BINDING = -3,       /* the binding is not one that bind made for this scorer */
  KILN_SCRATCH = -4,       /* scratch below scratch_bytes or not aligned */
  KILN_CPU = -5,           /* the processor lacks what the scorer was compiled for */
  KILN_TOO_OLD = -6        /* the host is older than this scorer allows */
};

/* A trouble of one field that bind finds. */
enum kiln_problem { KILN_ABSENT = 1, KILN_TWICE, KILN_NOT_REPRESENTABLE /* free text or a list */ };

enum kiln_type { KILN_F64 = 1, KILN_F32, KILN_I64, KILN_I32, KILN_BOOL, KILN_STRING, KILN_DATE /* days since 1970-01-01 */,
                 KILN_TIME /* microseconds since midnight */, KILN_DATETIME /* microseconds since 1970-01-01, no zone */ };
enum kiln_optype { KILN_CONTINUOUS = 1, KILN_CATEGORICAL, KILN_ORDINAL };

/* One value of one row: 16 bytes. In: TEXT is parsed by the scorer for every type; CODE only for KILN_STRING fields with categories. Out: a field's
 * type decides: STRING is TEXT, I64 I32 DATE TIME DATETIME are INTEGER, BOOL is BOOLEAN, F64 F32 are NUMBER. */
enum kiln_kind { KILN_MISSING = 0, KILN_NUMBER, KILN_INTEGER, KILN_BOOLEAN, KILN_TEXT, KILN_CODE /* index of a category, see encode */, KILN_LIST /* length cells at as.items; a map is two lists */ };
typedef struct kiln_cell {
  union { double number; int64_t integer; const char *text; const struct kiln_cell *items; } as;   /* text: UTF-8, not terminated */
  uint32_t length;                                                    /* bytes of text, items of a list */
  uint8_t kind;                                                       /* enum kiln_kind */
  uint8_t reserved[3];
} kiln_cell;

/* What became of one row: 8 bytes. bits == 0: a plain result. KILN_NO_RESULT: every output is missing. */
enum kiln_status_bit {
  KILN_NO_RESULT = 1u << 0,
  /* causes */ KILN_MISSING_REQUIRED = 1u << 1, KILN_INVALID_VALUE = 1u << 2, KILN_TYPE_MISMATCH = 1u << 3, KILN_UNDEFINED = 1u << 4 /* such as ln(-1) */,
  KILN_TEXT_TOO_LONG = 1u << 5, KILN_LIST_TOO_LONG = 1u << 6,
  /* notes, beside a result */
  KILN_REPLACED_MISSING = 1u << 8, KILN_REPLACED_INVALID = 1u << 9, KILN_OUTLIER = 1u << 10, KILN_UNKNOWN_CATEGORY = 1u << 11,
  KILN_NON_FINITE = 1u << 12, KILN_DEFAULT_USED = 1u << 13
};
/* field, node: of the first check or output that failed; 0xffff unless KILN_NO_RESULT. */
typedef struct kiln_status { uint32_t bits; uint16_t field, node; } kiln_status;

/* Strings of a table: text[offsets[i] .. offsets[i+1]). */
typedef struct kiln_strings { uint32_t count; const uint32_t *offsets; const char *text; } kiln_strings;

enum kiln_result { KILN_VALUE = 1, KILN_LABEL, KILN_PROBABILITY, KILN_CONFIDENCE, KILN_LEAF, KILN_RANK, KILN_REASON, KILN_DISTANCE, KILN_DERIVED, KILN_OTHER };
/* What the host feeds: a plain value, or something that it knows of other rows. */
enum kiln_role { KILN_ROLE_VALUE = 0, KILN_ROLE_GROUP, KILN_ROLE_ORDER, KILN_ROLE_HORIZON, KILN_ROLE_WEIGHT, KILN_ROLE_LAG, KILN_ROLE_STATE };
typedef struct kiln_field {
  uint32_t size;
  uint8_t type, optype, nullable, result;   /* enums above; result is 0 for inputs */
  uint8_t role, list, reserved[2];          /* enum kiln_role; list: the value is a list: of the values of a group's rows, in their order */
  uint32_t role_of, role_step;              /* lag: role_step rows back of input role_of; state: output role_of of the last row that had a result */
  const char *name;                         /* UTF-8, terminated */
  const char *description;                  /* how missing, invalid and outlying values are treated, in words and in the JSON section in full */
  kiln_strings categories;                  /* labels by code; count 0 where there are none */
  double low, high;                         /* valid range; -inf, +inf where open */
  uint32_t of;                              /* for probabilities and the like: index into categories of the one meant, or 0xffffffff */
  uint32_t required;                        /* an input that must be bound */
  double reset;                             /* state: the value before the first row; NaN: missing */
  uint32_t most_items;                      /* of a list; a longer one is KILN_LIST_TOO_LONG */
  uint32_t same_count;                      /* lag: only rows that have the same values in these inputs count */
  const uint32_t *same;
} kiln_field;

typedef struct kiln_identity {
  uint32_t size;
  const char *name, *version;               /* of the model, as given at compile time */
  const char *source;                       /* "PMML 4.4", "ONNX ai.onnx 21 ai.onnx.ml 5" */
  const char *source_sha256, *options_sha256, *content_sha256;   /* content: code and data; the scorer's id in every log line */
  const char *compiler, *target, *tiers;    /* "kiln 1.0.0", "x86_64-linux", "v2 v3 v4" */
  kiln_strings keys, values;                /* provenance: producer, training time, tags */
} kiln_identity;

/* Row-major input or output: element of row r, column c at data + r * row_bytes + c * element size. */
typedef struct kiln_matrix { uint32_t size; uint8_t type; uint8_t reserved[3]; void *data; int64_t rows, row_bytes; uint8_t *validity; /* bit r * columns + c, least significant first, written for out; null: NaN is missing, of integers the least one */ } kiln_matrix;

/* A binding is made by bind or bind_arrow in binding_bytes of the caller's memory, 8-aligned; opaque plain bytes, may be copied; good for this scorer only. */

struct ArrowSchema; struct ArrowArray;      /* the Arrow C data interface; release is never called here */

typedef struct kiln_scorer {
  uint32_t size;
  uint16_t abi_major, abi_minor;
  const kiln_identity *identity;
  uint32_t input_count, output_count;
  const kiln_field *inputs, *outputs;
  /* A call needs scratch_bytes, plus scratch_per_text_byte x text bytes and scratch_per_item x list items of its longest row. A row that
   * does not fit gets KILN_TEXT_TOO_LONG or KILN_LIST_TOO_LONG. */
  size_t scratch_bytes, scratch_align, scratch_per_text_byte, scratch_per_item, binding_bytes;
  uint32_t block_rows, reserved;            /* batches are fastest in multiples of this */

  /* Code of a category of input `field`, -1 if unknown. */
  int32_t (*encode)(uint32_t field, const char *text, size_t length);

  /* A function that this scorer does not have is null. status may be null everywhere. */

  /* Score one row: cells in the order of the schema. Output text points into the scorer or into scratch. */
  int32_t (*score_row)(const kiln_cell *in, kiln_cell *out, void *scratch, size_t scratch_size, kiln_status *status);

  /* Map the caller's columns to the schema once. in_type, out_type: F64 or F32; I64 and I32 where every input, or every output, is a whole number, a truth
   * value, a date or a code (I32 for outputs that have 32 bits; lists and free text do not count). problems has input_count + output_count entries: 0, or an enum
   * kiln_problem; unknown names are ignored. Returns the number of troubles, or a negative kiln_code. An absent input is missing in every row. */
  int32_t (*bind)(const char *const *names, uint32_t count, uint8_t in_type, uint8_t out_type, void *binding, uint8_t *problems);
  /* Score in->rows rows; out has output_count columns. Text travels as codes, any other type as its value; a code outside its categories is an unknown category. */
  int32_t (*score_rows)(const void *binding, const kiln_matrix *in, const kiln_matrix *out, void *scratch, size_t scratch_size, kiln_status *status);

  /* The same for struct arrays of the Arrow C data interface, with the bits of score_row. Inputs may be integers, floats, booleans, text (32 and 64 bit
   * offsets), dates, times, timestamps without a zone or of UTC, dictionaries of these, or of format n; nulls are missing, and an element that is broken or
   * that its field cannot hold is KILN_TYPE_MISMATCH of its row. out is a struct over buffers of the caller's, of at least the rows' length, with validity
   * where the output is no float; labels are written as int32 indices in the order of categories, dates as tdD, times as ttu, datetimes as tsu:. Outputs that
   * out lacks are not written; lists, and outputs of free text, come from score_row only: bind reports them. Sets null_count; writes nothing else. */
  int32_t (*bind_arrow)(const struct ArrowSchema *in, const struct ArrowSchema *out, void *binding, uint8_t *problems);
  int32_t (*score_arrow)(const void *binding, const struct ArrowArray *in, struct ArrowArray *out, void *scratch, size_t scratch_size, kiln_status *status);

  /* Words for a code and a status; returns the length needed. */
  size_t (*describe)(int32_t code, const kiln_status *status, char *text, size_t capacity);

  /* An extension's const table, or null. */
  const void *(*extension)(const char *id);
} kiln_scorer;

/* Extension "tiers/1": the table of every tier in the file, worst first, whatever this processor has. For tests. */
typedef struct kiln_tier { const char *name; const kiln_scorer *scorer; } kiln_tier;
typedef struct kiln_tiers { uint32_t size, count; const kiln_tier *tiers; } kiln_tiers;

/* Inputs and outputs by index, whatever version of kiln_field the scorer was compiled with. */
static inline const kiln_field *kiln_field_at(const kiln_field *fields, uint32_t i) { return (const kiln_field *)((const char *)fields + (size_t)i * fields->size); }

/* The only export. Runs cpuid, returns the table of the best tier that the processor has, or KILN_CPU; caches nothing. Extension "tiers/1" lists all tables.
 * host_minor: KILN_ABI_MINOR of the host. */
int32_t kiln_query_v1(uint32_t host_minor, const kiln_scorer **scorer);

#ifdef __cplusplus
}
static_assert(sizeof(kiln_cell) == 16 && sizeof(kiln_status) == 8, "the ABI is fixed");
#endif
#endif

/* Loads a scorer and scores one row: cc score_one.c -Iruntime/include -ldl && ./a.out ./credit.so */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiln/scorer.h"

static kiln_cell number(double v) { return (kiln_cell){.as.number = v, .kind = KILN_NUMBER}; }
static kiln_cell text(const char *t) { return (kiln_cell){.as.text = t, .length = (uint32_t)strlen(t), .kind = KILN_TEXT}; }

int main(int argc, char **argv) {
  void *library = dlopen(argc > 1 ? argv[1] : "./credit.so", RTLD_NOW | RTLD_LOCAL);
  int32_t (*query)(uint32_t, const kiln_scorer **) = library ? (int32_t (*)(uint32_t, const kiln_scorer **))dlsym(library, "kiln_query_v1") : NULL;
  const kiln_scorer *scorer;
  if (!query || query(KILN_ABI_MINOR, &scorer) != KILN_OK) return fprintf(stderr, "cannot load the scorer\n"), 1;

  /* Cells in the order of the schema (kiln inspect shows it); a zeroed cell is a missing value. */
  kiln_cell in[] = {number(41), number(38000), number(12500), {0}, number(3), number(2), number(900),
                    text("nurse"), text("rent"), text("region C")};
  kiln_cell out[8];
  kiln_status status;
  void *scratch = aligned_alloc(scorer->scratch_align, (scorer->scratch_bytes + 4096 + scorer->scratch_align - 1) / scorer->scratch_align * scorer->scratch_align);
  if (scorer->score_row(in, out, scratch, scorer->scratch_bytes + 4096, &status) != KILN_OK || status.bits & KILN_NO_RESULT) return 1;
  for (uint32_t i = 0; i < scorer->output_count; i++) {
    printf("%s = ", kiln_field_at(scorer->outputs, i)->name);
    if (out[i].kind == KILN_TEXT) printf("%.*s\n", (int)out[i].length, out[i].as.text);
    else printf("%.17g\n", out[i].as.number);
  }
  return 0;
}

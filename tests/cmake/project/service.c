// Scores one applicant.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "kiln/scorer.h"
#include "loan.h"

int main(void) {
  void *handle = dlopen(SCORER, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return fprintf(stderr, "%s\n", dlerror()), 1;
  int32_t (*query)(uint32_t, const kiln_scorer **) = (int32_t(*)(uint32_t, const kiln_scorer **))dlsym(handle, "kiln_query_v1");
  const kiln_scorer *scorer;
  if (query(KILN_ABI_MINOR, &scorer) != KILN_OK) return 1;
  void *scratch = aligned_alloc(scorer->scratch_align, (scorer->scratch_bytes + 63) / 64 * 64);
  kiln_cell in[loan_INPUTS] = {{{0}, 0, 0, {0}}}, out[loan_OUTPUTS];
  in[loan_IN_income].as.number = 52000, in[loan_IN_income].kind = KILN_NUMBER;
  in[loan_IN_debt].as.number = 30000, in[loan_IN_debt].kind = KILN_NUMBER;
  in[loan_IN_region].as.text = "north", in[loan_IN_region].length = 5, in[loan_IN_region].kind = KILN_TEXT;
  kiln_status status;
  const int32_t code = scorer->score_row(in, out, scratch, (scorer->scratch_bytes + 63) / 64 * 64, &status);
  printf("%s %s: code %d, status %u, %d\n", scorer->identity->name, scorer->identity->version, code, status.bits, (int)(out[loan_OUT_risk].as.number * 10));
  return code;
}

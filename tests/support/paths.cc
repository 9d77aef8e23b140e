#include "support/paths.h"

namespace frontrow::test {

const char* const kCheckout = FRONTROW_CHECKOUT;
const char* const kBuildFolder = FRONTROW_BUILD;
const char* const kFrontrowProgram = FRONTROW_PROGRAM;

}  // namespace frontrow::test

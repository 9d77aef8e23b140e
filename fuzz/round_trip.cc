#include "round_trip.h"

#include "base/check.h"
#include "wire/fact_json.h"

#include <string>

namespace frontrow::fuzz {

void check_round_trip(const domain::Fact& fact) {
    std::string written;
    wire::append_fact(written, fact);
    CHECK(written.find('\n') == std::string::npos);
    const auto read = wire::parse_fact(written);
    CHECK(read.has_value());
    std::string again;
    wire::append_fact(again, *read);
    CHECK(again == written);
}

}  // namespace frontrow::fuzz

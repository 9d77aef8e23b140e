#include "io/postgres/pg_error.h"

#include <cctype>

namespace frontrow::io::postgres {

PgErrorKind kind_of(std::string_view sqlstate) {
    // See PostgreSQL 15's manual, appendix A.
    const auto error_class = sqlstate.substr(0, 2);
    if (error_class == "08" || sqlstate == "40003") return PgErrorKind::lost;
    if (sqlstate == "57014" || sqlstate == "55P03") return PgErrorKind::timed_out;
    if (error_class == "40") {
        return sqlstate == "40002" ? PgErrorKind::rejected : PgErrorKind::retryable;
    }
    // 26000: a pooler has given us another server session, which doesn't know the prepared
    // statement.
    if (sqlstate == "26000") return PgErrorKind::retryable;
    // 25006: the former primary is now a standby.
    if (error_class == "53" || error_class == "57" || error_class == "58" || sqlstate == "25006") {
        return PgErrorKind::unavailable;
    }
    return PgErrorKind::rejected;
}

std::string in_one_line(std::string text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
        text.pop_back();
    for (char& c : text) {
        if (c == '\n' || c == '\t') c = ' ';
    }
    return text;
}

}  // namespace frontrow::io::postgres

#include "http/context.h"

#include "http/router.h"

namespace frontrow::http {

void Context::fail(Problem problem) {
    // Only known callers can ask for it later.
    if (!principal.sub.empty()) {
        refusal_code = problem.code;
        refusal_message = problem.message;
    }
    const auto write = route == nullptr ? write_problem : route->route.write_problem;
    write(response, std::move(problem), trace);
}

void Context::fail_to_identify(std::string_view message) {
    response.add_header("WWW-Authenticate", "Bearer");
    fail({.status = 401, .code = "UNAUTHENTICATED", .message = std::string{message}});
}

}  // namespace frontrow::http

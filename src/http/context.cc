#include "http/context.h"

#include "http/router.h"

namespace frontrow::http {

void Context::fail(Problem problem) {
    const auto write = route == nullptr ? write_problem : route->route.write_problem;
    write(response, std::move(problem), trace);
}

}  // namespace frontrow::http

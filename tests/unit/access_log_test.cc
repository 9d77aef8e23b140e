#include "telemetry/access_log.h"

#include <gtest/gtest.h>

namespace frontrow::telemetry {
namespace {

TEST(AccessLog, tells_of_the_requests_that_its_mode_is_for) {
    struct Row {
        unsigned status;
        double seconds;
        bool is_error;
    };
    constexpr double kSlow = AccessLog::kSlowSeconds;
    const Log log{LogLevel::error};
    for (const auto& [status, seconds, is_error] :
         {Row{201, 0, false},
          Row{409, kSlow - 0.001, false},
          Row{499, 0, false},
          Row{500, 0, true},
          Row{503, kSlow, true},
          Row{200, kSlow, true}}) {
        EXPECT_FALSE(AccessLog(log, AccessLogMode::off).wants(status, seconds));
        EXPECT_EQ(AccessLog(log, AccessLogMode::errors).wants(status, seconds), is_error) << status;
        EXPECT_TRUE(AccessLog(log, AccessLogMode::all).wants(status, seconds));
    }
}

}  // namespace
}  // namespace frontrow::telemetry

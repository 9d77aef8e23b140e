#include "http/date_line.h"

#include <gtest/gtest.h>

namespace frontrow::http {
namespace {

TEST(DateLine, tells_the_second_as_http_writes_it) {
    DateLine date;
    EXPECT_EQ(date.text(), "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
    for (const auto& [instant, text] :
         {std::pair{"1994-11-06T08:49:37Z", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"},
          {"1994-11-06T08:49:37.999Z", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"},
          {"1994-11-06T08:49:38Z", "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n"},
          {"2028-02-29T23:59:59.500Z", "Date: Tue, 29 Feb 2028 23:59:59 GMT\r\n"},
          {"2028-03-01T00:00:00Z", "Date: Wed, 01 Mar 2028 00:00:00 GMT\r\n"},
          {"9999-12-31T23:59:59Z", "Date: Fri, 31 Dec 9999 23:59:59 GMT\r\n"},
          // The clock may be set back.
          {"2026-12-05T12:00:00Z", "Date: Sat, 05 Dec 2026 12:00:00 GMT\r\n"}}) {
        date.show(parse_rfc3339(instant).value());
        EXPECT_EQ(date.text(), text);
    }
}

}  // namespace
}  // namespace frontrow::http

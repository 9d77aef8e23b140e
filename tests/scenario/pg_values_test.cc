#include "scenario/with_postgres.h"

#include <gmock/gmock.h>

#include <array>
#include <cstdint>
#include <limits>
#include <span>

namespace frontrow::test {
namespace {

using testing::ElementsAreArray;

using Bytes = std::span<const std::uint8_t>;

class PgValues : public WithPostgres {
protected:
    void SetUp() override {
        WithPostgres::SetUp();
        if (server) connection = connect();
    }

    template <class T>
    PgResult back(const char* sql, const T& value) {
        return told(*connection, sql, value);
    }

    std::unique_ptr<PgConnection> connection;
};

constexpr Instant at(std::chrono::sys_days day, Millis time = Millis{0}) {
    return day + time;
}

TEST_F(PgValues, come_back_as_they_went) {
    for (const bool value : {false, true})
        EXPECT_EQ(back("SELECT $1", value).boolean(0, 0), value);
    for (const std::int32_t value :
         {0, 1, -1, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()})
        EXPECT_EQ(back("SELECT $1", value).int4(0, 0), value);
    using Long = std::numeric_limits<std::int64_t>;
    for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, Long::max(), Long::min()})
        EXPECT_EQ(back("SELECT $1", value).int8(0, 0), value);
    for (const std::string& value :
         {std::string{}, std::string{"席 A-1 'quoted' \\"}, std::string(100'000, 'x')})
        EXPECT_EQ(back("SELECT $1", value).text(0, 0), value);
    for (const Bits128 value : {Bits128{}, Bits128{1, 2}, Bits128{~0ULL, ~0ULL}})
        EXPECT_EQ(back("SELECT $1", value).uuid(0, 0), value);
}

TEST_F(PgValues, bytes_may_be_any) {
    std::array<std::uint8_t, 256> all{};
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<std::uint8_t>(i);
    EXPECT_THAT(back("SELECT $1", Bytes{all}).bytea(0, 0), ElementsAreArray(all));
    EXPECT_THAT(back("SELECT $1", Bytes{}).bytea(0, 0), testing::IsEmpty());
}

TEST_F(PgValues, an_id_is_the_uuid_that_it_is_written_as) {
    const auto id = SeatId::parse("01975a2e-7c3b-7def-8123-456789abcdef").value();
    const auto result = back("SELECT $1::text, $1", id);
    EXPECT_EQ(result.text(0, 0), id.to_string());
    EXPECT_EQ(SeatId{result.uuid(0, 1)}, id);
}

TEST_F(PgValues, a_moment_is_the_one_that_it_is_written_as) {
    using std::chrono::year;
    struct Case {
        Instant moment;
        const char* text;
    };
    const std::vector<Case> cases{
        {at(year{1970} / 1 / 1), "1970-01-01 00:00:00+00"},
        {at(year{2000} / 1 / 1), "2000-01-01 00:00:00+00"},
        {at(year{1999} / 12 / 31, Millis{86'399'999}), "1999-12-31 23:59:59.999+00"},
        {at(year{2026} / 11 / 21, Millis{36'000'001}), "2026-11-21 10:00:00.001+00"},
        {at(year{9999} / 12 / 31, Millis{86'399'999}), "9999-12-31 23:59:59.999+00"},
        {Instant::max(), "infinity"},
        {Instant::min(), "-infinity"},
    };
    for (const auto& [moment, text] : cases) {
        const auto result = back("SELECT $1::text, $1", moment);
        EXPECT_EQ(result.text(0, 0), text);
        EXPECT_EQ(result.instant(0, 1), moment) << text;
    }
}

TEST_F(PgValues, what_is_finer_than_a_millisecond_is_cut_towards_the_past) {
    const auto result = told(
        *connection,
        "SELECT '2026-11-21 10:00:00.001999Z'::timestamptz, '1999-01-01 "
        "00:00:00.0015Z'::timestamptz"
    );
    EXPECT_EQ(to_rfc3339(result.instant(0, 0)), "2026-11-21T10:00:00.001Z");
    EXPECT_EQ(to_rfc3339(result.instant(0, 1)), "1999-01-01T00:00:00.001Z");
}

TEST_F(PgValues, nothing_is_null) {
    const auto result = told(
        *connection,
        "SELECT $1, $2, $3",
        std::optional<std::int32_t>{},
        std::optional<std::string>{},
        std::optional<Instant>{Instant{}}
    );
    EXPECT_TRUE(result.is_null(0, 0));
    EXPECT_EQ(result.maybe(&PgResult::int4, 0, 0), std::nullopt);
    EXPECT_EQ(result.maybe(&PgResult::text, 0, 1), std::nullopt);
    EXPECT_EQ(result.maybe(&PgResult::instant, 0, 2), Instant{});
}

TEST_F(PgValues, a_type_without_a_name_here_is_reached_by_a_cast) {
    const std::string json = R"({"a": 1})";
    const auto result = told(*connection, "SELECT ($1::jsonb -> 'a')::text", json);
    EXPECT_EQ(result.text(0, 0), "1");
}

using PgValuesDeathTest = PgValues;

TEST_F(PgValuesDeathTest, to_take_one_type_for_another_is_a_bug) {
    const auto result = told(*connection, "SELECT 1::bigint, NULL::text");
    EXPECT_DEATH(result.int4(0, 0), "a relation that must hold");
    EXPECT_DEATH(result.text(0, 1), "a relation that must hold");
    EXPECT_DEATH(result.int8(1, 0), "a relation that must hold");
}

}  // namespace
}  // namespace frontrow::test

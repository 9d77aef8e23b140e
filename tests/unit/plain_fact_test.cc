#include "wire/plain_fact.h"

#include "domain/writable.h"
#include "support/for_the_tree.h"
#include "support/seed.h"
#include "wire/fact_json.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

namespace frontrow::wire {
namespace {

using namespace domain;
using namespace std::string_view_literals;

class PlainFact : public testing::Test {
protected:
    std::uint64_t below(std::uint64_t count) { return random_() % count; }
    Bits128 bits() { return {random_(), random_()}; }
    Instant instant() {
        return Instant{
            Millis{below(static_cast<std::uint64_t>(kLastInstant.time_since_epoch().count()))}
        };
    }

    std::string line_of(FactBody body) {
        const Fact fact{
            .seq = below(1'000'000),
            .at = instant(),
            .trace = TraceId{bits()},
            .event = EventId{bits()},
            .body = std::move(body),
        };
        std::string line;
        append_fact(line, fact);
        return line;
    }
    ReservationHeld held() {
        ReservationHeld body{
            .reservation = ReservationId{bits()},
            .user = "buyer {" + std::to_string(below(100)) + "}, ~",
            .seats = {},
            .total_amount = static_cast<Amount>(below(10'000)),
            .expires_at = instant(),
            .request = {.key = bits(), .content = bits()},
        };
        body.seats = seats();
        for (auto left = below(2) * body.seats.size(); left > 0; --left)
            body.unit_prices.push_back(static_cast<Amount>(below(10'000)));
        body.items = items();
        if (below(4) == 0) body.allocation = "Presale {" + std::to_string(below(100)) + "}, ]";
        return body;
    }
    SeatIds seats() {
        SeatIds seats;
        for (auto left = below(6); left > 0; --left)
            seats.push_back(SeatId{bits()});
        return seats;
    }
    Items items() {
        Items items;
        for (auto left = below(4); left > 0; --left)
            items.push_back(item());
        return items;
    }
    ReservationChanged changed(bool has_key) {
        ReservationChanged body{
            .reservation = ReservationId{bits()},
            .added_seats = seats(),
            .removed_seats = seats(),
            .added_items = items(),
            .removed_items = items(),
            .total_amount = static_cast<Amount>(below(10'000)),
        };
        for (auto left = body.added_seats.size(); left > 0; --left)
            body.unit_prices.push_back(static_cast<Amount>(below(10'000)));
        if (has_key) body.request = {.key = bits(), .content = bits()};
        return body;
    }
    Item item() {
        return {
            "Floor {" + std::to_string(below(100)) + "}, ]",
            static_cast<std::uint32_t>(below(1ULL << 32)),
            static_cast<Amount>(below(10'000)),
        };
    }
    Category category() {
        return {
            "Floor " + std::to_string(below(100)),
            static_cast<Amount>(below(10'000)),
            static_cast<std::uint32_t>(below(1ULL << 32)),
        };
    }
    CategoryAdded category_added(bool has_key) {
        CategoryAdded body{category()};
        if (has_key) body.request = {.key = bits(), .content = bits()};
        return body;
    }
    ReservationExtended extended(bool has_key) {
        ReservationExtended body{ReservationId{bits()}, instant()};
        if (has_key) body.request = {.key = bits(), .content = bits()};
        return body;
    }
    OrderPlaced order() {
        OrderPlaced body{
            .order = OrderId{bits()},
            .reservation = ReservationId{bits()},
            .lines = {},
            .amount = static_cast<Amount>(below(10'000)),
            .request = {.key = bits(), .content = bits()},
        };
        for (auto left = below(4); left > 0; --left) {
            auto& line = body.lines.emplace_back();
            line.kind = below(2) == 0 ? LineKind::seat : LineKind::category;
            if (line.kind == LineKind::seat)
                line.seat = SeatId{bits()};
            else
                line.category = "Floor {" + std::to_string(below(100)) + "}, ]";
            line.unit_price = line.amount = static_cast<Amount>(below(10'000));
        }
        return body;
    }
    PaymentIntended payment(bool has_key) {
        PaymentIntended body{
            .order = OrderId{bits()},
            .payment = PaymentId{bits()},
            .method = static_cast<PaymentMethod>(below(5)),
            .provider = below(2) == 0 ? "simulator" : "",
            .token = below(2) == 0 ? "tok_ok" : "",
            .return_url = {},
            .pinned_until = instant(),
        };
        if (has_key) body.request = {.key = bits(), .content = bits()};
        return body;
    }
    /// One fact of each kind that this reader knows.
    std::string line_of_kind(std::uint64_t kind) {
        const ReservationId reservation{bits()};
        switch (kind) {
            case 0:
                return line_of(ReservationConfirmed{reservation});
            case 1:
                return line_of(ReservationCancelled{reservation});
            case 2:
                return line_of(ReservationExpired{reservation});
            case 3:
                return line_of(extended(below(2) == 0));
            case 4:
                return line_of(EventDeleted{});
            case 5:
                return line_of(category_added(below(2) == 0));
            case 6:
                return line_of(CategoryChanged{category()});
            case 7:
                return line_of(changed(below(2) == 0));
            case 8:
                return line_of(AllocationEnded{category().name});
            case 9:
                return line_of(order());
            case 10:
                return line_of(payment(below(2) == 0));
            case 11:
                return line_of(PaymentSucceeded{OrderId{bits()}, PaymentId{bits()}, "pi_1"});
            case 12:
                return line_of(ReservationRestored{reservation});
            default:
                return line_of(held());
        }
    }

    void spoil(std::string& line) {
        static constexpr auto kBytes = "{}[]\",:\\ \n0123456789abcdefTZx-+.E_\0\x7F\x80\xC3\xFF"sv;
        const auto at = below(line.size());
        const auto piece = line.substr(below(line.size()), 1 + below(60));
        switch (below(4)) {
            case 0:
                line.erase(at, 1 + below(3));
                break;
            case 1:
                line.insert(at, piece);
                break;
            default:
                line[at] = kBytes[below(kBytes.size())];
        }
        if (line.empty()) line = " ";
    }

    static void expect_as_the_tree_reads(const std::string& line) {
        const auto plain = read_plain_fact(line);
        if (!plain) return;
        const auto by_tree = parse_fact(test::for_the_tree(line));
        ASSERT_TRUE(by_tree) << line;
        EXPECT_TRUE(*plain == *by_tree) << line;
    }

private:
    std::mt19937_64 random_{test::seed_of_this_run()};
};

TEST_F(PlainFact, is_what_a_sale_writes) {
    for (int i = 0; i < 1'000; ++i) {
        const auto line = line_of_kind(below(16));
        ASSERT_TRUE(read_plain_fact(line)) << line;
        expect_as_the_tree_reads(line);
    }
}

TEST_F(PlainFact, is_nothing_else) {
    auto escaped = held();
    escaped.user = "a\"b";
    auto foreign = held();
    foreign.user = "席";
    auto odd_item = held();
    odd_item.items.push_back({"席", 1, 1});
    auto costly_item = held();
    costly_item.items.push_back({"A", 1, kWrittenPriceMax + 1});
    EXPECT_FALSE(read_plain_fact(line_of(escaped)));
    EXPECT_FALSE(read_plain_fact(line_of(foreign)));
    EXPECT_FALSE(read_plain_fact(line_of(odd_item)));
    EXPECT_FALSE(read_plain_fact(line_of(costly_item)));
    EXPECT_FALSE(read_plain_fact(line_of(EventUpdated{})));
    auto with_all = held();
    with_all.seats.push_back(SeatId{bits()});
    with_all.unit_prices.resize(with_all.seats.size(), 7);
    with_all.items.push_back(item());
    auto with_items_alone = with_all;
    with_items_alone.seats.clear();
    with_items_alone.unit_prices.clear();
    for (const auto& good :
         {line_of(held()),
          line_of(with_all),
          line_of(with_items_alone),
          line_of(category_added(true)),
          line_of(changed(true)),
          line_of(extended(false)),
          line_of(extended(true))}) {
        EXPECT_TRUE(read_plain_fact(good));
        EXPECT_FALSE(read_plain_fact(good + " "));
        EXPECT_FALSE(read_plain_fact(" " + good));
        EXPECT_FALSE(read_plain_fact(test::for_the_tree(good)));
        for (std::size_t length = 0; length < good.size(); ++length)
            EXPECT_FALSE(read_plain_fact(good.substr(0, length))) << length;
    }
}

TEST_F(PlainFact, reads_what_it_reads_as_the_tree_does) {
    const int lines = test::is_soak() ? 10'000'000 : 100'000;
    for (int i = 0; i < lines && !HasFailure(); ++i) {
        auto line = line_of_kind(below(16));
        for (auto times = 1 + below(3); times > 0; --times)
            spoil(line);
        expect_as_the_tree_reads(line);
    }
}

}  // namespace
}  // namespace frontrow::wire
